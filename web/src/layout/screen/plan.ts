/** The whole of the first screen's wide form, in units, from the top left corner of what stands under the header. */
import { screenColumns, type Detail, type ScreenColumns } from './columns';
import { screenRows, type ScreenRows } from './rows';

export interface ScreenSize {
  /** Units under the header. */
  width: number;
  height: number;
  /** Height of the window in units, the header included: below `tallFrom` the picture has its short form. */
  window: number;
  layers: number;
  heads: number;
  /** The open block. */
  open: number;
  tokens: number;
  /** First word in sight. */
  first: number;
  /** For a projector: the sentence at the head, no controls at the foot. */
  present?: boolean;
  detail?: Detail;
}

export interface ScreenPlan {
  detail: Detail;
  short: boolean;
  present: boolean;
  columns: ScreenColumns;
  rows: ScreenRows;
  /** Base lines of the headline, and of the titles and what stands under them. */
  headline: number;
  titles: readonly [number, number];
  /** Tops and heights. */
  frame: { top: number; height: number };
  closed: { top: number; height: number; pitch: number };
  tabs: { top: number; size: number; pitch: number; x: number };
  card: { top: number; height: number };
  /** How far each card behind the front one reaches beyond the one before it. */
  stack: number;
  /** Base line of the card's legend, or of Full's switch of its matrices; null where it is told by the card's tooltip. */
  legend: number | null;
  /** Width and height of a cell, the gap to the next included. */
  cell: { width: number; height: number };
  columnsShown: number;
  /** Whether the card has room for the whole triangle of a long text. */
  triangle: boolean;
  answer: { top: number; pitch: number; rows: number; size: number };
  foot: { top: number; height: number; split: number };
  /** Height that the whole needs; more than there is where the page has to scroll. */
  height: number;
}

/** Window height, units, from which there is room for the tall form. */
export const tallFrom = 780;
export const headerHeight = { tall: 64, short: 48 } as const;
export const answersShown = 6;
/** Least room for rows: four in Simple; Full scrolls the page rather than its rows. */
const leastRows = { simple: 4 * 26, full: 9 * 26 } as const;
/** Full's panels take what a high window has to spare, up to this. */
const panelsMost = 350;
/** A row has room for the word's number under it from this pitch on. */
export const idsBelowFrom = 30;

/** What stands above the rows and below them. */
const around = {
  tall: { headline: 39, titles: [86, 106], frame: 120, tabs: 126, card: 158, rows: 208, below: 232 },
  short: { headline: 24, titles: [52, 52], frame: 62, tabs: 66, card: 96, rows: 146, below: 76 },
  present: { headline: 46, titles: [86, 86], frame: 96, tabs: 100, card: 130, rows: 180, below: 82 },
  full: { headline: 31, titles: [66, 84], frame: 94, tabs: 99, card: 129, rows: 180, below: 342 },
  fullShort: { headline: 24, titles: [52, 52], frame: 60, tabs: 64, card: 92, rows: 138, below: 300 },
} as const;

/** What stands under the last row: the card's foot, the frame's, the closed blocks', the page's. */
const under = {
  tall: { card: 34, frame: 44, closed: 30, foot: 68, footHeight: 148 },
  short: { card: 8, frame: 14, closed: 12, foot: 22, footHeight: 48 },
  present: { card: 8, frame: 14, closed: 12, foot: 26, footHeight: 50 },
  full: { card: 29, frame: 38, closed: 34, foot: 72, footHeight: 256 },
  fullShort: { card: 28, frame: 36, closed: 30, foot: 62, footHeight: 228 },
} as const;

/** Air at the page's foot. */
const endOf = { tall: 16, short: 0, present: 0, full: 14, fullShort: 10 } as const;

/** A cell wider than this, units, is a bar. */
const widestCell = 64;

type Form = keyof typeof around;
type FormSize = Pick<ScreenSize, 'window' | 'present' | 'detail'>;

function formOfPlan({ window, present, detail }: FormSize): Form {
  if (present) return 'present';
  const short = window < tallFrom;
  if (detail === 'full') return short ? 'fullShort' : 'full';
  return short ? 'short' : 'tall';
}

/** What Full's panels take of a window that is higher than what the picture is drawn for. */
function grown(form: Form, height: number): number {
  if (form !== 'full') return 0;
  const { rows, below } = around.full;
  const spare = height - rows - below - 9 * 36;
  return Math.min(panelsMost - under.full.footHeight, Math.max(0, spare * 0.35));
}

/** Room for the rows, units. */
export function rowsRoom(size: Pick<ScreenSize, 'height'> & FormSize): number {
  const { height } = size;
  const form = formOfPlan(size);
  const { rows, below } = around[form];
  const least = leastRows[form === 'full' || form === 'fullShort' ? 'full' : 'simple'];
  return Math.max(least, height - rows - below - grown(form, height));
}

/** Where everything stands; `columnsShown` are the card's, one a key. */
export function screenPlan(size: ScreenSize, columnsShown: number): ScreenPlan {
  const form = formOfPlan(size);
  const detail = form === 'full' || form === 'fullShort' ? 'full' : 'simple';
  const short = form !== 'tall' && form !== 'full';
  const above = around[form];
  const below = under[form];
  const room = rowsRoom(size);
  const rows = screenRows(above.rows, room, Math.max(1, size.tokens), size.first);
  const ids = rows.pitch < idsBelowFrom;
  const columns = screenColumns(size.width, Math.max(1, size.layers), size.open, detail, ids);
  const foot = above.rows + room;
  const footHeight = below.footHeight + grown(form, size.height);
  const closedTop = above.tabs;
  const closedHeight = foot + below.closed - closedTop;
  const tabs = tabsOf(columns, size.heads, short);
  const windowed = size.tokens > rows.last - rows.first;
  const whole = windowed && columns.matrix.width >= leastBeside + triangle;
  const keysFit = columns.matrix.width - (whole ? triangle : 0);
  return {
    detail,
    short,
    present: form === 'present',
    columns,
    rows,
    headline: above.headline,
    titles: above.titles,
    frame: { top: above.frame, height: foot + below.frame - above.frame },
    closed: {
      top: closedTop,
      height: closedHeight,
      pitch: (closedHeight - 28 - 8) / Math.max(1, size.heads),
    },
    tabs: { ...tabs, top: above.tabs },
    stack: form === 'tall' ? 3 : 2,
    card: { top: above.card, height: foot + below.card - above.card },
    legend: detail === 'full' ? foot + (short ? 21 : 23) : short ? null : foot + 24,
    cell: {
      width: Math.min(widestCell, Math.max(40, keysFit) / Math.max(1, columnsShown)),
      height: rows.pitch,
    },
    columnsShown,
    triangle: whole,
    answer: detail === 'full' ? allAnswers(above.tabs, foot) : answersOf(short, above.rows, foot),
    foot: { top: foot + below.foot, height: footHeight, split: size.width - 548 },
    height: foot + below.foot + footHeight + endOf[form],
  };
}

/** Room that the card keeps for the whole triangle of a text of more words than rows. */
export const triangle = 118;
/** Least room for the keys beside it. */
const leastBeside = 160;

function tabsOf(columns: ScreenColumns, heads: number, short: boolean) {
  const pitch = (columns.card.width - 18) / Math.max(1, heads);
  const size = Math.min(26, Math.max(6, pitch - 4));
  return { pitch, size: short ? Math.min(24, size) : size, x: columns.card.x + 9 };
}

/** Six answers, and under them what is cut and what the bars mean. */
function answersOf(short: boolean, top: number, foot: number) {
  const first = short ? top - 42 : top - 70;
  const room = foot - first - (short ? 34 : 110);
  const pitch = Math.min(52, room / answersShown);
  return { top: first, pitch, rows: answersShown, size: pitch < 30 ? 14 : 17 };
}

/** Of Full's answers, one a line under the names of their columns; the last line tells what the others come to. */
const answerLine = 29;
function allAnswers(top: number, foot: number) {
  const first = top + 18;
  const room = foot + 12 - first;
  const rows = Math.max(answersShown, Math.min(20, Math.floor(room / answerLine)));
  return { top: first, pitch: Math.min(36, room / rows), rows, size: 16 };
}
