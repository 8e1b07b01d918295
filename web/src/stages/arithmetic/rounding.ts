/** Inputs rounded together, as engine/packed.h groups them. */
const group = 64;
/** Of the root mean square of a row: coarser steps are not taken (engine/linear.h, kCoarsestStep). */
const coarsestStep = 0.1;
const byte = 127;
/** The largest of the integers that the products take otherwise (engine/byte_band.h, kByteLimit). */
const largest = 32639;

/** To the nearest whole number, halves to the even one, as the engine does. */
function nearest(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}

/**
 * A row of activations as the products of an int8 model read it in its blocks: each group of 64 inputs in whole
 * multiples of a step of its own. The same arithmetic as the engine's, in its precision.
 */
export function asRead(row: Float32Array): Float32Array {
  const squares = row.reduce((sum, value) => sum + value * value, 0);
  const read = new Float32Array(row.length);
  if (!Number.isFinite(squares)) return read.fill(NaN);
  const most = Math.sqrt(squares / Math.max(1, row.length)) * coarsestStep * byte;
  for (let begin = 0; begin < row.length; begin += group) {
    const values = row.subarray(begin, begin + group);
    const limit = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
    if (!(limit > 1e-30)) continue;
    const range = limit <= most ? byte : largest;
    const step = Math.fround(limit / range);
    const inverse = Math.fround(range / limit);
    values.forEach((value, i) => (read[begin + i] = nearest(Math.fround(value * inverse)) * step));
  }
  return read;
}
