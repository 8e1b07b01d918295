import { describe, expect, it } from 'vitest';
import { barLayout, barsPath, largestFirst } from '../../../web/src/charts/bars';
import { csvField, escapeXml, fileName, tableCsv, tensorCsv } from '../../../web/src/export/export';
import { curve, histogram } from '../../../web/src/charts/plot';

const frame = { width: 200, height: 100, margin: { top: 10, right: 10, bottom: 20, left: 10 } };

describe('terms of a sum', () => {
  it('come largest first and lose nothing', () => {
    const terms = largestFirst([1, -5, 2, 0.5, -0.25], 2);
    expect(terms.shown).toEqual([
      { index: 1, value: -5 },
      { index: 2, value: 2 },
    ]);
    expect(terms.rest).toEqual({ count: 3, value: 1.25 });
    expect(terms.total).toBe(-1.75);
  });
  it('need no rest when all are shown', () =>
    expect(largestFirst([3], 4).rest).toEqual({ count: 0, value: 0 }));
  it('stand on one zero line in proportion', () => {
    const { bars, zero } = barLayout([2, -1], 40, 92);
    expect(zero).toBeCloseTo(61);
    expect(bars[0]!.height).toBeCloseTo(60);
    expect(bars[1]!.height).toBeCloseTo(30);
    expect(bars[1]!.y).toBe(zero);
  });
  it('are one shape where they are many', () => {
    const { bars } = barLayout([2, -1], 40, 92);
    expect(barsPath(bars)).toBe('M2.4 1h15.2v60h-15.2zM22.4 61h15.2v30h-15.2z');
    expect(barsPath([])).toBe('');
  });
  it('survive nothing and zeros', () => {
    expect(barLayout([], 40, 92).bars).toEqual([]);
    expect(barLayout([0, 0], 40, 92).bars.every((bar) => Number.isFinite(bar.y))).toBe(true);
  });
});

describe('plots', () => {
  it('count every finite value once', () => {
    const values = Float32Array.from({ length: 999 }, (_, i) => Math.sin(i));
    values[3] = NaN;
    const { bars } = histogram(values, frame, 20);
    expect(bars).toHaveLength(20);
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(998);
  });
  it('cope with one value', () =>
    expect(histogram([2, 2], frame, 4).bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(2));
  it('place a function', () => {
    const layout = curve((x) => x * x, frame, [-2, 2]);
    expect(layout.x(-2)).toBe(10);
    expect(layout.y(4)).toBe(10);
    expect(layout.y(0)).toBe(80);
    expect(layout.path.startsWith('M10,10')).toBe(true);
  });
});

describe('CSV', () => {
  it('has one row a leading index and numbers that read back', () => {
    const data = Float32Array.of(0.1, -2, 1 / 3, 4e-10, NaN, -Infinity);
    const lines = Array.from(tensorCsv([3, 2], data, [' a', 'b,"c"', '=1']), (line) => line.trimEnd());
    expect(lines[0]).toBe('axis0,token,0,1');
    expect(lines[1]).toBe('0, a,0.1,-2');
    expect(lines[2]!.startsWith('1,"b,""c""",')).toBe(true);
    expect(lines[3]).toBe("2,'=1,nan,-inf");
    expect(Math.fround(Number(lines[2]!.split(',').at(-1)))).toBe(data[3]);
  });
  it('numbers every leading axis', () => {
    expect([...tensorCsv([2, 2, 1], Float32Array.of(1, 2, 3, 4))]).toEqual([
      'axis0,axis1,0\r\n',
      '0,0,1\r\n',
      '0,1,2\r\n',
      '1,0,3\r\n',
      '1,1,4\r\n',
    ]);
  });
  it('writes a vector as one row', () =>
    expect([...tensorCsv([2], Float32Array.of(1, 2))]).toEqual(['0,1\r\n', '1,2\r\n']));
  it('writes rows under their names, float32 as it reads back and all else in full', () => {
    const rows = [
      [3, ' sea', Math.fround(0.1)],
      [4, '=1,2', 0.1],
      [5, 'a\n"b"', -Infinity],
    ];
    expect([...tableCsv(['id', 'token', 'value'], rows)].join('')).toBe(
      'id,token,value\r\n3, sea,0.1\r\n4,"\'=1,2",0.1\r\n5,"a\n""b""",-inf\r\n',
    );
    expect([...tableCsv(['x'], [[2 / 3]])]).toEqual(['x\r\n', `${2 / 3}\r\n`]);
  });
  it('defuses formulas', () => {
    expect(csvField('@x')).toBe("'@x");
    expect(csvField('-cmd')).toBe("'-cmd");
    expect(csvField('-1')).toBe('-1');
  });
});

describe('files', () => {
  it('names and escapes', () => {
    expect(fileName('vitrine', 'attention L3H4', 2)).toBe('vitrine-attention-L3H4-2');
    expect(fileName('../../etc')).toBe('..-..-etc');
    expect(escapeXml(`"'`)).toBe('&quot;&apos;');
    expect(escapeXml('A & B \u0000')).toBe('A &amp; B \ufffd');
  });
});
