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
  /** What Full draws beside them; null in Simple. */
  inner: InnerColumns | null;
  /** Where what attention and the MLP make is added to the stream. */
  plus: readonly [number, number];
  mlp: Across & { neurons: boolean };
  /** The final norm's bar. */
  final: number;
  /** Right end of the names; right ends of the logits and of the chances, where they are written. */
  answer: {
    names: number;
    logits: number | null;
    bars: number;
    barWidth: number;
    chances: boolean;
    right: number;
  };
}

/** The open block's parts in the order of the pass, the card and the MLP's body not counted. */
export interface InnerColumns {
  norm1: Across;
  qkv: Across;
  z: Across;
  /** The bar of W_O, through which all heads go. */
  output: Across;
  /** What leaves it. */
  out: Across;
  norm2: Across;
}

export type Detail = 'simple' | 'full';

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
  /** The queries', keys' and values' strips, those of the head's values and of what W_O makes; 0 in Simple. */
  qkv: number;
  z: number;
  out: number;
  /** Beside the bars: the logits before them, the numbers after them. */
  logits: number;
  numbers: number;
}

const margin = 24;
/** The card is to be this wide at least, where giving up something else can help. */
const cardWanted = { simple: 282, full: 258 } as const;
/** However narrow the page: nothing has a width below zero while it goes over to its other form. */
const leastCard = 60;
/** Of a block at the ends of a model that has too many for columns of their own: a page of a book. */
const spine = 7;
/** Closed neighbours of the open block that keep their columns where most are spines. */
const neighbours = 3;
const bundle = 30;
const gaps = {
  words: { simple: 12, full: 8 },
  embedding: { simple: 26, full: 20 },
  block: 10,
  final: 7,
} as const;
/** From the frame of the open block to its card, and from the card to the frame, strips and the MLP's body not counted. */
const beforeCard = { simple: 36, full: 42 } as const;
const afterCard = { simple: 68, full: 118 } as const;
/** Width of a norm's bar and of W_O's. */
const bar = 8;
/** The fanned stack behind the card. */
const fanned = 14;
/** Between names and bars. */
const beforeBars = 10;
/** Names of the queries, in the card: fewer letters where Full's is narrow. */
const queriesIn = (card: number, detail: Detail) => (detail === 'full' ? Math.min(74, card * 0.27) : 74);

function wanted(layers: number, detail: Detail, ids: boolean): Sizes {
  const narrow = layers > 8;
  if (detail === 'full')
    return {
      pitch: narrow ? 20 : 23,
      thumbnail: layers > 16 ? 12 : 15,
      embedding: 70,
      bars: 76,
      words: ids ? 136 : 106,
      mlp: 60,
      ribbons: 84,
      bundled: false,
      qkv: 68,
      z: 36,
      out: 36,
      logits: 42,
      numbers: 106,
    };
  return {
    pitch: narrow ? 26 : 35,
    thumbnail: layers > 16 ? 14 : narrow ? 16 : 24,
    embedding: 76,
    bars: 160,
    words: 126,
    mlp: 74,
    ribbons: 94,
    bundled: false,
    qkv: 0,
    z: 0,
    out: 0,
    logits: 0,
    numbers: 66,
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
const sheds: Record<Detail, ((sizes: Sizes) => Partial<Sizes>)[]> = {
  simple: [
    ({ pitch, thumbnail }) => ({ pitch: Math.min(26, pitch), thumbnail: Math.min(16, thumbnail) }),
    () => ({ pitch: 18, thumbnail: 0 }),
    () => ({ embedding: 40 }),
    () => ({ bars: 120 }),
    () => ({ words: 100 }),
    () => ({ mlp: 40 }),
    () => ({ bundled: true }),
    () => ({ bars: 64 }),
  ],
  full: [
    () => ({ pitch: 16, thumbnail: 0 }),
    () => ({ embedding: 52, qkv: 48 }),
    ({ words }) => ({ words: Math.min(words, 100), bars: 60 }),
    () => ({ z: 28, out: 28, mlp: 44 }),
    () => ({ bundled: true }),
    () => ({ embedding: 40, qkv: 34, ribbons: 80 }),
    () => ({ numbers: 56 }),
    () => ({ bars: 40, z: 20, out: 20, words: 96 }),
  ],
};

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
function room(width: number, layers: number, open: number, sizes: Sizes, detail: Detail) {
  const before = side(0, open - 1, open, layers, sizes);
  const after = side(open + 1, layers - 1, open, layers, sizes);
  const left = margin + sizes.words + gaps.words[detail] + sizes.embedding + gaps.embedding[detail];
  const right =
    gaps.block + gaps.final + sizes.ribbons + sizes.logits + beforeBars + sizes.bars + sizes.numbers + margin;
  const strips = sizes.qkv + sizes.z + sizes.out;
  const parts = beforeCard[detail] + strips + sizes.mlp + afterCard[detail];
  // Wider than a window that is about to have the other form.
  const block = Math.max(parts + leastCard, width - left - right - total(before) - total(after));
  return {
    before,
    after,
    left,
    block,
    card: block - parts,
  };
}

/**
 * The columns of a page `width` units wide, of a model of so many layers of which one is open; `ids` beside the words
 * want room.
 */
export function screenColumns(
  width: number,
  layers: number,
  open: number,
  detail: Detail = 'simple',
  ids = false,
): ScreenColumns {
  let sizes = wanted(layers, detail, ids);
  let fit = room(width, layers, open, sizes, detail);
  for (const shed of sheds[detail]) {
    if (fit.card >= cardWanted[detail]) break;
    sizes = { ...sizes, ...shed(sizes) };
    fit = room(width, layers, open, sizes, detail);
  }
  if (fit.card > cardEnough) {
    sizes = widened(sizes, fit.card - cardEnough);
    fit = room(width, layers, open, sizes, detail);
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
  const cardX = openX + beforeCard[detail] + sizes.qkv;
  const cardRight = cardX + card;
  const queries = queriesIn(card, detail);
  const inner = detail === 'full' ? innerColumns(openX, cardRight, sizes) : null;
  const plus1 = inner ? inner.out.x + inner.out.width + 14 : cardRight + 36;
  const mlp = plus1 + (inner ? 36 : 14);
  const wordsRight = margin + sizes.words;
  const final = end + gaps.final;
  const names = final + sizes.ribbons;
  return {
    width,
    words: { x: 12, width: wordsRight - 12, right: wordsRight },
    embedding: { x: wordsRight + gaps.words[detail], width: sizes.embedding },
    blocks: left,
    closed,
    open: { x: openX, width: block },
    card: { x: cardX, width: card },
    matrix: { x: cardX + queries, width: Math.max(24, card - queries - 10) },
    inner,
    plus: [plus1, mlp + sizes.mlp + 10],
    mlp: { x: mlp, width: sizes.mlp, neurons: sizes.mlp >= (inner ? 40 : 60) },
    final,
    answer: {
      names,
      logits: sizes.logits ? names + sizes.logits : null,
      bars: names + sizes.logits + beforeBars,
      barWidth: sizes.bars,
      chances: sizes.numbers > 100,
      right: width - margin,
    },
  };
}

function innerColumns(open: number, card: number, sizes: Sizes): InnerColumns {
  const qkv = open + 10 + bar + 10;
  const z = card + fanned + 8;
  const output = z + sizes.z + 9;
  const out = output + bar + 9;
  return {
    norm1: { x: open + 10, width: bar },
    qkv: { x: qkv, width: sizes.qkv },
    z: { x: z, width: sizes.z },
    output: { x: output, width: bar },
    out: { x: out, width: sizes.out },
    norm2: { x: out + sizes.out + 14 + 12, width: bar },
  };
}
