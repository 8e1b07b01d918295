/** Where each head's small picture stands: in its closed block's column, or on its tab of the open block's card. */
import type { ScreenPlan } from './plan';

export interface ThumbnailPlace {
  layer: number;
  head: number;
  x: number;
  y: number;
  size: number;
  tab: boolean;
}

/** Height of the number at the top of a closed block. */
export const blockNumber = 28;

export function thumbnailPlaces(plan: ScreenPlan, heads: number, open: number): ThumbnailPlace[] {
  const places: ThumbnailPlace[] = [];
  for (const { first, last, x, width, thumbnail } of plan.columns.closed) {
    if (first !== last || thumbnail <= 0) continue;
    const size = Math.min(thumbnail, plan.closed.pitch - 4);
    if (size < 6) continue;
    for (let head = 0; head < heads; head += 1) {
      const y = plan.closed.top + blockNumber + head * plan.closed.pitch;
      places.push({ layer: first, head, x: x + (width - size) / 2, y, size, tab: false });
    }
  }
  const { x, pitch, top, size } = plan.tabs;
  for (let head = 0; head < heads; head += 1)
    places.push({ layer: open, head, x: x + head * pitch + (pitch - size) / 2, y: top + 2, size, tab: true });
  return places;
}

/** The head of a closed block at the height `y`, units. */
export function headAt(plan: ScreenPlan, heads: number, y: number): number {
  const head = Math.floor((y - plan.closed.top - blockNumber + 4) / plan.closed.pitch);
  return Math.min(Math.max(0, head), heads - 1);
}
