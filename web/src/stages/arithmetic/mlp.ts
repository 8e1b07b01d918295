/** What the neurons of an MLP write. C channels, F neurons. */

export interface Neuron {
  index: number;
  pre: number;
  post: number;
  /** |post| times the length of the neuron's output vector: the length of what it writes. */
  written: number;
}

/** Weights between two pauses: about a millisecond. */
const piece = 1 << 19;

/** Length of each neuron's output vector, from W_proj given as [C, F] (outputs, inputs). Pauses now and then. */
export function* outputLengths(projection: Float32Array, neurons: number): Generator<void, Float64Array> {
  const channels = Math.floor(projection.length / neurons);
  const squares = new Float64Array(neurons);
  const atOnce = Math.ceil(piece / neurons);
  for (let c = 0; c < channels; ++c) {
    if (c % atOnce === atOnce - 1) yield;
    addSquares(squares, projection, c * neurons);
  }
  return squares.map(Math.sqrt);
}

function addSquares(squares: Float64Array, values: Float32Array, from: number): void {
  for (let i = 0; i < squares.length; ++i) squares[i]! += values[from + i]! * values[from + i]!;
}

/** The neurons that write most at one position, the longest first. */
export function strongestNeurons(
  pre: Float32Array,
  post: Float32Array,
  lengths: ArrayLike<number>,
  count: number,
): Neuron[] {
  const neurons = Array.from(post, (value, index) => ({
    index,
    pre: pre[index]!,
    post: value,
    written: Math.abs(value) * lengths[index]!,
  }));
  neurons.sort((a, b) => b.written - a.written || a.index - b.index);
  return neurons.slice(0, count);
}

/** Neuron's output vector [C] with the sign of its activation: the direction it pushes into. */
export function direction(
  projection: Float32Array,
  neurons: number,
  neuron: number,
  post: number,
): Float32Array {
  const channels = Math.floor(projection.length / neurons);
  const sign = post < 0 ? -1 : 1;
  return Float32Array.from({ length: channels }, (_, c) => sign * projection[c * neurons + neuron]!);
}

/** How many neurons are on (post > 0) and the share of all that is written that the strongest `count` write. */
export function concentration(neurons: readonly Neuron[], count: number): { on: number; share: number } {
  const total = neurons.reduce((sum, neuron) => sum + neuron.written, 0);
  const strongest = neurons.slice(0, count).reduce((sum, neuron) => sum + neuron.written, 0);
  return { on: neurons.filter((neuron) => neuron.post > 0).length, share: total > 0 ? strongest / total : 0 };
}

/** The fewest values that hold `part` (0..1) of the squared length of all. */
export function fewest(values: ArrayLike<number>, part: number): number {
  const squares = Float64Array.from(values, (value) => value * value).sort();
  const total = squares.reduce((sum, square) => sum + square, 0);
  let held = 0;
  let count = 0;
  while (count < squares.length && held < part * total) held += squares[squares.length - ++count]!;
  return count;
}
