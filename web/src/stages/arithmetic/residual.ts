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

export interface WriterFoot {
  /** Under writer `at`, or between two. */
  at: number;
  text: string;
  layer: number;
}

/** What stands under a chart of the writers, `pitch` px apart: their names where there is room, else the layers'. */
export function writerFeet(list: readonly Writer[], labels: readonly string[], pitch: number): WriterFoot[] {
  if (pitch >= 46) return list.map(({ layer }, at) => ({ at, text: labels[at] ?? '', layer }));
  const every = Math.max(1, Math.ceil(15 / Math.max(pitch, 1e-6)));
  return list.flatMap(({ kind, layer }, i) =>
    kind === 'attention' && layer % every === 0 ? [{ at: i + 0.5, text: `L${layer}`, layer }] : [],
  );
}

/** Colours of the kinds of writers. */
export const writerColours: Record<Writer['kind'], string> = {
  embed: 'var(--residual)',
  position: 'var(--residual)',
  attention: 'var(--attention)',
  mlp: 'var(--mlp)',
};

/**
 * After each writer, how far every one so far reaches along the lane as it is then: row i holds i + 1 numbers, which add up
 * to the lane's length there. What was written early is worn away, or is not.
 */
export function stackedShares(parts: readonly Float32Array[]): number[][] {
  const width = parts[0]?.length ?? 0;
  const lane = new Float64Array(width);
  return parts.map((_, i) => {
    const added = parts[i]!;
    for (let c = 0; c < width; ++c) lane[c]! += added[c]!;
    const length = norm(lane) || 1;
    return parts.slice(0, i + 1).map((part) => {
      let along = 0;
      for (let c = 0; c < width; ++c) along += part[c]! * lane[c]!;
      return along / length;
    });
  });
}

export interface Block {
  /** Row: after which writer; segment: whose part. */
  step: number;
  writer: number;
  from: number;
  to: number;
}

/** The shares stood on each other: what points along the lane above zero, what points against it below. */
export function stacked(shares: readonly (readonly number[])[]): Block[] {
  return shares.flatMap((row, step) => {
    let above = 0;
    let below = 0;
    return row.map((share, writer) => {
      const from = share >= 0 ? above : below;
      const to = from + share;
      if (share >= 0) above = to;
      else below = to;
      return { step, writer, from, to };
    });
  });
}
