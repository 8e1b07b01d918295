/** What every view of experiments starts from: the run or the changed run, a position, a word and what it is compared with. */
import { innerHeight, innerWidth } from 'svelte/reactivity/window';
import { pane } from '../i18n/experiment-pane';
import { unitOf } from '../layout/screen/form';
import { useEngine, useExperiment, useRun, useView } from '../state/context';
import { usePull } from '../state/pull.svelte';
import { word } from '../format/format';

/** Candidates that a word can be picked from. */
export const offered = 6;

/** To be called while a component is set up. */
export function useQuestion() {
  const run = useRun();
  const view = useView();
  const engine = useEngine();
  const experiment = useExperiment();
  const count = $derived(run.tokens.length);
  const position = $derived(Math.max(0, Math.min(view.pinnedToken ?? count - 1, count - 1)));
  const words = $derived(run.tokens.map(({ text }) => word(text)));
  const unit = $derived(unitOf(innerWidth.current ?? 1440, innerHeight.current ?? 900));
  const picked = $derived(
    [experiment.target, experiment.rival].filter((id): id is number => typeof id === 'number'),
  );
  /** What is expected at the position: of the unchanged model, so that a change moves no question. */
  const guesses = usePull('lens', () =>
    count > 0 ? { position, everyPoint: false, top: offered, ids: picked } : null,
  );
  const final = $derived(guesses.current?.at(-1));
  const candidates = $derived(final?.top ?? []);
  const target = $derived(experiment.target ?? candidates[0]?.id ?? null);
  const rival = $derived(experiment.rival === target ? null : experiment.rival);
  const texts = usePull('tokens', () => (picked.length > 0 ? { ids: picked } : null));
  const textOf = (id: number): string =>
    candidates.find((one) => one.id === id)?.text ??
    texts.current?.find((one) => one.id === id)?.text ??
    `${id}`;
  const about = $derived(experiment.about());
  const t = $derived(pane[view.locale]);
  return {
    run,
    view,
    engine,
    experiment,
    get t() {
      return t;
    },
    get count() {
      return count;
    },
    /** The position asked about: the pinned token, else the last. */
    get position() {
      return position;
    },
    get words() {
      return words;
    },
    /** CSS px of one unit. */
    get unit() {
      return unit;
    },
    get candidates() {
      return candidates;
    },
    get target() {
      return target;
    },
    get rival() {
      return rival;
    },
    /** Which of the two runs questions are about, as they say it; null while there is no answer of the changed one yet. */
    get about() {
      return about;
    },
    textOf,
    wordOf: (id: number) => word(textOf(id)),
    get info() {
      return run.info;
    },
    get layers() {
      return run.info?.layers ?? 0;
    },
    get heads() {
      return run.info?.heads ?? 0;
    },
  };
}

export type Question = ReturnType<typeof useQuestion>;
