/** What every opened stage starts from: the run, the view, the token looked at, the model's sizes, its own texts. */
import type { Locale } from '../i18n';
import { useRun, useView } from '../state/context';
import { useTensor } from '../state/pull.svelte';
import type { Space } from '../state/view.svelte';
import { asAttended, asRead, attentionRounds } from './arithmetic/rounding';
import { common } from '../i18n/stages-common';
import { useFocus } from './focus.svelte';
import { useWeight } from './weights.svelte';

/** To be called while a component is set up, with the texts of its stage by language. */
export function useStage<T>(texts: Record<Locale, T>) {
  const run = useRun();
  const view = useView();
  const focus = useFocus();
  const info = $derived(run.info);
  const rounds = $derived(info?.dtype === 'q8');
  const attends = $derived(rounds && !!info && attentionRounds(info.headSize, info.context));
  const t = $derived(texts[view.locale]);
  const u = $derived(common[view.locale]);
  const finger = matchMedia('(hover: none)').matches;
  const token = $derived(focus.words[focus.pinned] ?? '');
  const row = $derived<[number, number]>([focus.pinned, focus.pinned + 1]);
  return {
    run,
    view,
    focus,
    /** Texts of the stage, and those that all stages share. */
    get t() {
      return t;
    },
    get u() {
      return u;
    },
    /** What a pointer does with a figure, or a finger. */
    get hint() {
      return finger ? u.tapHint : u.pinHint;
    },
    get info() {
      return info;
    },
    /** Sizes by their letters: C, F, H, D, L, V; 0 without a model. */
    get width() {
      return info?.width ?? 0;
    },
    get inner() {
      return info?.inner ?? 0;
    },
    get heads() {
      return info?.heads ?? 0;
    },
    get size() {
      return info?.headSize ?? 0;
    },
    get layers() {
      return info?.layers ?? 0;
    },
    get vocabulary() {
      return info?.vocabulary ?? 0;
    },
    /** Whether the products of a block read their inputs rounded, as an int8 model does. */
    get rounds() {
      return rounds;
    },
    /** A row as those products read it. */
    read: (row: Float32Array) => (rounds ? asRead(row) : row),
    /** Whether attention reads its queries, keys and values rounded. */
    get attends() {
      return attends;
    },
    /** A head's rows as attention reads them, in steps of a `range`th of each row's largest number. */
    attended: (rows: Float32Array, size: number, range: number) =>
      attends ? asAttended(rows, size, range) : rows,
    /** The word of the pinned token. */
    get token() {
      return token;
    },
    /** Its row, as tensors are asked for. */
    get row() {
      return row;
    },
    /** Name of a tensor of the chosen block, such as `mlp.hook_pre`. */
    at: (name: string) => `blocks.${view.layer}.${name}`,
    /** The pinned token's row of a tensor, [1, ...]. */
    rowOf: (name: () => string) =>
      useTensor(() => (info && focus.count > 0 ? { name: name(), rows: row } : null)),
    /** All rows of a tensor. */
    whole: (name: () => string) => useTensor(() => (info ? { name: name() } : null)),
    /** Outputs [begin, end) of a weight. */
    weight: (name: () => string, rows: () => [number, number]) =>
      useWeight(() => (info ? { name: name(), rows: rows() } : null)),
  };
}

/**
 * The dimension looked at in a space: the one under the pointer, wherever on the page that is, else the chosen one,
 * else the first. To be called while a component is set up.
 */
export function useLit(space: Space, size: () => number, chosen: () => number | null) {
  const view = useView();
  const hovered = $derived(view.hoveredDimension?.space === space ? view.hoveredDimension.index : null);
  const index = $derived(Math.max(0, Math.min(hovered ?? chosen() ?? 0, size() - 1)));
  return {
    get index() {
      return index;
    },
    /** The one under the pointer, or null. */
    get hovered() {
      return hovered;
    },
    over(to: number | null) {
      view.hoveredDimension = to === null ? null : { space, index: to };
    },
    /** For strips whose columns are the space's dimensions. */
    overCell(cell: { column: number } | null) {
      view.hoveredDimension = cell && { space, index: cell.column };
    },
  };
}
