/** What a lesson is: chapters and steps are data. A step sets a scene, asks, and answers from the run on screen. */
import type {
  Answer as EngineAnswer,
  Arguments,
  CallName,
  Distribution,
  Sampling,
} from '../protocol/protocol';
import type { ModelInfo, RunResult, Tensor, TokenInfo } from '../protocol/protocol';
import type { Changed, SweepCell, SweepRequest } from '../protocol/experiments';
import type { Depth } from '../state/depth';
import type { Opening } from '../state/stages';
import type { Cell, MatrixKind } from '../state/view.svelte';
import type { Figure } from './figure';

/** A head that is looked for by what it does with the sentence. */
export type Rule = 'clear' | 'previous' | 'first' | 'induction' | 'broad';

/** What the picture shows; whatever is left out is as the chapter begins. */
export interface Scene {
  prompt?: string;
  depth?: Depth;
  open?: Opening | null;
  detail?: string | null;
  layer?: number;
  head?: number;
  /** A head found by a rule in the model in use; takes the place of `layer` and `head`. */
  look?: Rule;
  /** The pinned token; 'last' is the newest. */
  token?: number | 'last' | null;
  cell?: Cell | null;
  matrix?: MatrixKind;
  sampling?: Partial<Sampling>;
  seed?: number;
  /** Changes of the model, as the codes of an address. */
  x?: readonly string[];
  /** What comes next stays covered. */
  veiled?: boolean;
  /** Tokens to be drawn and appended. */
  write?: number;
}

/** The run on screen, for the facts of a step. */
export interface Live {
  readonly run: number;
  readonly result: RunResult;
  readonly tokens: readonly TokenInfo[];
  readonly info: ModelInfo;
  readonly layer: number;
  readonly head: number;
  readonly sampling: Sampling;
  readonly seed: number;
  tensor(name: string, slice?: { head?: number; rows?: [number, number] }): Promise<Tensor>;
  /** What follows a position, the last when left out: the first `count` and those of `ids`; unchanged by sampling if not told. */
  list(
    count: number,
    options?: { position?: number; ids?: number[]; sampling?: Sampling },
  ): Promise<Distribution>;
  /** The same tokens in a changed model, by the codes of an address; and what comes next there. */
  changed(codes: readonly string[], ids?: number[]): Promise<Changed>;
  /** One part after the other changed at the last token, and what it does to the target's prediction. */
  sweep(over: SweepRequest['over'], target: number): Promise<SweepCell[]>;
  call<K extends CallName>(name: K, args: Arguments<K>): Promise<EngineAnswer<K>>;
}

/** What a reader answers. */
export type Answer =
  | { kind: 'token' | 'choice'; index: number }
  | { kind: 'amount'; value: number }
  | { kind: 'row'; shares: readonly number[] }
  | { kind: 'word'; text: string };

/** How right answers are told; `F` are the facts of the step. */
export type Question<F> =
  | { kind: 'token'; truth: (facts: F) => ArrayLike<number>; offered?: (facts: F) => readonly number[] }
  | { kind: 'choice'; truth: (facts: F) => readonly number[]; options?: (facts: F) => readonly string[] }
  | {
      kind: 'amount';
      unit: Unit;
      low: number;
      high: number | ((facts: F) => number);
      truth: (facts: F) => number;
    }
  | { kind: 'row'; truth: (facts: F) => ArrayLike<number> }
  | { kind: 'word' };

/** Shares are 0..1, counts whole, times a ratio. Counts and times slide by powers where they span more than 50. */
export type Unit = 'share' | 'count' | 'times';

export interface Scrub<F> {
  from: number;
  to: (facts: F) => number;
  begin: (facts: F) => number;
  figure: (facts: F, value: number, labels: readonly string[]) => Figure;
  x?: (value: number) => readonly string[];
  sampling?: (value: number) => Partial<Sampling>;
  /** How a value is written, where not as it is. */
  text?: (value: number) => string;
}

/** What a step asks of the reader's own sentence. */
export interface Needs {
  /** Least and most tokens. */
  tokens?: [number, number];
  /** Works with the chapter's sentence alone. */
  text?: true;
}

export interface Step<F = unknown> {
  id: string;
  needs?: Needs;
  set?: Scene;
  /** Pulls the live values that question, answer and figure speak of. */
  facts?: (live: Live) => Promise<F>;
  ask?: Question<F>;
  /** Beat two: the picture moves. */
  reveal?: Scene | ((facts: F) => Scene);
  figure?: (facts: F, labels: readonly string[]) => Figure;
  scrub?: Scrub<F>;
  /** The right option of the closing question. */
  check?: number;
}

export interface Chapter {
  id: string;
  base: Scene & { prompt: string };
  steps: readonly Step[];
}

/** Keeps the facts of a step typed, and hands it on as one of many. */
export const step = <F>(one: Step<F>): Step => one as Step;

export interface StepText {
  title: string;
  text: string | ((facts: never) => string);
  ask?: string | ((facts: never) => string);
  options?: string[];
  /** What came, for every outcome. */
  then?: string | ((facts: never) => string);
  caption?: string;
  /** Words of the figure, and of the second slider first. */
  labels?: string[];
  check?: { ask: string; options: string[]; why: string };
}

export interface ChapterText {
  title: string;
  /** "You can now ..." */
  can: string;
  /** The sentence in the reader's language, where it is another. */
  gloss?: string;
  teacher: string;
  steps: Record<string, StepText>;
}

/** An answer with what the run said of it. */
export interface Judged {
  answer: Answer | null;
  run: number;
  /** Of a typed word: its first token, rank from 1, share. */
  word?: { text: string; rank: number; share: number };
}
