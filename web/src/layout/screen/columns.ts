/** Columns of the first screen from left to right: words, embedding, every block in its place, the answer; in units. */

/** A closed block, or several of them as one bundle where there is no room for each. */
export interface ClosedBlock {
  /** Blocks it stands for, [first, last]. */
  first: number;
  last: number;
  x: number;
  width: number;
  /** Side of its heads' thumbnails; 0 where there are none. */
  thumbnail: number;
}

export interface Across {
  x: number;
  width: number;
}

export interface ScreenColumns {
  width: number;
  /** The words' column; arcs are drawn in its left part. */
  words: Across & { right: number };
  embedding: Across;
  /** Left edge of the first block, closed or open. */
  blocks: number;
  closed: ClosedBlock[];
  open: Across;
  /** The attention card and, in it, where its matrix begins. */
  card: Across;
  matrix: Across;
  /** Where what attention and the MLP make is added to the stream. */
  plus: readonly [number, number];
  mlp: Across & { neurons: boolean };
  /** The final norm's bar. */
  final: number;
  answer: { names: number; bars: number; barWidth: number; right: number };
}

/** What is given up, a step after the other, while the card is too narrow. */
interface Sizes {
  pitch: number;
  thumbnail: number;
  embedding: number;
  bars: number;
  words: number;
  mlp: number;
  /** From the final norm to the end of the names. */
  ribbons: number;
  bundled: boolean;
}

const margin = 24;
/** The card is to be this wide at least, where giving up something else can help. */
const cardWanted = 282;
/** Of a block at the ends of a model that has too many for columns of their own: a page of a book. */
const spine = 7;
/** Closed neighbours of the open block that keep their columns where most are spines. */
const neighbours = 3;
const bundle = 30;
const gaps = { words: 12, embedding: 26, block: 10, final: 7 } as const;
/** From the frame of the open block to its card, and from the card to the frame, the MLP's bar not counted. */
const beforeCard = 36;
const afterCard = 68;
/** Between names and bars, and for the number after a bar. */
const beforeBars = 10;
const numbers = 66;
/** Names of the queries, in the card. */
const queries = 74;

function full(layers: number): Sizes {
  const narrow = layers > 8;
  return {
    pitch: narrow ? 26 : 35,
    thumbnail: layers > 16 ? 14 : narrow ? 16 : 24,
    embedding: 76,
    bars: 160,
    words: 126,
    mlp: 74,
    ribbons: 94,
    bundled: false,
  };
}

/** Width beyond what the card has use for goes to the words, the ribbons and the bars as well. */
const cardEnough = 400;
function widened(sizes: Sizes, spare: number): Sizes {
  const share = (part: number, most: number) => Math.min(most, spare * part);
  return {
    ...sizes,
    words: sizes.words + share(0.2, 34),
    ribbons: sizes.ribbons + share(0.3, 60),
    bars: sizes.bars + share(0.2, 40),
  };
}

/** Each gives up a little more than the one before. */
const sheds: ((sizes: Sizes) => Partial<Sizes>)[] = [
  ({ pitch, thumbnail }) => ({ pitch: Math.min(26, pitch), thumbnail: Math.min(16, thumbnail) }),
  () => ({ pitch: 18, thumbnail: 0 }),
  () => ({ embedding: 40 }),
  () => ({ bars: 120 }),
  () => ({ words: 100 }),
  () => ({ mlp: 40 }),
  () => ({ bundled: true }),
  () => ({ bars: 64 }),
];

interface Slot {
  first: number;
  last: number;
  pitch: number;
}

/** The closed blocks on one side of the open one, nearest last or first as they stand. */
function side(from: number, to: number, open: number, layers: number, sizes: Sizes): Slot[] {
  if (to < from) return [];
  if (sizes.bundled && to > from) return [{ first: from, last: to, pitch: bundle }];
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const layer = from + i;
    const far = layers > 16 && Math.abs(layer - open) > neighbours;
    return { first: layer, last: layer, pitch: far ? spine : sizes.pitch };
  });
}

const total = (slots: Slot[]) => slots.reduce((sum, { pitch }) => sum + pitch, 0);

/** Width of the card and of the open block with these sizes. */
function room(width: number, layers: number, open: number, sizes: Sizes) {
  const before = side(0, open - 1, open, layers, sizes);
  const after = side(open + 1, layers - 1, open, layers, sizes);
  const left = margin + sizes.words + gaps.words + sizes.embedding + gaps.embedding;
  const right = gaps.block + gaps.final + sizes.ribbons + beforeBars + sizes.bars + numbers + margin;
  const block = width - left - right - total(before) - total(after);
  return { before, after, left, block, card: block - beforeCard - sizes.mlp - afterCard };
}

/** The columns of a page `width` units wide, of a model of so many layers of which one is open. */
export function screenColumns(width: number, layers: number, open: number): ScreenColumns {
  let sizes = full(layers);
  let fit = room(width, layers, open, sizes);
  for (const shed of sheds) {
    if (fit.card >= cardWanted) break;
    sizes = { ...sizes, ...shed(sizes) };
    fit = room(width, layers, open, sizes);
  }
  if (fit.card > cardEnough) {
    sizes = widened(sizes, fit.card - cardEnough);
    fit = room(width, layers, open, sizes);
  }
  const { before, after, left, block, card } = fit;
  const closed: ClosedBlock[] = [];
  const put = (slots: Slot[], from: number) => {
    let x = from;
    for (const { first, last, pitch } of slots) {
      const gap = pitch <= spine ? 1 : pitch <= 18 ? 3 : pitch < 30 ? 4 : 5;
      const columnWidth = pitch - gap;
      const thumbnail = first === last && pitch > spine ? Math.min(sizes.thumbnail, columnWidth - 4) : 0;
      closed.push({ first, last, x, width: columnWidth, thumbnail });
      x += pitch;
    }
    return x;
  };
  const openX = put(before, left);
  const end = put(after, openX + block + gaps.block);
  const cardX = openX + beforeCard;
  const plus1 = cardX + card + 36;
  const mlp = plus1 + 14;
  const wordsRight = margin + sizes.words;
  const final = end + gaps.final;
  const names = final + sizes.ribbons;
  return {
    width,
    words: { x: 12, width: wordsRight - 12, right: wordsRight },
    embedding: { x: wordsRight + gaps.words, width: sizes.embedding },
    blocks: left,
    closed,
    open: { x: openX, width: block },
    card: { x: cardX, width: card },
    matrix: { x: cardX + queries, width: Math.max(24, card - queries - 10) },
    plus: [plus1, mlp + sizes.mlp + 10],
    mlp: { x: mlp, width: sizes.mlp, neurons: sizes.mlp >= 60 },
    final,
    answer: { names, bars: names + beforeBars, barWidth: sizes.bars, right: width - margin },
  };
}
