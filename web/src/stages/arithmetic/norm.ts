/** LayerNorm of one vector [C], step by step. */

export interface NormSteps {
  mean: number;
  /** Mean of the squared distances from the mean. */
  variance: number;
  /** sqrt(variance + epsilon): what the engine calls the scale. */
  scale: number;
  /** (x - mean) / scale. */
  normalized: Float64Array;
  /** normalized * gain + bias. */
  output: Float64Array;
}

export function layerNorm(
  x: ArrayLike<number>,
  gain: ArrayLike<number>,
  bias: ArrayLike<number>,
  epsilon: number,
): NormSteps {
  const size = x.length;
  let mean = 0;
  for (let i = 0; i < size; ++i) mean += x[i]! / size;
  let variance = 0;
  for (let i = 0; i < size; ++i) variance += (x[i]! - mean) ** 2 / size;
  const scale = Math.sqrt(variance + epsilon);
  const normalized = Float64Array.from({ length: size }, (_, i) => (x[i]! - mean) / scale);
  const output = normalized.map((value, i) => value * gain[i]! + bias[i]!);
  return { mean, variance, scale, normalized, output };
}

/** Mean and scale of every row of [T, C], without the output. */
export function rowMoments(
  data: Float32Array,
  channels: number,
  epsilon: number,
): { mean: number; scale: number }[] {
  const rows = Math.floor(data.length / channels);
  return Array.from({ length: rows }, (_, row) => {
    let mean = 0;
    for (let i = 0; i < channels; ++i) mean += data[row * channels + i]! / channels;
    let variance = 0;
    for (let i = 0; i < channels; ++i) variance += (data[row * channels + i]! - mean) ** 2 / channels;
    return { mean, scale: Math.sqrt(variance + epsilon) };
  });
}
