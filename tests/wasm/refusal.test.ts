/** Nothing that goes into the C interface breaks the instance; each fault is one line that says so. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Abi, type Handle } from '../../web/src/wasm/abi';
import { catalogues } from '../../web/src/i18n';
import { reasonText, type Reason } from '../../web/src/protocol/reasons';
import { expectWords, refusal, runTo, tinyEngine, tinyShape } from './engine';

const { width, context, vocabulary } = tinyShape;
const ids = [3, 1, 4, 1, 5];

let abi: Abi;
let model: Handle;
let session: Handle;
let tokenizer: Handle;

beforeAll(async () => {
  ({ abi, model, session, tokenizer } = await tinyEngine(ids));
});

/** Whatever a test did to the instance, it still answers. */
afterEach(() => {
  const other = abi.sessionNew(model);
  expect(runTo(abi, other, ids)).toEqual({ tokens: 5, reused: 0, steps: tinyShape.layers });
  abi.sessionFree(other);
});

describe('the codes of refusals', () => {
  test('each has a sentence in every language, which says each of its details', () => {
    const codes = abi.errorCodes();
    expect(codes.length).toBeGreaterThan(40);
    for (const { code, details } of codes) {
      // Numbers that stand out and are their own in every format.
      const values = Object.fromEntries(details.map((name, i) => [name, 811 + i]));
      const why = { code, details: values } as unknown as Reason;
      expectWords(why);
      for (const [locale, { reasons }] of Object.entries(catalogues)) {
        const said = reasonText(reasons, why)!;
        const plain = { ...values, count: 1 } as unknown;
        for (const [name, value] of Object.entries(values))
          expect(
            said + reasonText(reasons, { code, details: plain } as Reason),
            `${locale} ${code} ${name}`,
          ).toContain(String(value));
      }
    }
  });

  test('a code of a newer engine is not put into words', () => {
    expect(
      reasonText(catalogues.ko.reasons, { code: 'toString', details: {} } as unknown as Reason),
    ).toBeNull();
  });

  test('details are cut before they fill the page, and are text whatever the bytes', () => {
    const name = `blocks.x.${'y'.repeat(500)}`;
    let why: Reason | undefined;
    try {
      abi.sessionTensor(session, name);
    } catch (error) {
      why = (error as { reason: Reason }).reason;
    }
    expect(why).toMatchObject({ code: 'no_tensor' });
    expect((why as { details: { name: string } }).details.name.length).toBeLessThan(100);
  });
});

describe('what is refused', () => {
  test('handles that are unknown, freed, or of another kind', () => {
    const gone = abi.sessionNew(model);
    abi.sessionFree(gone);
    for (const handle of [0, -1, 999_999, gone, model, tokenizer]) {
      expect(refusal(() => abi.sessionTensor(handle, 'logits'))).toMatch(/no session with handle/);
      expect(refusal(() => abi.sessionAdvance(handle))).toMatch(/no session with handle/);
      abi.sessionFree(handle);
    }
    for (const handle of [0, session, tokenizer]) {
      expect(refusal(() => abi.modelInfo(handle))).toMatch(/no model with handle/);
      expect(refusal(() => abi.sessionNew(handle))).toMatch(/no model with handle/);
    }
    expect(refusal(() => abi.tokenizerEncode(model, 'a'))).toMatch(/no tokenizer with handle/);
    expect(refusal(() => abi.loaderWrite(model, Uint8Array.of(1)))).toMatch(/no loader with handle/);
    expect(refusal(() => abi.loaderFinish(0))).toMatch(/no loader with handle/);
  });

  test('tensors, heads and rows that do not exist', () => {
    for (const name of [
      '',
      'logit',
      'blocks.2.hook_resid_pre',
      'blocks.-1.hook_resid_pre',
      'blocks..hook_z',
      '\u0000',
      'x'.repeat(100_000),
    ]) {
      refusal(() => abi.sessionTensor(session, name));
    }
    for (const head of [2, -2, 2 ** 31 - 1])
      refusal(() => abi.sessionTensor(session, 'blocks.0.attn.hook_pattern', head));
    refusal(() => abi.sessionTensor(session, 'hook_embed', 0));
    for (const [begin, end] of [
      [-1, 2],
      [0, 6],
      [5, 2],
      [2 ** 31 - 1, -(2 ** 31)],
    ] as const) {
      refusal(() => abi.sessionTensor(session, 'hook_embed', -1, begin, end));
    }
    for (const [begin, end] of [
      [-1, 2],
      [0, 6],
      [3, 2],
    ] as const)
      refusal(() => abi.sessionSurprise(session, begin, end));
    for (const size of [0, -1]) refusal(() => abi.sessionThumbnails(session, size));
  });

  test('prompts that are empty, too long, or hold ids out of range; the last run stays', () => {
    const before = abi.sessionTensor(session, 'logits').data;
    refusal(() => abi.sessionStart(session, []));
    expect(refusal(() => abi.sessionStart(session, Array(context + 3).fill(1)))).toMatch(/\b3\b/);
    for (const id of [-1, vocabulary, 2 ** 31 - 1, -(2 ** 31)])
      refusal(() => abi.sessionStart(session, [1, id]));
    for (const id of [0.5, NaN, Infinity, 2 ** 31]) refusal(() => abi.sessionStart(session, [1, id]));
    expect(abi.sessionTensor(session, 'logits').data).toEqual(before);
  });

  test.each([
    '{',
    '[]',
    '1',
    'null',
    '"a"',
    '{"head":[]}',
    '{"heads":{}}',
    '{"heads":[1]}',
    '{"heads":[{"layer":0,"head":0}]}',
    '{"heads":[{"layer":2,"head":0,"scale":0}]}',
    '{"heads":[{"layer":0,"head":-1,"scale":0}]}',
    '{"heads":[{"layer":0,"head":0,"scale":"0"}]}',
    '{"heads":[{"layer":0,"head":0,"scale":1e39}]}',
    '{"heads":[{"layer":0.5,"head":0,"scale":0}]}',
    '{"heads":[{"layer":99999999999,"head":0,"scale":0}]}',
    '{"skipMlp":[2]}',
    '{"skipMlp":[-1]}',
    '{"skipAttention":[null]}',
    '{"cutEdges":[{"layer":0,"query":1}]}',
    '{"cutEdges":[{"layer":0,"query":5,"key":0}]}',
    '{"patches":[{"layer":0,"token":0,"residual":[1]}]}',
    '{"patches":[{"layer":0,"token":0,"residual":"x"}]}',
    '{"window":-1}',
    '{"window":1e400}',
    '{"window":[]}',
    '{"noPositions":1}',
    '{"window":' + '['.repeat(100_000),
    '{"window":' + '['.repeat(100_000) + ']'.repeat(100_000) + '}',
  ])('interventions %#', (json) => {
    refusal(() => abi.sessionStart(session, ids, json));
  });

  test('weights out of range, and vectors of another length', () => {
    refusal(() => abi.modelWeight(model, 'wte', 0, 1));
    refusal(() => abi.modelWeight(model, 'h.2.ln_1.weight', 0, 1));
    for (const [begin, end] of [
      [-1, 1],
      [0, vocabulary + 1],
      [3, 2],
    ] as const) {
      refusal(() => abi.modelWeight(model, 'wte.weight', begin, end));
    }
    for (const length of [0, width - 1, width + 1]) {
      expect(refusal(() => abi.modelNearest(model, new Float32Array(length), 1))).toMatch(
        /wanted the model's width 8/,
      );
      expect(refusal(() => abi.sessionUnembed(session, new Float32Array(length), true))).toMatch(
        /wanted the model's width 8/,
      );
    }
    for (const count of [-1, vocabulary + 1])
      refusal(() => abi.modelNearest(model, new Float32Array(width), count));
  });

  test('sampling in the wrong order, of the wrong place, or with settings out of range', () => {
    const other = abi.sessionNew(model);
    expect(refusal(() => abi.sessionRank(other, -1))).toMatch(/no finished run/);
    runTo(abi, other, ids);
    expect(refusal(() => abi.sessionDistribute(other, 1, 0, 1))).toMatch(/rank one first/);
    abi.sessionRank(other, -1);
    expect(refusal(() => abi.sessionCandidates(other, 0, 1))).toMatch(/distribute first/);
    expect(refusal(() => abi.sessionDraw(other, 1, 0))).toMatch(/distribute first/);
    abi.sessionDistribute(other, 1, 0, 1);
    for (const position of [-2, 5]) refusal(() => abi.sessionRank(other, position));
    for (const [temperature, topK, topP] of [
      [-1, 0, 1],
      [NaN, 0, 1],
      [Infinity, 0, 1],
      [1, -1, 1],
      [1, 0, -0.1],
      [1, 0, 1.1],
      [1, 0, NaN],
    ] as const) {
      refusal(() => abi.sessionDistribute(other, temperature, topK, topP));
    }
    for (const [begin, end] of [
      [-1, 1],
      [0, vocabulary + 1],
      [2, 1],
    ] as const)
      refusal(() => abi.sessionCandidates(other, begin, end));
    for (const id of [-1, vocabulary]) refusal(() => abi.sessionRankOf(other, id));
    for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 54]) {
      refusal(() => abi.sessionDraw(other, seed, 0));
      refusal(() => abi.sessionDraw(other, 0, seed));
    }
    abi.sessionFree(other);
  });

  test('a new run makes the ranking of the old one unknown', () => {
    const other = abi.sessionNew(model);
    runTo(abi, other, ids);
    abi.sessionRank(other, -1);
    runTo(abi, other, [1, 2]);
    expect(refusal(() => abi.sessionDistribute(other, 1, 0, 1))).toMatch(/rank one first/);
    abi.sessionFree(other);
  });

  test('broken tokenizer files and ids are refused', () => {
    for (const json of ['', '{', '[]', '{"a":-1}', '[1]', 'null', '['.repeat(100_000)]) {
      refusal(() => abi.tokenizerNew({ 'tokenizer.json': json }));
      refusal(() => abi.tokenizerNew({ 'vocab.json': json, 'merges.txt': '#version: 0.2\na b' }));
    }
    expect(refusal(() => abi.tokenizerNew({ 'other.json': '[]' }))).toMatch(/looked for tokenizer\.json/);
    for (const id of [-1, vocabulary, 0.5]) refusal(() => abi.tokenizerDecode(tokenizer, [id]));
  });
});
