import { describe, expect, it } from 'vitest';
import { replay } from '../../../web/src/stages/arithmetic/merges';
import { mergesCsv, piecesCsv } from '../../../web/src/stages/merges-csv';

const bytes = (text: string) => new TextEncoder().encode(text);
const token = (id: number, text: string) => ({ id, text, bytes: bytes(text) });

describe('the merges of a piece', () => {
  const step = (position: number, rank: number, left: string, right: string) => ({
    piece: 0,
    position,
    rank,
    left: bytes(left),
    right: bytes(right),
  });
  it('are a row a step, from the bytes to the ids', () => {
    const states = replay([' ', 'a', 'b'].map(bytes), [step(1, 30, 'a', 'b')]);
    expect([...mergesCsv(states, [token(220, ' '), token(397, 'ab')])].join('')).toBe(
      'step,rank,left,right,symbols,bytes,ids\r\n0,,,,· | a | b,20 | 61 | 62,\r\n1,30,a,b,· | ab,20 | 61 62,220 397\r\n',
    );
  });
  it('belong to pieces, each with its place in the text', () => {
    const text = 'a, ü';
    const tokens = [token(64, 'a'), token(11, ','), token(6184, ' ü')];
    expect(
      [
        ...piecesCsv(bytes(text), {
          pieces: [
            [0, 1],
            [1, 2],
            [2, 5],
          ],
          tokens: tokens.map((one) => [one]),
        }),
      ].join(''),
    ).toBe(
      'piece,begin,end,text,bytes,ids\r\n0,0,1,a,61,64\r\n1,1,2,",",2C,11\r\n2,2,5, ü,20 C3 BC,6184\r\n',
    );
  });
});
