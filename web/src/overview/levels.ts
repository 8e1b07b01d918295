import { cubicOut } from 'svelte/easing';
import type { TransitionConfig } from 'svelte/transition';

/** One step from level to level, ms. */
export const levelStep = 220;

/** A point of the page, CSS px. */
export interface Point {
  x: number;
  y: number;
}

/** Where the element stands that was just used: what is opened grows out of it. Null when that is nothing in particular. */
export function openedFrom(used: Element | null): Point | null {
  if (!used || used === document.body || used.closest('main') === null) return null;
  const box = used.getBoundingClientRect();
  return box.width > 0 ? { x: box.left + box.width / 2, y: box.top + box.height / 2 } : null;
}

/** Grows an element out of `from`, or lifts it into place. Gone with its element, so that it can be interrupted at any time. */
export function grow(
  element: Element,
  { from, still }: { from: Point | null; still: boolean },
): TransitionConfig {
  const box = element.getBoundingClientRect();
  const origin = from ? `${from.x - box.left}px ${from.y - box.top}px` : '50% 10%';
  const smallest = from ? 0.3 : 0.96;
  return {
    duration: still ? 0 : levelStep,
    easing: cubicOut,
    css: (t, u) =>
      `transform-origin: ${origin}; transform: scale(${1 - u * (1 - smallest)}); opacity: ${Math.min(1, t * 1.5)}`,
  };
}

/** What is pressed for its own sake; anything else outside an opened view means "go up". */
const ownUse = 'button, a, li, input, select, label, table, canvas, [role="scrollbar"]';

/** Whether a click on `target` is a click beside `view`. */
export function isOutside(target: EventTarget | null, view: Element | undefined): boolean {
  return target instanceof Element && !view?.contains(target) && target.closest(ownUse) === null;
}
