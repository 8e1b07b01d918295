import type { Tensor } from '../protocol/protocol';
import { rowNorms } from '../layout/norms';
import { useRun, useView } from '../state/context';
import { pinnedHeadLimit } from '../state/view.svelte';
import { useTensor, type Pulled } from '../state/pull.svelte';

/** The tensors of the picture: those of the visible rows, of the layer and head chosen. */
export interface Scene {
  /** [rows, C]; the sum of the first two is the third. */
  token: Pulled<Tensor>;
  position: Pulled<Tensor>;
  sum: Pulled<Tensor>;
  /** [rows, C], the stream before, between and after the block's two additions. */
  before: Pulled<Tensor>;
  middle: Pulled<Tensor>;
  after: Pulled<Tensor>;
  /** [rows, C], what the block's two norms hand on; asked for by the upright picture alone. */
  norm1: Pulled<Tensor>;
  norm2: Pulled<Tensor>;
  /** [rows, D] of the head. */
  q: Pulled<Tensor>;
  k: Pulled<Tensor>;
  v: Pulled<Tensor>;
  z: Pulled<Tensor>;
  /** [rows, C], all heads together. */
  attentionOut: Pulled<Tensor>;
  /** [rows, F]. */
  mlpPre: Pulled<Tensor>;
  mlpPost: Pulled<Tensor>;
  mlpOut: Pulled<Tensor>;
  /** [rows, T] of the head, as the switch says: scores, masked scores or the pattern. */
  matrix: Pulled<Tensor>;
  /** [1, T], where the lit token looks; and the token it belongs to. */
  looks: Pulled<Tensor>;
}

/** Which tensor the matrix shows. Masked scores are the scores with the future struck out. */
export const matrixTensor = {
  scores: 'attn.hook_attn_scores',
  masked: 'attn.hook_attn_scores',
  pattern: 'attn.hook_pattern',
} as const;

export function useScene(window: () => [number, number], withNorms = false): Scene {
  const run = useRun();
  const view = useView();
  const rows = $derived.by<[number, number] | null>(() => {
    const [begin, end] = window();
    const last = Math.min(end, run.tokens.length);
    return begin < last ? [begin, last] : null;
  });
  const key = $derived(rows?.join(' '));
  const slice = () => {
    void key;
    return rows;
  };
  const plain = (name: () => string) =>
    useTensor(() => {
      const visible = slice();
      return visible && { name: name(), rows: visible };
    });
  const norm = (name: string) =>
    useTensor(() => {
      const visible = withNorms ? slice() : null;
      return visible && { name: `blocks.${view.layer}.${name}`, rows: visible };
    });
  const ofHead = (name: string) =>
    useTensor(() => {
      const visible = slice();
      return visible && { name: `blocks.${view.layer}.${name}`, head: view.head, rows: visible };
    });
  const block = (name: string) => plain(() => `blocks.${view.layer}.${name}`);
  return {
    token: plain(() => 'hook_embed'),
    position: plain(() => 'hook_pos_embed'),
    sum: plain(() => 'blocks.0.hook_resid_pre'),
    before: block('hook_resid_pre'),
    norm1: norm('ln1.hook_normalized'),
    norm2: norm('ln2.hook_normalized'),
    q: ofHead('attn.hook_q'),
    k: ofHead('attn.hook_k'),
    v: ofHead('attn.hook_v'),
    matrix: useTensor(() => {
      const visible = slice();
      return (
        visible && {
          name: `blocks.${view.layer}.${matrixTensor[view.matrix]}`,
          head: view.head,
          rows: visible,
        }
      );
    }),
    z: ofHead('attn.hook_z'),
    attentionOut: block('hook_attn_out'),
    middle: block('hook_resid_mid'),
    mlpPre: block('mlp.hook_pre'),
    mlpPost: block('mlp.hook_post'),
    mlpOut: block('hook_mlp_out'),
    after: block('hook_resid_post'),
    looks: useTensor(() => {
      const { token } = view;
      if (token === null || token >= run.tokens.length) return null;
      return { name: `blocks.${view.layer}.attn.hook_pattern`, head: view.head, rows: [token, token + 1] };
    }),
  };
}

/** Where a token looks in each of the pinned heads, [1, T]; as many as can be pinned, while there is one. */
export function usePinnedLooks(lit: () => number | null): Pulled<Tensor>[] {
  const run = useRun();
  const view = useView();
  return Array.from({ length: pinnedHeadLimit }, (_, i) =>
    useTensor(() => {
      const token = lit();
      const pin = view.pinnedHeads[i];
      if (!pin || token === null || token < 0 || token >= run.tokens.length) return null;
      return { name: `blocks.${pin.layer}.attn.hook_pattern`, head: pin.head, rows: [token, token + 1] };
    }),
  );
}

/** Lengths of a pulled tensor's rows. */
export function normsOf(tensor: Tensor | undefined): number[] {
  if (!tensor) return [];
  const columns = tensor.shape[tensor.shape.length - 1] ?? 1;
  return rowNorms(tensor.data, columns);
}
