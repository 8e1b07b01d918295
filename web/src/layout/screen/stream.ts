/** The stream as it is drawn: a band as wide as its vector is long, in units. */
import type { ScreenPlan } from './plan';

/** Width of a stream as long as the scale's end, and the most it is drawn with. */
export const streamWidth = { full: 9, most: 12, least: 1 } as const;

/** The scale's end for these lengths: the least of 30, 60, 120 and so on that holds nine tenths of them. */
export function streamScale(lengths: readonly (readonly number[])[]): number {
  const all = lengths.flat().sort((a, b) => a - b);
  const high = all[Math.floor(0.9 * (all.length - 1))] ?? 0;
  let end = 30;
  while (end < high && end < 1e9) end *= 2;
  return end;
}

export function widthOf(length: number, end: number): number {
  const width = (length / end) * streamWidth.full;
  return Math.min(streamWidth.most, Math.max(streamWidth.least, Number.isFinite(width) ? width : 0));
}

/** From `x` on the stream is so wide. */
export interface Reach {
  x: number;
  width: number;
}

/** From `x` on the vector is so long. */
interface Step {
  x: number;
  length: number;
}

/** Where a row's stream changes: in the middle of each closed block, at both pluses of the open one. */
function steps(
  { columns }: Pick<ScreenPlan, 'columns'>,
  open: number,
  lengths: readonly number[],
  middle: number,
): Step[] {
  const [plus1, plus2] = columns.plus;
  const closed = (before: boolean): Step[] =>
    columns.closed
      .filter(({ first }) => first < open === before)
      .map(({ x, width, last }) => ({ x: x + width / 2, length: lengths[last + 1] ?? 0 }));
  return [
    { x: columns.blocks - 4, length: lengths[0] ?? 0 },
    ...closed(true),
    { x: plus1, length: middle },
    { x: plus2, length: lengths[open + 1] ?? 0 },
    ...closed(false),
  ];
}

/**
 * The stream's widths from place to place; `lengths` before the first block and after each, `middle` between the open
 * block's two additions.
 */
export function reaches(
  plan: Pick<ScreenPlan, 'columns'>,
  open: number,
  lengths: readonly number[],
  middle: number,
  end: number,
): Reach[] {
  return steps(plan, open, lengths, middle).map(({ x, length }) => ({ x, width: widthOf(length, end) }));
}

/** Length of a row's vector at `x`; the arguments are those of `reaches`. */
export function lengthAt(
  plan: Pick<ScreenPlan, 'columns'>,
  open: number,
  lengths: readonly number[],
  middle: number,
  x: number,
): number {
  const all = steps(plan, open, lengths, middle);
  return (all.findLast((step) => step.x <= x) ?? all[0]!).length;
}

const round = (value: number) => Math.round(value * 100) / 100;

/** The outline of a band along `y` to `right`; its width changes within `ease` units on either side of each place. */
export function bandPath(list: readonly Reach[], y: number, right: number, ease = 5): string {
  const [first] = list;
  if (!first) return '';
  const level = ({ width }: Reach, side: 1 | -1) => round(y + (side * width) / 2);
  const steps: string[] = [];
  // The lower edge runs back, from the right end to the left.
  const back: string[] = [];
  for (let i = 1; i < list.length; i += 1) {
    const [before, after] = [list[i - 1]!, list[i]!];
    const { x } = after;
    const up = level(after, -1);
    steps.push(`H${round(x - ease)}C${x} ${level(before, -1)} ${x} ${up} ${round(x + ease)} ${up}`);
    const down = level(before, 1);
    back.unshift(`H${round(x + ease)}C${x} ${level(after, 1)} ${x} ${down} ${round(x - ease)} ${down}`);
  }
  const end = level(list.at(-1)!, 1);
  return `M${round(first.x)} ${level(first, -1)}${steps.join('')}H${round(right)}V${end}${back.join('')}H${round(first.x)}Z`;
}

/** The body of an MLP: a neck, four times as wide inside, a neck. From `left` to `right` about `y`. */
export function bellyPath(left: number, right: number, y: number, height: number, neck: number): string {
  const [n, h] = [neck / 2, height / 2];
  const s = Math.min(10, (right - left) / 5);
  const up = (side: 1 | -1) =>
    side < 0
      ? `C${left + s} ${y - n} ${left + s * 0.6} ${y - h} ${left + 2 * s} ${y - h}H${right - 2 * s}C${right - s * 0.6} ${y - h} ${right - s} ${y - n} ${right} ${y - n}`
      : `C${right - s} ${y + n} ${right - s * 0.6} ${y + h} ${right - 2 * s} ${y + h}H${left + 2 * s}C${left + s * 0.6} ${y + h} ${left + s} ${y + n} ${left} ${y + n}`;
  return `M${left} ${y - n}${up(-1)}V${y + n}${up(1)}Z`;
}
