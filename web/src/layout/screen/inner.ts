/** The open block's inside as Full draws it: where its strips lie in their rows, and what carries them on; in units. */
import { ribbon, round, type End } from '../ribbons';
import type { ScreenPlan } from './plan';
import { centreOf } from './rows';

export interface Slots {
  /** Tops of the strips of a row, from the row's centre. */
  tops: readonly number[];
  height: number;
}

/** `count` strips one under the other about a row's centre. */
export function slotsOf(pitch: number, count: number): Slots {
  const band = Math.min(8.5 * count, pitch * 0.74);
  const gap = count > 1 ? Math.min(2, band / (4 * count)) : 0;
  const height = (band - gap * (count - 1)) / count;
  return { tops: Array.from({ length: count }, (_, i) => -band / 2 + i * (height + gap)), height };
}

/** Height of a single strip, such as that of a head's weighted values. */
export const singleHeight = (pitch: number) => Math.min(12, pitch * 0.4);

interface Tab {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface FullRow {
  /** From the stream up into the first norm. */
  lift: string;
  /** From the norm to Q, K and V, and the coloured tabs of their strips. */
  branches: readonly string[];
  tabs: readonly Tab[];
  /** Into the card's row. */
  query: string;
  /** Out of the card, through W_O and down to the stream. */
  weighted: string;
  own: string;
  joined: string;
  added: string;
}

export interface FullRun {
  row(token: number): FullRow;
  /** Up to the names of the keys, and down round the card to the sums of the values. */
  keys: string;
  values: string;
  /** A row's own key and value on their way there. */
  stubs(token: number): { key: string; value: string };
  bars: readonly { x: number; width: number; attention: boolean }[];
  bar: { top: number; height: number };
}

/** Null where the plan is Simple's. */
export function fullRun(plan: ScreenPlan, heads: number): FullRun | null {
  const { rows, columns } = plan;
  const { inner, card, open, plus } = columns;
  if (!inner) return null;
  const end = ({ x, width }: { x: number; width: number }) => x + width;
  const slots = slotsOf(rows.pitch, 3);
  const slotAt = (token: number, i: number) => centreOf(rows, token) + slots.tops[i]! + slots.height / 2;
  const floorOf = (token: number) => centreOf(rows, token) + rows.floor;
  const stack = Math.min(7, heads - 1) * plan.stack;
  const single = singleHeight(rows.pitch);
  const keyX = end(inner.qkv) + 5;
  const valueX = end(inner.qkv) + 9;
  const keysY = plan.card.top + (plan.short ? 12 : 18);
  const cardFoot = plan.card.top + plan.card.height;
  const at = (x: number, y: number, width: number): End => ({ x, y, width });

  const row = (token: number): FullRow => {
    const [y, floor] = [centreOf(rows, token), floorOf(token)];
    return {
      lift: ribbon(at(open.x + 1, floor, 1.6), at(inner.norm1.x, y, 5)),
      branches: slots.tops.map((_, i) =>
        ribbon(at(end(inner.norm1), y + (i - 1) * 2, 2), at(inner.qkv.x - 4, slotAt(token, i), slots.height)),
      ),
      tabs: slots.tops.map((top) => ({
        x: inner.qkv.x - 4,
        y: y + top,
        width: 2.6,
        height: slots.height,
      })),
      query: ribbon(at(end(inner.qkv), slotAt(token, 0), slots.height), at(card.x, y, single + 6)),
      weighted: ribbon(at(end(card) + stack, y, single), at(inner.z.x, y, single)),
      own: ribbon(at(end(inner.z), y, single), at(inner.output.x, y, single * 0.8)),
      joined: ribbon(at(end(inner.output), y, single * 0.8), at(inner.out.x, y, single)),
      added: ribbon(at(end(inner.out), y, single), at(plus[0], floor, 2)),
    };
  };
  const [first, last] = [rows.first, rows.last - 1];
  return {
    row,
    keys: `M${round(keyX)} ${round(slotAt(last, 1))}V${round(keysY + 6)}q0 -6 6 -6H${round(card.x)}`,
    values: `M${round(valueX)} ${round(slotAt(first, 2))}V${round(cardFoot)}q0 5 5 5H${round(card.x + 20)}`,
    stubs: (token) => ({
      key: `M${round(end(inner.qkv))} ${round(slotAt(token, 1))}H${round(keyX)}`,
      value: `M${round(end(inner.qkv))} ${round(slotAt(token, 2))}H${round(valueX)}`,
    }),
    bars: [
      { ...inner.norm1, attention: false },
      { ...inner.output, attention: true },
      { ...inner.norm2, attention: false },
    ],
    bar: {
      top: centreOf(rows, first) - rows.pitch / 2 + 2,
      height: (last - first + 1) * rows.pitch + 8,
    },
  };
}
