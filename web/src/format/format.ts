/** The one place for how numbers and tokens are written. The decimal mark is a point and minus a hyphen, in every
 * language: what is on screen can be pasted into a sheet or a terminal. */
import { SvelteMap } from 'svelte/reactivity';
import { bare, isolated } from './direction';
export { hex, tokenText } from '../protocol/token-text';

/** In place of a number that has not come yet. */
const pending = '…';

/** The language that numbers are written in: what has written one is told when another language comes. */
const language = new SvelteMap([['locale', 'en']]);

/** From here on numbers are written as in `locale`. */
export function writeNumbersIn(locale: string): void {
  language.set('locale', locale);
}

/** The sign with what parts it from its number: Korean sets it close. */
const percentSign = () => (language.get('locale') === 'ko' ? '%' : ' %');

/** 44.6 %, 0.07 %, < 0.01 %; exactly 0 and 1 read 0 % and 100 %. In Korean 44.6%. */
export function percent(share: number | undefined): string {
  if (share === undefined) return pending;
  if (!Number.isFinite(share)) return '-';
  return `${hundredthsOf(share)}${percentSign()}`;
}

function hundredthsOf(share: number): string {
  if (share <= 0) return '0';
  if (share >= 1) return '100';
  if (share < 0.0001) return '< 0.01';
  const hundredths = share * 100;
  if (hundredths < 0.995) return hundredths.toFixed(2);
  return hundredths >= 99.95 ? '> 99.9' : hundredths.toFixed(1);
}

/** A logit or a score, two decimals. */
export function logit(value: number | undefined): string {
  if (value === undefined) return pending;
  if (value === -Infinity) return '-∞';
  return Number.isFinite(value) ? unsignedZero(value.toFixed(2)) : 'NaN';
}

/** A value of a tensor with about three digits that mean something: 12.3, 1.234, 0.0123, 0.00021, 2.1e-5. */
export function number(value: number | undefined): string {
  if (value === undefined) return pending;
  if (value === -Infinity) return '-∞';
  if (value === Infinity) return '∞';
  if (Number.isNaN(value)) return 'NaN';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return value.toFixed(0);
  if (size >= 100) return value.toFixed(1);
  if (size >= 10) return value.toFixed(2);
  if (size >= 0.1) return value.toFixed(3);
  if (size >= 0.001) return value.toFixed(4);
  if (size >= 0.0001) return value.toFixed(5);
  return value.toExponential(1);
}

/** The same with its sign always written: +0.123, -0.123. */
export function signed(value: number | undefined): string {
  if (value === undefined) return pending;
  const text = number(value);
  return value > 0 ? `+${text}` : text;
}

/** A number on an axis: no more digits than it needs. */
export function tick(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

function unsignedZero(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

const counters = new Map<string, Intl.NumberFormat>();

/** A whole number with the language's grouping: 50,257. */
export function count(value: number, locale = 'en'): string {
  let format = counters.get(locale);
  if (!format) counters.set(locale, (format = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })));
  return format.format(value);
}

/** 512 B, 18.6 kB, 23.4 MB: decimal units, as downloads are counted. */
export function bytes(value: number): string {
  if (value < 1000) return `${Math.round(value)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = value / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    ++unit;
  }
  return `${size < 100 ? size.toFixed(1) : size.toFixed(0)} ${units[unit]}`;
}

/** 0.42 ms, 4.1 ms, 128 ms, 2.3 s. */
export function milliseconds(value: number): string {
  if (value < 1) return `${value.toFixed(2)} ms`;
  if (value < 99.95) return `${value.toFixed(1)} ms`;
  return value < 999.5 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`;
}

const named: Record<string, string> = {
  ' ': '·',
  '\n': '↵',
  '\t': '⇥',
  '\r': '␍',
  '\u00a0': '⍽',
  '\u007f': '␡',
};

/**
 * A token's text with nothing invisible in it: the space is a middle dot, a new line a return arrow. It may stand in any
 * sentence: one from right to left is isolated.
 */
export function visible(text: string): string {
  return isolated(seen(text));
}

function seen(text: string): string {
  if (text === '') return '∅';
  let shown = '';
  for (const character of text) shown += visibleCharacter(character);
  return /^\p{M}/u.test(shown) ? `◌${shown}` : shown;
}

function visibleCharacter(character: string): string {
  const name = named[character];
  if (name) return name;
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  // Format characters, separators and C1 controls print nothing or turn the line around. The joiner of emoji is
  // kept between characters, where it does its work.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character) && code !== 0x200d) {
    return `‹${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  }
  return character;
}

/** `visible`, cut to at most `limit` characters: in the middle, but bytes in their brackets at the end. */
export function short(text: string, limit = 12): string {
  const characters = Array.from(seen(bare(text)));
  return isolated(cut(characters, limit));
}

function cut(characters: string[], limit: number): string {
  if (characters.length <= limit) return characters.join('');
  if (/‹[\dA-F]{3,}›/.test(characters.join(''))) return `${characters.slice(0, limit - 1).join('')}…`;
  const head = Math.ceil((limit - 1) / 2);
  const tail = limit - 1 - head;
  return `${characters.slice(0, head).join('')}…${tail > 0 ? characters.slice(-tail).join('') : ''}`;
}

/** [11, 256] -> "11 × 256". */
export function shape(sizes: readonly number[]): string {
  return sizes.join(' × ');
}

/** The token as a reader says it: its surrounding white space dropped unless it is all there is. */
export function word(text: string, limit = 14): string {
  const trimmed = text.trim();
  return short(trimmed === '' ? text : trimmed, limit);
}

/** The document's title: the text first, as tabs and bookmarks show its beginning alone. */
export function pageTitle(text: string, changed = ''): string {
  const letters = Array.from(text.replace(/\s+/g, ' ').trim());
  if (letters.length === 0) return 'Vitrine';
  const name = letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : letters.join('');
  return [name, ...(changed ? [changed] : []), 'Vitrine'].join(' · ');
}
