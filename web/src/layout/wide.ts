import type { Box } from './box';
import { solveColumns, type ColumnWish, type Span } from './columns';
import { leastPitch, mostPitchIn, planRows, slots, tracks, type RowPlan, type RowTracks } from './rows';

/** What the picture is made for: the model's sizes, how many tokens, how much room, and where it is scrolled to. */
export interface SceneSize {
  layers: number;
  heads: number;
  tokens: number;
  width: number;
  height: number;
  first: number;
}

export type ColumnName =
  | 'map'
  | 'arcs'
  | 'tokens'
  | 'embedding'
  | 'lift1'
  | 'ln1'
  | 'fan'
  | 'qkv'
  | 'bus'
  | 'queries'
  | 'matrix'
  | 'z'
  | 'stack'
  | 'gather'
  | 'out'
  | 'add1'
  | 'lift2'
  | 'ln2'
  | 'up'
  | 'mlp'
  | 'down'
  | 'add2'
  | 'film'
  | 'final'
  | 'next';

export interface WideLayout {
  columns: Record<ColumnName, Span>;
  rows: RowPlan;
  track: RowTracks;
  /** Strips in a row's band, by how many there are. */
  pair: { tops: number[]; height: number };
  triple: { tops: number[]; height: number };
  /** Top of the first row, and foot of the last one. */
  top: number;
  foot: number;
  card: Box;
  block: Box;
  /** Where the list of next tokens begins, and where the room for it ends. */
  list: { top: number; foot: number };
  /** Offset of each card behind the front one. */
  cardStep: number;
  cellWidth: number;
  height: number;
}

/** Titles, then the labels of the keys; under the rows the values, then the legend. */
export const headHeight = 44;
export const keysHeight = 52;
export const valuesHeight = 40;

/** Of the list of next tokens: its own titles, and what it says of the rest. */
const listHead = 22;
const listFoot = 30;

/** A cell wider than this looks like a bar, unless its row is as high. */
const widestCell = 72;

/** A frame of the film is this wide at least, for its number to be read and pressed: as far as the other columns leave room. */
const leastFrame = 9;
const leastOfOthers = 852;
const leastFilm = 80;

/** Narrower than this the stages stand one under the other. */
export const wideFrom = 980;

/** Width from which the panel under the picture has room for what there is to do beside its sums. */
export const hintBelowFrom = 1360;

function wishes(size: SceneSize, scrolls: boolean): ColumnWish<ColumnName>[] {
  // A frame a layer, each with a button above it.
  const film = Math.min(310, Math.max(96, size.layers * 20));
  const frames = Math.min(size.layers * leastFrame, (size.width - leastOfOthers) * 0.8);
  return [
    { name: 'map', least: scrolls ? 20 : 0, ideal: scrolls ? 24 : 0, grow: 0 },
    { name: 'arcs', least: 18, ideal: 34, grow: 0.2 },
    { name: 'tokens', least: 78, ideal: 88, grow: 0.3 },
    { name: 'embedding', least: 52, ideal: 118, grow: 0.7 },
    { name: 'lift1', least: 18, ideal: 24, grow: 0.1 },
    { name: 'ln1', least: 10, ideal: 10, grow: 0 },
    { name: 'fan', least: 14, ideal: 26, grow: 0.1 },
    { name: 'qkv', least: 36, ideal: 74, grow: 0.5 },
    { name: 'bus', least: 28, ideal: 36, grow: 0.1 },
    { name: 'queries', least: 34, ideal: 58, grow: 0.1 },
    { name: 'matrix', least: 100, ideal: 244, grow: 1.6 },
    { name: 'z', least: 26, ideal: 48, grow: 0.3 },
    { name: 'stack', least: 20, ideal: 28, grow: 0 },
    { name: 'gather', least: 24, ideal: 32, grow: 0.1 },
    { name: 'out', least: 24, ideal: 44, grow: 0.4 },
    { name: 'add1', least: 18, ideal: 24, grow: 0.05 },
    { name: 'lift2', least: 19, ideal: 22, grow: 0.05 },
    { name: 'ln2', least: 10, ideal: 10, grow: 0 },
    { name: 'up', least: 12, ideal: 20, grow: 0.1 },
    { name: 'mlp', least: 43, ideal: 106, grow: 0.8 },
    { name: 'down', least: 10, ideal: 16, grow: 0.1 },
    { name: 'add2', least: 20, ideal: 26, grow: 0.05 },
    { name: 'film', least: Math.min(film, Math.max(leastFilm, frames)), ideal: film, grow: 0.7 },
    { name: 'final', least: 30, ideal: 38, grow: 0.1 },
    { name: 'next', least: 188, ideal: 238, grow: 0.4 },
  ];
}

/** The whole picture on one screen, tokens as rows, the stream from left to right. */
export function wideLayout(size: SceneSize): WideLayout {
  const top = headHeight + keysHeight;
  const room = Math.max(60, size.height - top - valuesHeight);
  const rows = planRows(size.tokens, room, size.first, leastPitch, mostPitchIn(room));
  const columns = solveColumns(wishes(size, rows.scrolls), size.width);
  const track = tracks(rows.pitch);
  const foot = top + (rows.last - rows.first) * rows.pitch;
  const { queries, matrix, z, stack, lift1, add2 } = columns;
  const cardLeft = queries.x - 6;
  const cardRight = z.x + z.width + 6;
  return {
    columns,
    rows,
    track,
    pair: slots(2, track.bandTop, track.bandHeight),
    triple: slots(3, track.bandTop, track.bandHeight),
    top,
    foot,
    card: {
      x: cardLeft,
      y: headHeight + 4,
      width: cardRight - cardLeft,
      height: foot + valuesHeight - headHeight - 8,
    },
    block: {
      x: lift1.x + 4,
      y: 0,
      width: add2.x + add2.width - lift1.x - 8,
      height: foot + valuesHeight + 4,
    },
    list: { top: headHeight + listHead, foot: Math.max(foot, size.height - listFoot) },
    cardStep: Math.min(4, (stack.width - 10) / Math.max(1, size.heads - 1)),
    cellWidth: Math.min(Math.max(widestCell, rows.pitch), matrix.width / Math.max(1, size.tokens)),
    height: foot + valuesHeight + 4,
  };
}

/** Top of a token's row, from the top of the picture. */
export function rowTop(layout: WideLayout, token: number): number {
  return layout.top + (token - layout.rows.first) * layout.rows.pitch;
}
