/** Codes of an address and the engine's interventions. */
import { describe, expect, test } from 'vitest';
import { formatChanges, mostCodes, parseChanges, readChange } from '../../../web/src/state/changes';

const table: [string, object][] = [
  ['h5.2*0', { heads: [{ layer: 5, head: 2, scale: 0 }] }],
  ['h5.2*0.5', { heads: [{ layer: 5, head: 2, scale: 0.5 }] }],
  ['h5.2*-1.5', { heads: [{ layer: 5, head: 2, scale: -1.5 }] }],
  ['h5.2*mean', { heads: [{ layer: 5, head: 2, mean: true }] }],
  ['a3', { skipAttention: [3] }],
  ['m0', { skipMlp: [0] }],
  ['l4', { skipLayer: [4] }],
  ['e5.2:9-1', { cutEdges: [{ layer: 5, head: 2, query: 9, key: 1 }] }],
  ['e5.*:9-1', { cutEdges: [{ layer: 5, head: -1, query: 9, key: 1 }] }],
  ['w6', { window: 6 }],
  ['nomask', { noMask: true }],
  ['nopos', { noPositions: true }],
  ['pos+100', { positions: { shift: 100 } }],
  ['pos-3', { positions: { shift: -3 } }],
  ['pos~17', { positions: { shuffle: 17 } }],
  ['pos=0', { positions: { same: true } }],
  ['t2', { attentionTemperature: 2 }],
  ['t0.125', { attentionTemperature: 0.125 }],
  ['ln', { norms: [{}] }],
  ['ln3', { norms: [{ layer: 3 }] }],
  ['lnf', { norms: [{ layer: 'final' }] }],
  ['kv2', { kvGroups: 2 }],
];

describe('codes of changes', () => {
  test.each(table)('%s', (code, interventions) => {
    const parsed = parseChanges(code);
    expect(parsed).toEqual({ codes: [code], interventions, faults: [] });
    expect(formatChanges(parsed.codes)).toBe(code);
  });

  test('all at once say all, and come back as they were', () => {
    const codes = table
      .map(([code]) => code)
      .filter((code) => !/^(h5.2\*(0$|0.5|-)|nopos|pos[-+~]|t2)/.test(code));
    const text = formatChanges(codes);
    const parsed = parseChanges(text);
    expect(parsed.faults).toEqual([]);
    expect(parsed.codes).toEqual(codes);
    expect(parseChanges(formatChanges(parsed.codes))).toEqual(parsed);
  });

  test('a later code takes the place of an earlier one about the same thing', () => {
    expect(parseChanges('h5.2*0,w3,h5.2*0.5,w6').codes).toEqual(['h5.2*0.5', 'w6']);
    expect(parseChanges('nopos,pos+4').interventions).toEqual({ positions: { shift: 4 } });
    expect(parseChanges('m1,m2,m1').interventions).toEqual({ skipMlp: [2, 1] });
  });

  test('from a token on, heads, attention and MLPs change, and nothing else', () => {
    expect(parseChanges('at=4,h1.0*0,m2,l3,w2').interventions).toEqual({
      heads: [{ layer: 1, head: 0, scale: 0, from: 4 }],
      skipMlp: [{ layer: 2, from: 4 }],
      skipLayer: [{ layer: 3, from: 4 }],
      window: 2,
    });
    expect(parseChanges('a0,at=last', 10)).toEqual({
      codes: ['a0', 'at=9'],
      interventions: { skipAttention: [{ layer: 0, from: 9 }] },
      faults: [],
    });
  });

  test.each([
    'h5*0',
    'h5.2',
    'h.2*0',
    'h1.1*NaN',
    'w0',
    'w',
    'w-1',
    't0',
    't',
    't2000',
    'pos',
    'pos=1',
    'kv0',
    'e1.1:2',
    'at=last',
    'lnx',
    'X',
    'h1.1*1e9',
    'w99999999',
  ])('%s is no code, and is named', (code) => {
    expect(parseChanges(`m1,${code},w2`)).toEqual({
      codes: ['m1', 'w2'],
      interventions: { skipMlp: [1], window: 2 },
      faults: [code],
    });
  });

  test('any string at all is read without a throw, and what is read comes back the same', () => {
    // Strings of the letters that codes are made of, by a small linear congruence, so that each run tries the same.
    const letters = 'hamlewtkvnospr0123456789.*:-,+~=f é☃\u0000';
    let state = 12345;
    const next = (below: number) => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return state % below;
    };
    for (let round = 0; round < 2000; round += 1) {
      const text = Array.from({ length: next(40) }, () => letters[next(letters.length)]).join('');
      const parsed = parseChanges(text, 10);
      const again = parseChanges(formatChanges(parsed.codes));
      expect(again).toEqual({ ...parsed, faults: [] });
    }
  });

  test.each([
    ['h5.2*mean', 'head', ['5', '2', 'mean']],
    ['a3', 'attention', ['3']],
    ['m0', 'mlp', ['0']],
    ['l4', 'layer', ['4']],
    ['e5.*:9-1', 'edge', ['5', '*', '9', '1']],
    ['w6', 'window', ['6']],
    ['nomask', 'mask', []],
    ['pos-3', 'positions', ['-', '3']],
    ['t0.5', 'temperature', ['0.5']],
    ['lnf', 'norms', ['f']],
    ['kv2', 'groups', ['2']],
    ['at=9', 'from', ['9']],
  ])('%s is taken apart', (code, kind, parts) => {
    expect(readChange(code)).toMatchObject({ kind, parts });
    expect(readChange(`${code}?`)).toBeNull();
  });

  test('so many codes are taken and no more', () => {
    const codes = Array.from({ length: mostCodes + 5 }, (_, layer) => `m${layer}`);
    const parsed = parseChanges(codes.join(','));
    expect(parsed.codes).toHaveLength(mostCodes);
    expect(parsed.faults).toHaveLength(5);
  });
});
