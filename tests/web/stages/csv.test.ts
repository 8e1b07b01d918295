import { describe, expect, it } from 'vitest';
import { matricesCsv } from '../../../web/src/stages/csv';

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
    expect(text).toBe(
      'part,position,token,0,1\r\nq,0,a,1,2\r\nq,1,"b,c",3,4\r\nk,0,a,5,6\r\nk,1,"b,c",7,-0.1\r\n',
    );
  });
});
