/** The residual stream of one token as the sum of what was written into it. C channels, L layers. */
import { norm } from './dot';

export interface Writer {
  kind: 'embed' | 'position' | 'attention' | 'mlp';
  /** -1 for the embeddings. */
  layer: number;
}

/** In the order of writing: token, position, then attention and MLP of each block. */
export function writers(layers: number): Writer[] {
  const list: Writer[] = [
    { kind: 'embed', layer: -1 },
    { kind: 'position', layer: -1 },
  ];
  for (let layer = 0; layer < layers; ++layer)
    list.push({ kind: 'attention', layer }, { kind: 'mlp', layer });
  return list;
}

/** Name of the tensor that a writer adds. */
export function writtenBy({ kind, layer }: Writer): string {
  if (kind === 'embed') return 'hook_embed';
  if (kind === 'position') return 'hook_pos_embed';
  return kind === 'attention' ? `blocks.${layer}.hook_attn_out` : `blocks.${layer}.hook_mlp_out`;
}

/** The lane after each writer: running sums, [writers, C] in one array. */
export function runningSums(parts: readonly Float32Array[]): Float32Array {
  const channels = parts[0]?.length ?? 0;
  const sums = new Float32Array(parts.length * channels);
  const lane = new Float64Array(channels);
  parts.forEach((part, i) => {
    for (let c = 0; c < channels; ++c) sums[i * channels + c] = lane[c]! += part[c]!;
  });
  return sums;
}

/** Lengths of the parts and of the lane after each. */
export function lengths(parts: readonly Float32Array[]): { written: number[]; lane: number[] } {
  const channels = parts[0]?.length ?? 0;
  const sums = runningSums(parts);
  return {
    written: parts.map((part) => norm(part)),
    lane: parts.map((_, i) => norm(sums.subarray(i * channels, (i + 1) * channels))),
  };
}
