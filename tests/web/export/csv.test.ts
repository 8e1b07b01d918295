import { describe, expect, it } from 'vitest';
import { binsCsv, matricesCsv, patternsCsv, pointsCsv } from '../../../web/src/export/csv';

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
