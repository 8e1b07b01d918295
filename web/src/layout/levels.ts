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
const ownUse =
  'button, a, li, input, select, label, summary, table, canvas, [role="scrollbar"], [role="grid"], [role="table"], [role="slider"], [role="img"]';

/** Whether a click on `target` is a click beside `view`. */
export function isOutside(target: EventTarget | null, view: Element | undefined): boolean {
  return target instanceof Element && !view?.contains(target) && target.closest(ownUse) === null;
}

/**
 * How many next tokens are listed beside a stage opened in `height` px: under their title and the table's head and over
 * the line that tells of the rest, within the margins.
 */
export function listedBeside(height: number): number {
  return Math.max(5, Math.floor((height - (12 + 16) - 20 - 22 - 28) / 25));
}

/** A part of the window, CSS px. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Whether a box lies in another from top to bottom; a box taller than the other has to begin in it. */
export function inSight(box: Box, port: Box): boolean {
  const fits = box.bottom - box.top <= port.bottom - port.top;
  return box.top >= port.top - 1 && (fits ? box.bottom <= port.bottom + 1 : box.top < port.bottom);
}

/** What of a box the window shows. */
export function shownPart(box: Box, window: { width: number; height: number }): Box {
  return {
    left: Math.max(0, box.left),
    top: Math.max(0, box.top),
    right: Math.min(window.width, box.right),
    bottom: Math.min(window.height, box.bottom),
  };
}

/** Where a computation floats whose place is out of sight: over the foot of its stage. */
export function footOf(port: Box, edge = 12): { left: number; width: number; bottom: number; most: number } {
  return {
    left: port.left + edge,
    width: Math.max(0, port.right - port.left - 2 * edge),
    bottom: port.bottom - edge,
    most: Math.round((port.bottom - port.top) * 0.62),
  };
}

/** The transform, about the top left corner, with which a box at `to` looks as if it were at `from`. */
export function asIfAt(from: Box, to: Box): string {
  const across = (from.right - from.left) / Math.max(1, to.right - to.left);
  const down = (from.bottom - from.top) / Math.max(1, to.bottom - to.top);
  return `translate(${from.left - to.left}px, ${from.top - to.top}px) scale(${across}, ${down})`;
}

/** The box a computation grows out of: `to`, made small, about the point that was pressed. */
export function seedAt(point: Point, to: Box, scale = 0.3): Box {
  const along = (at: number, low: number, high: number) => ({
    low: at + (low - at) * scale,
    high: at + (high - at) * scale,
  });
  const x = along(point.x, to.left, to.right);
  const y = along(point.y, to.top, to.bottom);
  return { left: x.low, right: x.high, top: y.low, bottom: y.high };
}
