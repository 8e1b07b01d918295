import { planRows, slots, tracks, type RowPlan, type RowTracks } from './rows';

export interface TallLayout {
  margin: number;
  /** Room inside the margins. */
  width: number;
  /** Width of the arcs before the tokens. */
  arcs: number;
  /** Width of arcs and tokens at the left, and of what stands beside them. */
  rail: number;
  room: number;
  rows: RowPlan;
  track: RowTracks;
  cellWidth: number;
  slots: (count: number) => { tops: number[]; height: number };
}

/** Rows of a section of the upright picture fill at most this height, CSS px; more tokens scroll. */
const sectionHeight = 432;

/** Rows are tapped: none is lower than a finger can tell from the next. */
const tappable = 24;

/** A row of few tokens: its token and, below it, the id stand apart from the next row's. */
const roomyPitch = 38;

/** Where the lit token looks is drawn in this much room. */
const arcsWidth = 20;

/** The picture upright: a section a stage, each as wide as the page. */
export function tallLayout({
  tokens,
  width,
  first,
}: {
  tokens: number;
  width: number;
  first: number;
}): TallLayout {
  const margin = width < 600 ? 12 : 24;
  const inside = Math.max(200, width - 2 * margin);
  const rail = Math.round(Math.min(176, Math.max(108, inside * 0.24)));
  const room = inside - rail;
  const height = Math.min(sectionHeight, Math.max(60, tokens * roomyPitch));
  const rows = planRows(tokens, height, first, tappable);
  const track = tracks(rows.pitch);
  return {
    margin,
    width: inside,
    arcs: arcsWidth,
    rail,
    room,
    rows,
    track,
    cellWidth: Math.min(60, room / Math.max(1, tokens)),
    slots: (count) => slots(count, track.bandTop, track.bandHeight),
  };
}
