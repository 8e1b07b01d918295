import {
  byteLimit,
  coarseLimit,
  coarsestStep,
  group,
  leastRounded,
  mostRounded,
  mostRoundedTokens,
  valueLimit,
} from '../../protocol/engine-constants.gen';

/** To the nearest whole number, halves to the even one, as the engine does. */
function nearest(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}

/** Puts values into `read` in whole multiples of a `range`th of `limit`, their largest magnitude. */
function inSteps(values: Float32Array, limit: number, range: number, read: Float32Array): void {
  const step = Math.fround(limit / range);
  const inverse = Math.fround(range / limit);
  values.forEach((value, i) => (read[i] = nearest(Math.fround(value * inverse)) * step));
}

const most = (values: Float32Array) => values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);

/**
 * A row of activations as the products of an int8 model read it in its blocks: each group of 64 inputs in whole
 * multiples of a step of its own. The same arithmetic as the engine's, in its precision.
 */
export function asRead(row: Float32Array): Float32Array {
  const squares = row.reduce((sum, value) => sum + value * value, 0);
  const read = new Float32Array(row.length);
  if (!Number.isFinite(squares)) return read.fill(NaN);
  const fine = Math.sqrt(squares / Math.max(1, row.length)) * coarsestStep * coarseLimit;
  for (let begin = 0; begin < row.length; begin += group) {
    const values = row.subarray(begin, begin + group);
    const limit = most(values);
    if (limit > leastRounded)
      inSteps(values, limit, limit <= fine ? coarseLimit : byteLimit, read.subarray(begin));
  }
  return read;
}

/** The largest integers that a head's queries and keys are rounded to: D products of two of them fit int32. */
export const pairRange = (size: number) =>
  Math.min(32767, Math.floor(Math.sqrt((2 ** 31 - 1) / (2 * Math.ceil(size / 2)))));

/** The same of its values. */
export const valueRange = valueLimit;

/** Whether the attention of an int8 model is rounded: of short heads and contexts. */
export const attentionRounds = (size: number, context: number) =>
  size <= mostRounded && context <= mostRoundedTokens;

/** Rows of one head, [T, size], in steps of a `range`th of the largest number of each, as the engine rounds them. */
export function asAttended(rows: Float32Array, size: number, range: number): Float32Array {
  const read = new Float32Array(rows.length);
  for (let begin = 0; begin < rows.length; begin += size) {
    const row = rows.subarray(begin, begin + size);
    const limit = most(row);
    if (!Number.isFinite(limit)) read.fill(NaN, begin, begin + size);
    else if (limit > leastRounded) inSteps(row, limit, range, read.subarray(begin));
  }
  return read;
}
