/** The scale on which an amount is guessed, and how it is written. */
import { count, percent } from '../format/format';
import type { Question, Unit } from './types';

export interface Scale {
  unit: Unit;
  low: number;
  high: number;
}

/** The scale of a question, where its facts are known. */
export function scaleOf<F>({ unit, low, high }: Extract<Question<F>, { kind: 'amount' }>, facts: F): Scale {
  return { unit, low, high: typeof high === 'number' ? high : high(facts) };
}

/** Where a scale spans more than this, it is one of powers. */
const wide = 50;

const isLog = ({ unit, low, high }: Scale) => unit !== 'share' && high / Math.max(1, low) > wide;

/** The value at 0..1 of the scale; counts are whole. */
export function valueAt(scale: Scale, position: number): number {
  const { unit, low, high } = scale;
  const from = Math.max(1, low);
  const value = isLog(scale) ? from * (high / from) ** position : low + (high - low) * position;
  if (unit === 'share') return Math.round(value * 200) / 200;
  return unit === 'count' ? Math.round(value) : Math.round(value * 10) / 10;
}

/** Where a value stands on the scale, 0..1; beyond its ends at them. */
export function positionOf(scale: Scale, value: number): number {
  const { low, high } = scale;
  const from = Math.max(1, low);
  const at = isLog(scale)
    ? Math.log(Math.max(from, value) / from) / Math.log(high / from)
    : (value - low) / (high - low);
  return Math.max(0, Math.min(1, at));
}

export function amountText(
  unit: Unit,
  value: number,
  t: { times: (n: string) => string },
  locale: string,
): string {
  if (unit === 'share') return percent(value);
  if (unit === 'count') return count(value, locale);
  return t.times(value < 10 ? value.toFixed(1) : count(value, locale));
}
