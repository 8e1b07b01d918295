/** What the browser says it painted, read into what an SVG file may say. */
import { describe, expect, it } from 'vitest';
import { sequentialTable, signedTable } from '../../../web/src/charts/colour';
import { shareWith, signedWith } from '../../../web/src/charts/canvas';
import { charactersOf, covers, rangesOf } from '../../../web/src/export/fonts';
import { frameOf, gradientOf, inkOf, linesOf } from '../../../web/src/charts/paint';
import { cutsOf } from '../../../web/src/charts/shares';
import { cellsSvg, hatchedFuture } from '../../../web/src/charts/vector';

describe('colours', () => {
  it.each([
    ['rgb(28, 27, 34)', '#1c1b22', 1],
    ['rgba(109, 40, 217, 0.12)', '#6d28d9', 0.12],
    ['color(srgb 1 0.5 0 / 0.25)', '#ff8000', 0.25],
    ['#4B5568', '#4b5568', 1],
    ['rgba(0, 0, 0, 0)', 'none', 1],
    ['none', 'none', 1],
  ])('%s', (text, colour, opacity) => expect(inkOf(text)).toEqual({ colour, opacity }));
  it('of a ramp come in their order, and a hatching is told from it', () => {
    const ramp = gradientOf('linear-gradient(to right, rgb(1, 2, 3), rgba(4, 5, 6, 0.5))')!;
    expect(ramp.repeats).toBe(false);
    expect(ramp.colours.map(({ colour }) => colour)).toEqual(['#010203', '#040506']);
    expect(
      gradientOf('repeating-linear-gradient(135deg, rgba(0, 0, 0, 0) 0px, rgb(9, 9, 9) 3px)'),
    ).toMatchObject({ repeats: true });
    expect(gradientOf('none')).toBeNull();
  });
  it('of a frame are those of a shadow that is not blurred', () => {
    expect(frameOf('rgb(1, 2, 3) 0px 0px 0px 1.5px')).toEqual({
      ink: { colour: '#010203', opacity: 1 },
      width: 1.5,
    });
    expect(frameOf('rgb(1, 2, 3) 0px 10px 40px 0px')).toBeNull();
    expect(frameOf('none')).toBeNull();
  });
});

describe('text', () => {
  it('comes line by line, as the words lie', () => {
    const text = 'one  two\\n three';
    const word = (begin: number, end: number, top: number, left: number) => ({
      begin,
      end,
      top,
      left,
      right: left + 10 * (end - begin),
    });
    const lines = linesOf(text, [word(0, 3, 5, 0), word(5, 8, 5.5, 40), word(11, 16, 25, 0)]);
    expect(lines).toEqual([
      { text: 'one two', top: 5, left: 0, right: 70 },
      { text: 'three', top: 25, left: 0, right: 50 },
    ]);
  });
});

describe('cells', () => {
  const place = { width: 10, height: 10, pitchX: 10, pitchY: 12 };
  it('of one colour that touch are one rectangle', () => {
    const values = [1, 1, -1, 0, 0, 0];
    const index = signedWith(1);
    const svg = cellsSvg({
      ...place,
      rows: 2,
      columns: 3,
      table: signedTable('light'),
      index: (row, column) => index(values[row * 3 + column]!),
    })!;
    expect(svg.match(/<rect /g)).toHaveLength(3);
    expect(svg).toContain('x="0" y="0" width="20" height="10"');
    expect(svg).toContain('x="0" y="12" width="30"');
  });
  it('that stand apart stay apart, and what is not there is left out', () => {
    const svg = cellsSvg({
      ...place,
      pitchX: 12,
      rows: 2,
      columns: 2,
      table: sequentialTable('dark'),
      index: (row, column) => (column > row ? null : shareWith(false)(0.5)),
      radius: 2,
    })!;
    expect(svg.match(/<rect /g)).toHaveLength(3);
    expect(svg).toContain('rx="2"');
  });
  it('without number are left to the pixels', () =>
    expect(
      cellsSvg({ ...place, rows: 300, columns: 300, table: signedTable('light'), index: () => 0 }),
    ).toBeNull());
  it('of the future are hatched, a row each', () => {
    const svg = hatchedFuture('m', 3, 10, '#555555');
    expect(svg.match(/url\(#m\)/g)).toHaveLength(2);
    expect(svg).toContain('<rect x="10" y="0" width="20" height="10"');
    expect(hatchedFuture('m', 1, 10, '#555555')).not.toContain('<rect');
  });
});

describe('the two cuts', () => {
  it('are both told of the whole', () => {
    // k takes 40 %; p takes half of the 60 % that are left.
    const cuts = cutsOf({ massCutByK: 0.4, massCutByP: 0.5 });
    expect(cuts.byP).toBeCloseTo(0.3, 12);
    expect(cuts.both).toBeCloseTo(0.7, 12);
    expect(cuts.left).toBeCloseTo(0.3, 12);
    expect(cutsOf({ massCutByK: 0, massCutByP: 0 })).toEqual({ byK: 0, byP: 0, both: 0, left: 1 });
  });
});

describe('fonts', () => {
  it('are taken by the ranges they say', () => {
    expect(rangesOf('U+0000-00FF, U+131, U+4??')).toEqual([
      [0, 0xff],
      [0x131, 0x131],
      [0x400, 0x4ff],
    ]);
    expect(covers(rangesOf('U+AC00-AC10'), ['a', '가'])).toBe(true);
    expect(covers(rangesOf('U+AC00-AC10'), ['a', '힣'])).toBe(false);
    expect(covers(rangesOf(''), ['힣'])).toBe(true);
  });
  it('are chosen by the characters that the texts are written with', () => {
    const svg = '<svg><title>zz</title><text x="1">a b</text><g><text>&lt;é가</text></g></svg>';
    expect([...charactersOf(svg)].sort()).toEqual(['<', 'a', 'b', 'é', '가'].sort());
  });
});
