/** How experiments write their numbers. Pure. */
import { logit } from '../format/format';

/** +2.10, -0.11, 0.00: two decimals and always a sign where there is one. */
export function signedLogit(value: number | undefined): string {
  const text = logit(value);
  return value !== undefined && value > 0 && text !== '0.00' ? `+${text}` : text;
}

/** Bits of a divergence that is in nats. */
export const bitsOf = (nats: number) => nats / Math.LN2;

/** 0.08 bits with two digits that mean something. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001) return '< 0.001';
  return size < 0.1 ? value.toFixed(3) : value.toFixed(2);
}
