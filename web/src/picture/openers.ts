import type { Action } from 'svelte/action';
import type { Opening } from '../state/stages';

/** The buttons on screen that open a stage, in the order they came. */
const onScreen = new Set<{ button: HTMLElement; stage: Opening }>();

/** Marks a button as one that opens `stage`, for as long as it is on screen. */
export const opens: Action<HTMLElement, Opening> = (button, stage) => {
  const entry = { button, stage };
  onScreen.add(entry);
  return {
    update: (next) => (entry.stage = next),
    destroy: () => onScreen.delete(entry),
  };
};

/** A button that opens `stage`: where the focus goes when the stage has been closed. */
export function openerOf(stage: Opening): HTMLElement | undefined {
  return [...onScreen].find((entry) => entry.stage === stage)?.button;
}
