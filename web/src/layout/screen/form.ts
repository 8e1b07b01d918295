/** How large the first screen is drawn, and in which of its two forms. */

/** Least and largest px of one unit. All sizes of the first screen are in units, type included; only hairlines are px. */
export const unitBounds = { least: 1, most: 2.2 } as const;
/** The window, CSS px, in which one unit is one px. */
export const drawnFor = { width: 1440, height: 900 } as const;

/** CSS px of one unit in a window: `--u` of the style sheet. */
export function unitOf(width: number, height: number): number {
  const fits = Math.min(width / drawnFor.width, height / drawnFor.height);
  return Math.min(unitBounds.most, Math.max(unitBounds.least, fits));
}

/** A window that a projector's picture is drawn for, units: its least type, 13 units, is 22 px at 1920 x 1080. */
export const projected = { width: 1129, height: 635 } as const;

/** CSS px of one unit on a projector: fewer columns, larger words. */
export function projectedUnit(width: number, height: number): number {
  return Math.max(1, Math.min(width / projected.width, height / projected.height));
}

/** Width from which the panel under Full's picture has room for what there is to do beside its sums, CSS px. */
export const hintBelowFrom = 1360;

export type Form = 'wide' | 'column';

/** Units across from which the picture runs from left to right in any window, and in one that lies on its side. */
const wideFrom = { always: 1000, lying: 860 } as const;

/** The window's form: a phone and a narrow window read downwards, a page zoomed in keeps the picture's own form. */
export function formOf(width: number, height: number): Form {
  const across = width / unitOf(width, height);
  return across >= wideFrom.always || (across >= wideFrom.lying && width > height) ? 'wide' : 'column';
}
