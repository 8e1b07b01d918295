/** How a model's answers compare with published ones, and its int8 answers with those in 32-bit floats. */
import type { Shape } from './architecture';
import { publishedName } from './published-name';

/** Form of gpt2-small.json. */
export interface Reference {
  model: string;
  about: string;
  shape: Shape;
  cases: ReferenceCase[];
}

export interface ReferenceCase {
  prompt: string;
  ids: number[];
  /** [id, logit], largest first. */
  top: [number, number][];
  /** "L8H11" -> the last position's row of that head's pattern. */
  attention: Record<string, number[]>;
}

/** A model's own answer to one of the prompts. */
export interface Answer {
  ids: ArrayLike<number>;
  /** Of the last position, the whole vocabulary. */
  logits: ArrayLike<number>;
  attention: Record<string, ArrayLike<number>>;
}

/** What logits may differ by after the common shift is removed: rounding and the other GELU, and int8 weights. */
export const TOLERANCE = { f32: 0.05, q8: 0.5 } as const;

export interface CaseFigures {
  prompt: string;
  idsEqual: boolean;
  /** Places of the published order that hold the same token, or one within the tolerance of it. */
  inPlace: number;
  places: number;
  /** Largest difference of a published logit, common shift removed. */
  logit: number;
  attention: number;
}

export function compareCase(published: ReferenceCase, answer: Answer, tolerance: number): CaseFigures {
  const { top } = published;
  const differences = top.map(([id, logit]) => answer.logits[id] - logit);
  // Softmax does not see what all logits have in common.
  const shift = differences.reduce((sum, value) => sum + value, 0) / top.length;
  const logit = Math.max(...differences.map((value) => Math.abs(value - shift)));
  const known = new Map(top);
  const ours = largest(answer.logits, top.length);
  const inPlace = top.filter(([id, wanted], place) => {
    const got = ours[place];
    const value = known.get(got) ?? answer.logits[got] - shift;
    return got === id || Math.abs(value - wanted) <= tolerance;
  }).length;
  const attention = Object.entries(published.attention).map(([head, row]) => {
    const got = answer.attention[head] ?? [];
    return got.length === row.length
      ? Math.max(...row.map((value, key) => Math.abs(got[key] - value)))
      : Infinity;
  });
  const idsEqual =
    answer.ids.length === published.ids.length &&
    published.ids.every((id, index) => answer.ids[index] === id);
  return {
    prompt: published.prompt,
    idsEqual,
    inPlace,
    places: top.length,
    logit: finite(logit),
    attention: finite(Math.max(0, ...attention)),
  };
}

/** NaN compares as equal to nothing and would pass for small. */
const finite = (value: number) => (Number.isNaN(value) ? Infinity : value);

/** Indices of the `count` largest values, largest first, ties by index. */
export function largest(values: ArrayLike<number>, count: number): number[] {
  const best: number[] = [];
  for (let index = 0; index < values.length; index++) {
    if (best.length === count && !(values[index] > values[best[count - 1]])) continue;
    let place = best.length;
    while (place > 0 && values[index] > values[best[place - 1]]) place--;
    best.splice(place, 0, index);
    if (best.length > count) best.pop();
  }
  return best;
}

export interface Verdict {
  cases: CaseFigures[];
  idsEqual: number;
  inPlace: number;
  places: number;
  logit: number;
  attention: number;
  tolerance: number;
  passed: boolean;
}

export function judge(cases: CaseFigures[], tolerance: number): Verdict {
  const sum = (pick: (figures: CaseFigures) => number) =>
    cases.reduce((total, figures) => total + pick(figures), 0);
  const most = (pick: (figures: CaseFigures) => number) => Math.max(0, ...cases.map(pick));
  const verdict = {
    cases,
    tolerance,
    idsEqual: sum(({ idsEqual }) => Number(idsEqual)),
    inPlace: sum(({ inPlace }) => inPlace),
    places: sum(({ places }) => places),
    logit: most(({ logit }) => logit),
    attention: most(({ attention }) => attention),
  };
  return {
    ...verdict,
    passed:
      cases.length > 0 &&
      verdict.idsEqual === cases.length &&
      verdict.inPlace === verdict.places &&
      verdict.logit <= tolerance,
  };
}

/** Whether published answers are those of this model: it goes by its name and has its shape. */
export function concerns(reference: Reference, name: string, shape: Shape): boolean {
  return (
    publishedName(name) === reference.model &&
    (Object.keys(reference.shape) as (keyof Shape)[]).every((key) => shape[key] === reference.shape[key])
  );
}

/** How far a model's answer at one position is from the exact one. */
export interface Divergence {
  /** KL divergence of the tested distribution from the exact one, in nats. */
  kl: number;
  /** Largest logit difference among the exact top, common shift removed. */
  logit: number;
  /** The likeliest tokens' ids. */
  exactTop: number;
  testedTop: number;
  /** Of the likeliest `places` tokens those that stand in the same place. */
  inPlace: number;
  places: number;
}

/** `exact` and `tested` are logits of the whole vocabulary. */
export function diverge(exact: ArrayLike<number>, tested: ArrayLike<number>, top = 20): Divergence {
  const [p, q] = [logSoftmax(exact), logSoftmax(tested)];
  let kl = 0;
  for (let id = 0; id < p.length; id++) if (p[id] > -Infinity) kl += Math.exp(p[id]) * (p[id] - q[id]);
  const best = largest(exact, Math.min(top, exact.length));
  const differences = best.map((id) => tested[id] - exact[id]);
  const shift = differences.reduce((sum, value) => sum + value, 0) / best.length;
  const ours = largest(tested, best.length);
  return {
    kl: Math.max(0, kl),
    logit: Math.max(...differences.map((value) => Math.abs(value - shift))),
    exactTop: best[0],
    testedTop: ours[0],
    inPlace: best.filter((id, place) => ours[place] === id).length,
    places: best.length,
  };
}

/** The same over a whole prompt. */
export interface Agreement {
  positions: number;
  /** Positions at which the likeliest token is the same. */
  sameTop: number;
  inPlace: number;
  places: number;
  /** Mean and largest over the positions. */
  kl: number;
  worstKl: number;
  logit: number;
}

export function agreement(positions: Divergence[]): Agreement {
  const sum = (pick: (one: Divergence) => number) => positions.reduce((total, one) => total + pick(one), 0);
  const most = (pick: (one: Divergence) => number) => Math.max(...positions.map(pick));
  return {
    positions: positions.length,
    sameTop: sum(({ exactTop, testedTop }) => Number(exactTop === testedTop)),
    inPlace: sum(({ inPlace }) => inPlace),
    places: sum(({ places }) => places),
    kl: sum(({ kl }) => kl) / positions.length,
    worstKl: most(({ kl }) => kl),
    logit: most(({ logit }) => logit),
  };
}

function logSoftmax(logits: ArrayLike<number>): Float64Array {
  let most = -Infinity;
  for (let id = 0; id < logits.length; id++) most = Math.max(most, logits[id]);
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += Math.exp(logits[id] - most);
  return Float64Array.from(logits as ArrayLike<number>, (value) => value - most - Math.log(sum));
}
