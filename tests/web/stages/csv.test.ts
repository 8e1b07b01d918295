import { describe, expect, it } from 'vitest';
import {
  binsCsv,
  matricesCsv,
  mergesCsv,
  patternsCsv,
  piecesCsv,
  pointsCsv,
} from '../../../web/src/stages/csv';
import { replay } from '../../../web/src/stages/arithmetic/merges';

const bytes = (text: string) => new TextEncoder().encode(text);
const token = (id: number, text: string) => ({ id, text, bytes: bytes(text) });

describe('matrices under one header', () => {
  it('say of every row which matrix it belongs to', () => {
    const text = matricesCsv(
      [
        { part: 'q', data: Float32Array.of(1, 2, 3, 4) },
        { part: 'k', data: Float32Array.of(5, 6, 7, -0.1) },
      ],
      2,
      ['position', 'token'],
      (row) => [row, ['a', 'b,c'][row]!],
    );
    expect([...text].join('')).toBe(
      'part,position,token,0,1\r\nq,0,a,1,2\r\nq,1,"b,c",3,4\r\nk,0,a,5,6\r\nk,1,"b,c",7,-0.1\r\n',
    );
  });
});

describe('patterns of many heads', () => {
  it('come a line a head and query', () => {
    const lines = patternsCsv(
      [
        { layer: 3, head: 0, data: Float32Array.of(1, 0, 0.1, 0.9) },
        { layer: 3, head: 1, data: Float32Array.of(1, 0, 0.25, 0.75) },
      ],
      ['a', '=b'],
    );
    expect(Array.from(lines, (line) => line.trimEnd())).toEqual([
      'layer,head,query,token,0,1',
      '3,0,0,a,1,0',
      "3,0,1,'=b,0.1,0.9",
      '3,1,0,a,1,0',
      "3,1,1,'=b,0.25,0.75",
    ]);
  });
});

describe('a histogram', () => {
  it('says how many values lie in each bin, and loses none', () =>
    expect([...binsCsv([0, 0.5, 1, 1.5, 4], 4)].join('')).toBe(
      'from,to,count\r\n0,1,2\r\n1,2,2\r\n2,3,0\r\n3,4,1\r\n',
    ));
});

describe('points of a function', () => {
  it('stand under their numbers', () =>
    expect(
      [...pointsCsv(['neuron', 'pre', 'post'], Float32Array.of(-1, 0.1), Float32Array.of(0, 0.25))].join(''),
    ).toBe('neuron,pre,post\r\n0,-1,0\r\n1,0.1,0.25\r\n'));
});

describe('the merges of a piece', () => {
  const step = (position: number, rank: number, left: string, right: string) => ({
    piece: 0,
    position,
    rank,
    left: bytes(left),
    right: bytes(right),
  });
  it('are a row a step, from the bytes to the ids', () => {
    const states = replay(bytes(' ab'), [step(1, 30, 'a', 'b')]);
    expect([...mergesCsv(states, [token(220, ' '), token(397, 'ab')])].join('')).toBe(
      'step,rank,left,right,symbols,bytes,ids\r\n0,,,,· | a | b,20 | 61 | 62,\r\n1,30,a,b,· | ab,20 | 61 62,220 397\r\n',
    );
  });
  it('belong to pieces, each with its place in the text', () => {
    const text = 'a, ü';
    const tokens = [token(64, 'a'), token(11, ','), token(6184, ' ü')];
    expect(
      [
        ...piecesCsv(
          bytes(text),
          [
            [0, 1],
            [1, 2],
            [2, 5],
          ],
          tokens,
        ),
      ].join(''),
    ).toBe(
      'piece,begin,end,text,bytes,ids\r\n0,0,1,a,61,64\r\n1,1,2,",",2C,11\r\n2,2,5, ü,20 C3 BC,6184\r\n',
    );
  });
});
