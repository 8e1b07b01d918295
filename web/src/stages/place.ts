import { createContext } from 'svelte';
import type { Box, Point } from '../layout/levels';

/** A figure that can be taken away; what it makes is made when asked for. */
export interface StageFigure {
  readonly title: string;
  /** Of its files, without an ending. */
  readonly name: string;
  readonly svg: (() => string | Promise<string>) | undefined;
  readonly csv: (() => Promise<string[]>) | undefined;
  element(): HTMLElement | undefined;
}

/** What the figures of an opened stage know of it. */
export interface StagePlace {
  /** Where in the model, such as L3H4; empty where there is but one. */
  readonly place: string;
  /** What a figure taken away was made from. */
  readonly description: string;
  element(): HTMLElement | undefined;
  /** Lists a figure among those that can be taken away, until the function it returns is called. */
  offer(figure: StageFigure): () => void;
  /** The part of the stage that is in sight. */
  port(): Box;
  /** What was pressed last: a computation grows out of it. */
  pressed(): Point | null;
  /** Room at the stage's foot for what floats there, so that nothing stays hidden under it. */
  reserve(height: number): void;
}

export const [useStagePlace, provideStagePlace] = createContext<StagePlace>();
