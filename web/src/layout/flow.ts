import { gathered, ribbon, round, track, type End } from './ribbons';
import { rowTop, type WideLayout } from './wide';

/** The paths of one token's row. Shades come from the vectors they carry, colours from their kind. */
export interface RowFlow {
  token: number;
  /** The stream: from the embedding to the first addition, to the second, and on to the end. Each a line. */
  lane: { from: number; to: number }[];
  laneY: number;
  /** Embedding down to the stream. */
  drop: string;
  lift1: string;
  q: string;
  k: string;
  v: string;
  query: string;
  keys: string;
  values: string;
  weighted: string;
  ownHead: string;
  otherHeads: string;
  joined: string;
  add1: string;
  lift2: string;
  widen: string;
  narrow: string;
  add2: string;
}

export interface Station {
  x: number;
  width: number;
}

export interface Flow {
  rows: RowFlow[];
  stations: { ln1: Station; wo: Station; ln2: Station; final: Station };
  /** Middles of the two additions. */
  adds: [number, number];
  addRadius: number;
  /** Strips' places that depend on the ribbons beside them. */
  embedding: { x: number; width: number };
  z: { x: number; width: number; height: number };
  out: { height: number };
  /** Width of one token's strand in the bands of keys and of values. */
  strand: { keys: number; values: number };
  /** From the last row's stream to the list of next tokens; empty while that row is out of sight. */
  fan: string;
}

/** Width of a norm's or a projection's bar. */
const bar = 10;
/** Beyond this many tokens single key lines are a smear; the bus alone is drawn. */
const keyLines = 48;

/** Heights of the band of keys over the matrix and of the band of values under it, CSS px; half that, before it. */
const keyBand = 6;
const valueBand = 10;

/** Where a token's strand lies in a band, -1/2..1/2 of it: side by side, so that none crosses another on its way in. */
export function strandAt(index: number, count: number): number {
  return count > 1 ? index / (count - 1) - 0.5 : 0;
}

const strandWidth = (band: number, count: number) => Math.min(3, Math.max(1, (band / count) * 0.85));

export function wideFlow(layout: WideLayout, heads: number, head: number): Flow {
  const { columns: c, track: t, rows } = layout;
  const right = (name: keyof typeof c) => c[name].x + c[name].width;
  const woX = c.gather.x + Math.round(c.gather.width / 2) - bar / 2;
  const embedding = { x: c.embedding.x, width: c.embedding.width - 14 };
  const z = { x: c.z.x + 14, width: c.z.width - 14, height: Math.min(12, t.bandHeight) };
  const out = { height: Math.min(16, t.bandHeight) };
  const adds: [number, number] = [c.add1.x + c.add1.width / 2, c.add2.x + c.add2.width / 2];
  const addRadius = Math.min(6, Math.max(2.5, layout.rows.pitch * 0.17));
  const keyX = c.bus.x + c.bus.width * 0.72;
  const valueX = c.bus.x + c.bus.width * 0.4;
  const shownRows = rows.last - rows.first;
  const weightedX = right('matrix') + 6;
  const thin = t.laneWidth;
  /** Of a vector of C numbers; the MLP's neurons, four times as many, fill the band. */
  const wide = Math.max(thin, t.bandHeight / 4);

  const flows: RowFlow[] = [];
  for (let token = rows.first; token < rows.last; token += 1) {
    // The upper tokens' values turn inside the lower ones', and the other way round for the keys.
    const at = strandAt(token - rows.first, shownRows);
    const keysAt = { x: keyX + at * keyBand, y: layout.top - 5.5 + at * keyBand };
    const valuesAt = { x: valueX - at * valueBand, y: layout.foot + 7.5 + at * valueBand };
    const y = rowTop(layout, token);
    const laneY = y + t.lane;
    const middle = y + t.bandTop + t.bandHeight / 2;
    const slot = (i: number) => y + layout.triple.tops[i] + layout.triple.height / 2;
    const branch = (i: number) =>
      ribbon(
        { x: c.ln1.x + bar, y: middle + ((i - 1) * wide) / 3, width: wide / 3 },
        { x: c.qkv.x, y: slot(i), width: Math.min(wide, layout.triple.height) },
      );
    const keyColumn = c.matrix.x + (token + 0.5) * layout.cellWidth;
    const parts = gathered(right('stack'), y + t.bandTop, t.bandHeight, heads, {
      x: woX,
      y: middle,
      width: t.bandHeight,
    });
    const share = t.bandHeight / heads;
    flows.push({
      token,
      laneY,
      lane: [
        { from: right('embedding'), to: adds[0] },
        { from: adds[0], to: adds[1] },
        { from: adds[1], to: right('film') },
      ],
      drop: ribbon(
        { x: embedding.x + embedding.width, y: slot(2), width: layout.triple.height },
        { x: right('embedding'), y: laneY, width: thin },
      ),
      lift1: ribbon({ x: c.lift1.x, y: laneY, width: thin }, { x: c.ln1.x, y: middle, width: wide }),
      q: branch(0),
      k: branch(1),
      v: branch(2),
      query: ribbon(
        { x: right('qkv'), y: slot(0), width: layout.triple.height },
        { x: c.matrix.x, y: middle, width: t.bandHeight },
      ),
      keys:
        rows.total <= keyLines
          ? track([
              [right('qkv'), slot(1)],
              [keysAt.x, slot(1)],
              [keysAt.x, keysAt.y],
              [keyColumn, keysAt.y],
              [keyColumn, layout.top],
            ])
          : track([
              [right('qkv'), slot(1)],
              [keysAt.x, slot(1)],
              [keysAt.x, keysAt.y],
              [right('matrix'), keysAt.y],
            ]),
      values: track([
        [right('qkv'), slot(2)],
        [valuesAt.x, slot(2)],
        [valuesAt.x, valuesAt.y],
        [weightedX + valueBand * at, valuesAt.y],
      ]),
      weighted: track([
        [weightedX - 8, layout.foot + 7.5],
        [weightedX, layout.foot + 7.5],
        [weightedX, middle],
        [z.x, middle],
      ]),
      ownHead: ribbon(
        { x: z.x + z.width, y: middle, width: z.height },
        { x: woX, y: y + t.bandTop + (head + 0.5) * share, width: share },
      ),
      otherHeads: parts.filter((_, i) => i !== head).join(''),
      joined: ribbon({ x: woX + bar, y: middle, width: wide }, { x: c.out.x, y: middle, width: wide }),
      add1: ribbon({ x: right('out'), y: middle, width: wide }, { x: adds[0], y: laneY, width: thin }),
      lift2: ribbon({ x: c.lift2.x, y: laneY, width: thin }, { x: c.ln2.x, y: middle, width: wide }),
      widen: ribbon(
        { x: c.ln2.x + bar, y: middle, width: wide },
        { x: c.mlp.x, y: middle, width: t.bandHeight },
      ),
      narrow: ribbon(
        { x: right('mlp'), y: middle, width: t.bandHeight },
        { x: right('down'), y: middle, width: wide },
      ),
      add2: ribbon({ x: right('down'), y: middle, width: wide }, { x: adds[1], y: laneY, width: thin }),
    });
  }
  const last = flows[flows.length - 1];
  const final = { x: c.final.x + 6, width: bar };
  return {
    rows: flows,
    stations: {
      ln1: { x: c.ln1.x, width: bar },
      wo: { x: woX, width: bar },
      ln2: { x: c.ln2.x, width: bar },
      final,
    },
    adds: [round(adds[0]), round(adds[1])],
    addRadius: round(addRadius),
    embedding,
    z,
    out,
    strand: { keys: strandWidth(keyBand, shownRows), values: strandWidth(valueBand, shownRows) },
    fan:
      last && last.token === rows.total - 1
        ? fanPath(layout, { x: final.x + bar, y: last.laneY, width: thin })
        : '',
  };
}

/** One vector becomes a number for every word: the last row opens to the height of the list. */
function fanPath({ columns, list }: WideLayout, from: End): string {
  const x = columns.next.x - 4;
  return ribbon(from, { x, y: (list.top + list.foot) / 2, width: list.foot - list.top });
}
