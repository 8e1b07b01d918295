import { createContext } from 'svelte';
import type { Box, Point } from '../layout/levels';

/** What the figures of an opened stage know of it. */
export interface StagePlace {
  /** Where in the model, such as L3H4; empty where there is but one. */
  readonly place: string;
  /** What a figure taken away was made from. */
  readonly description: string;
  element(): HTMLElement | undefined;
  /** The part of the stage that is in sight. */
  port(): Box;
  /** What was pressed last: a computation grows out of it. */
  pressed(): Point | null;
  /** Room at the stage's foot for what floats there, so that nothing stays hidden under it. */
  reserve(height: number): void;
}

export const [useStagePlace, provideStagePlace] = createContext<StagePlace>();
