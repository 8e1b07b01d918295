/**
 * What the page may ask of a run's insides, and of the same tokens under changes. Each question names the run on screen and
 * which of two it is about: that run, or the changed model's on the same tokens. Positions left out are the last.
 */
import type { Candidate, Next, NextRequest, Tensor } from './next';

/** Changes to the pass; everything optional. Layers, heads, queries and keys count from 0. */
export interface Interventions {
  /** Scales a head's z from token `from` on; 0 knocks it out. `mean`: puts its mean over a text in place. */
  heads?: { layer: number; head: number; scale?: number; from?: number; mean?: boolean }[];
  skipMlp?: (number | LayerOff)[];
  skipAttention?: (number | LayerOff)[];
  skipLayer?: (number | LayerOff)[];
  /** Head -1: all. */
  cutEdges?: { layer: number; head: number; query: number; key: number }[];
  /**
   * Replaces what stands at a site and token, [C] numbers, or [D] for z of a head; without numbers by what the run on screen
   * has there.
   */
  patches?: {
    layer: number;
    token: number;
    residual?: Float32Array;
    values?: Float32Array;
    site?: 'resid_pre' | 'attn_out' | 'mlp_out' | 'z';
    head?: number;
  }[];
  window?: number;
  noMask?: boolean;
  noPositions?: boolean;
  /** The row of W_pos of each token, or a rule for it. */
  positions?: number[] | { shift: number } | { shuffle: number } | { same: true };
  attentionTemperature?: number | { temperature: number; layer?: number; head?: number }[];
  /** Without a layer every norm, with one both of it or the first or second. Frozen: at the mean deviation of the run on screen. */
  norms?: { layer?: number | 'final'; which?: 1 | 2; mode?: 'identity' | 'frozen' }[];
  kvGroups?: number;
}

interface LayerOff {
  layer: number;
  from?: number;
}

/** Runs beside the one on screen: the changed model's, which the page shows, and one for a look of one's own. */
export type Beside = 'changed' | 'other';

/** The run on screen, or one of those beside it. */
export type Of = 'base' | Beside;

interface About {
  run: number;
  of?: Of;
}

export interface ChangedRequest {
  run: number;
  /** Which of the runs beside it is to be this one; `changed` when left out. */
  as?: Beside;
  interventions: Interventions;
  /** What base and changed are compared by; the first guess of the base when left out. */
  target?: number;
  rival?: number;
  /** Also say what comes next in the changed model. */
  next?: NextRequest;
  /** Tokens to compare besides those that `next` lists. */
  listed?: number[];
  /** Other tokens, as many as the run has: a second prompt. */
  ids?: number[];
  /** Also say where the two runs first differ: every block before that place is computed again. */
  locate?: boolean;
}

/** Two predictions of the last token's successor. Logits and their differences after minus before; KL(before || after). */
export interface Comparison {
  target: number;
  deltaLogit: number;
  /** Of the target's logit minus the rival's. */
  deltaDifference: number;
  before: { p: number; rank: number; first: number };
  after: { p: number; rank: number; first: number };
  klNats: number;
}

export interface Changed {
  tokens: number;
  reused: number;
  /** Time the engine computed. */
  milliseconds: number;
  next?: Next;
  /** With `next`: each token that either list names, in both models. */
  words?: ComparedWord[];
  /** Undefined where a number left what F32 holds: `overflow` is then true. */
  comparison?: Comparison;
  overflow: boolean;
  /** With `overflow`: the first tensor that holds a number that is not finite, where it is one that all of a block goes through. */
  broken?: string;
  /** Where the two runs first differ, by bits; null when every tensor is the same. Only where `locate` asked for it. */
  differs?: { name: string; row: number } | null;
}

/** A candidate of the unchanged model, and the same token of the changed one. */
export interface ComparedWord {
  before: Candidate;
  after: Candidate;
}

export interface LensPoint {
  /** "0.pre", "0.mid", ..., "final". */
  point: string;
  /** NaN, and lists empty, where the numbers left what F32 holds. */
  entropyNats: number;
  /** KL(final || point). */
  klNats: number;
  top: { id: number; text: string; p: number }[];
  /** Ranks count from 1. */
  targets: { id: number; logit: number; p: number; rank: number }[];
}

/** What each part adds to a token's logit, or to the difference of two: parts, constant and rounding add up to it. */
export interface Why {
  position: number;
  difference: number;
  constant: number;
  rounding: number;
  embed: number;
  posEmbed: number;
  /** [L][H]. */
  heads: number[][];
  attentionBias: number[];
  mlp: number[];
  /** Where they were asked for: what each head brought from each token, [L, H, T]. */
  sources?: Tensor;
  /** Where they were asked for: the part of each neuron of a layer's MLP, then of its bias, [F + 1]. */
  neurons?: Tensor;
}

/** Means over rows, 0 to 1; duplicate and induction are undefined where no token came twice. */
export interface HeadScores {
  previous: number;
  first: number;
  self: number;
  duplicate?: number;
  induction?: number;
  broad: number;
  /** Rows that duplicate and induction are means of. */
  repeats: number;
}

export interface StreamPoint {
  length: number;
  cosineFinal: number;
  cosineNext: number;
  /** How far along the direction of the last `why`. */
  along: number;
}

export interface SweepRequest {
  /** Comes back with the cells. */
  asked: number;
  run: number;
  over: 'heads' | 'blocks' | 'looks' | 'words' | 'depth';
  /** Only the last token's head is changed, or every token's. */
  at: 'last' | 'all';
  /** What heads become: zero, or their mean over the run's tokens. */
  by?: 'zero' | 'mean';
  target: number;
  rival?: number;
}

/** One part changed, and the next token's prediction then. */
export interface SweepCell {
  layer: number;
  /** The head; for blocks 0 attention, 1 MLP, 2 both; for looks the key, for words the token. */
  index: number;
  /** Null where its numbers left what F32 holds. */
  effect: { deltaLogit: number; deltaDifference: number; p: number; klNats: number; first: number } | null;
}

/** A new token with keys and values kept, and with all of the text computed again. */
export interface RaceRequest {
  /** Comes back with the steps. */
  asked: number;
  run: number;
  /** Writes so many likeliest tokens after the run's. */
  steps?: number;
  /** Or measures a token at each of these lengths of the text, said over and over. */
  lengths?: number[];
}

export interface RaceSide {
  /** Multiply-adds with weights, keys and values; norms, softmax and GELU are not counted. */
  products: number;
  /** Time the engine computed; the median of three runs where one takes less than a tenth of a second. */
  milliseconds: number;
}

export interface RaceStep {
  /** With the new one. */
  tokens: number;
  /** The new token, where one is written. */
  id: number | null;
  text: string;
  kept: RaceSide;
  /** Null where a step would take too long. */
  anew: RaceSide | null;
  /** Whether both ways gave the same logits, by bits. */
  equal: boolean;
}

export interface PairRequest {
  run: number;
  /** The second prompt. */
  ids: number[];
  target: number;
  rival: number;
  /** Candidates that are listed of either. */
  top: number;
}

/** Two prompts beside each other: A is the run on screen. */
export interface Pair {
  /** The target's logit minus the rival's. */
  a: number;
  b: number;
  /** KL(A || B). */
  klNats: number;
  topA: { id: number; text: string; p: number }[];
  topB: { id: number; text: string; p: number }[];
  tokensB: { id: number; text: string }[];
  /** The first token that differs; null where all are the same. */
  first: number | null;
}

export interface PatchRequest {
  /** Comes back with the cells. */
  asked: number;
  run: number;
  /** The second prompt, as long as the run. */
  ids: number[];
  site: 'resid_pre' | 'attn_out' | 'mlp_out' | 'z';
  /** Denoise: B's run with what A has there. Noise: A's with what B has. */
  direction: 'denoise' | 'noise';
  target: number;
  rival: number;
}

export interface PatchCell {
  layer: number;
  /** The token; for z the head. */
  column: number;
  /** (patched - B) / (A - B), not clipped: 0 is B's, 1 A's. Null where its numbers left what F32 holds. */
  restored: number | null;
}

/** [arguments, result] by name. */
export interface ExperimentCalls {
  /** Runs the tokens of the run on screen in a changed model, which is kept for the questions below. */
  changed: [ChangedRequest, Changed];
  lens: [About & { position?: number; everyPoint?: boolean; top: number; ids?: number[] }, LensPoint[]];
  why: [
    About & {
      position?: number;
      target: number;
      rival?: number | 'mean';
      /** Also say what each head brought from where, and what each neuron of a layer adds. */
      sources?: boolean;
      neurons?: number;
    },
    Why,
  ];
  /** Of the last `why`: what each head of a layer brought from each token, [H, T]. */
  whySources: [About & { layer: number }, Tensor];
  /** Of the last `why`: the part of each neuron of a layer's MLP, then of its bias, [F + 1]. */
  whyNeurons: [About & { layer: number }, Tensor];
  /** [L][H]; rows from `firstRow` on. */
  headScores: [About & { firstRow?: number; setFirstAside?: boolean }, HeadScores[][]];
  /** [L, T]: attention followed back, after each layer. */
  rollout: [About & { position?: number; fuse?: 'mean' | 'max' | 'value' }, Tensor];
  /** The stream at each block's entry, and at the end: [L + 1]. */
  geometry: [About & { position?: number }, StreamPoint[]];
  /** A tensor of the changed run, or changed minus base. */
  changedTensor: [
    {
      run: number;
      as?: Beside;
      name: string;
      head?: number;
      rows?: [number, number];
      size?: number;
      difference?: boolean;
    },
    Tensor,
  ];
  /** Changes one part after the other; cells come as events, a few milliseconds apart. Resolves to their number. */
  sweep: [SweepRequest, number];
  /** Steps come as events. Resolves to their number. */
  race: [RaceRequest, number];
  /** Runs a second prompt beside the run on screen. */
  pair: [PairRequest, Pair];
  /** Activation patching, coarse first; cells come as events. Resolves to their number. */
  patch: [PatchRequest, number];
  /** Scores on random tokens said twice: four sequences of up to 50, [L][H]. */
  headTest: [{ seed: number }, HeadScores[][]];
}
