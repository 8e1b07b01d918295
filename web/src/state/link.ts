import { defaultDepth, defaultSampling, defaultSeed, type ViewState } from './view.svelte';
import type { Reading } from '../protocol/protocol';
import type { Link } from './url';
import type { RunState } from './run.svelte';

/** What the screen shows, as a link; what a fresh page has anyway is left out. */
export function linkOf(run: RunState, view: ViewState, model: string, preferred: string): Link {
  const { temperature, topK, topP } = view.sampling;
  const locale = view.wanted === preferred ? undefined : view.wanted;
  const lesson = view.lesson === null ? {} : { lesson: view.lesson, answers: heldBack(view) };
  // A step says by itself what the picture shows.
  if (view.lesson !== null && !view.lessonMoved)
    return { ...lesson, model, present: view.present || undefined, locale };
  return {
    ...lesson,
    prompt: run.prompt,
    appended: run.appended.length ? run.appended : undefined,
    special: run.reading.special || undefined,
    mark: run.reading.mark || undefined,
    model,
    layer: view.layer,
    head: view.head,
    token: view.pinnedToken ?? undefined,
    cell: view.cell ?? undefined,
    heads: view.pinnedHeads.length ? view.pinnedHeads : undefined,
    order: view.order === 'layer' ? undefined : view.order,
    matrix: view.matrix === 'pattern' ? undefined : view.matrix,
    sampling: {
      temperature: temperature === defaultSampling.temperature ? undefined : temperature,
      topK: topK === defaultSampling.topK ? undefined : topK,
      topP: topP === defaultSampling.topP ? undefined : topP,
    },
    seed: view.seed === defaultSeed ? undefined : view.seed,
    open: view.open ?? undefined,
    detail: view.detail ?? undefined,
    // A link with pins opens in full unless it says otherwise.
    view: view.depth === defaultDepth && !view.cell && !view.pinnedHeads.length ? undefined : view.depth,
    present: view.present || undefined,
    // What was asked for, so that a language whose texts did not come is tried again with the next load.
    locale,
  };
}

/** How a link's prompt is read. */
export const readingOfLink = ({ special = false, mark = false }: Link): Reading => ({ special, mark });

const heldBack = (view: ViewState) => (view.answersHeld ? ('off' as const) : undefined);

/** What a link can say beside a lesson that leaves the picture to the lesson. */
const besideLesson: readonly string[] = ['lesson', 'answers', 'model', 'present', 'locale', 'view'];

/** Puts the views where a link says; the prompt is the caller's. */
export function applyLink(link: Link, view: ViewState): void {
  view.layer = link.layer ?? view.layer;
  view.head = link.head ?? view.head;
  view.pinnedToken = link.token ?? null;
  view.cell = link.cell ?? null;
  view.pinnedHeads = link.heads ?? [];
  view.order = link.order ?? 'layer';
  view.matrix = link.matrix ?? 'pattern';
  view.sampling = { ...defaultSampling, ...link.sampling };
  view.seed = link.seed ?? defaultSeed;
  view.open = link.open ?? null;
  view.detail = link.detail ?? null;
  view.present = link.present ?? false;
  view.depth = link.view ?? (link.heads || link.cell ? 'full' : view.depth);
  if (link.locale) view.locale = link.locale;
  view.lesson = link.lesson ?? null;
  view.answersHeld = link.answers === 'off';
  view.lessonKept =
    link.lesson !== undefined && Object.keys(link).some((name) => !besideLesson.includes(name));
}
