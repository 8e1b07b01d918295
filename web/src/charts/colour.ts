/**
 * Colour of numbers. Canvases cannot read CSS variables cheaply, so the few colours they need stand here by theme and
 * agree with styles/tokens.css (a test holds them together). Signed values run deep teal - paper - sepia, symmetric
 * about 0; shares run from paper to the colour of their role on a fixed 0..1.
 */
import { interpolateLab } from 'd3-interpolate';
import { rgb } from 'd3-color';
import type { Role } from '../layout/roles';

export type Theme = 'light' | 'dark';

export interface Palette {
  page: string;
  card: string;
  ink: string;
  muted: string;
  hairline: string;
  query: string;
  key: string;
  value: string;
  attention: string;
  mlp: string;
  output: string;
  residual: string;
  pin2: string;
  pin3: string;
  pin4: string;
  signedLow: string;
  signedMid: string;
  signedHigh: string;
}

export const palettes: Record<Theme, Palette> = {
  light: {
    page: '#FBFAF7',
    card: '#FFFFFF',
    ink: '#1C1B22',
    muted: '#5D5A66',
    hairline: '#E4E0D8',
    query: '#2A6CD4',
    key: '#C93A0B',
    value: '#1B7F55',
    attention: '#5B21B6',
    mlp: '#8A6A0F',
    output: '#B0185A',
    residual: '#4B5568',
    pin2: '#578706',
    pin3: '#A06A5F',
    pin4: '#7A2F80',
    signedLow: '#0C5569',
    signedMid: '#F3F0E9',
    signedHigh: '#5B3516',
  },
  dark: {
    page: '#131318',
    card: '#1B1B22',
    ink: '#ECEAF2',
    muted: '#A5A2B0',
    hairline: '#2E2D37',
    query: '#5A9BF0',
    key: '#F0804A',
    value: '#A6E38A',
    attention: '#C7AEFF',
    mlp: '#E3C341',
    output: '#FF7FB3',
    residual: '#A3AEC2',
    pin2: '#70A421',
    pin3: '#C08685',
    pin4: '#BE46C7',
    signedLow: '#45B3BF',
    signedMid: '#26262E',
    signedHigh: '#F0DCC2',
  },
};

/** Attention at 0, 25, 50, 75 and 100 %; its first step is seen on either paper, its last is the farthest from it. */
export const attentionRamp: Record<Theme, readonly string[]> = {
  light: ['#F6F3FC', '#D8C9F5', '#A784E6', '#6730C4', '#3A1180'],
  dark: ['#24212F', '#46386E', '#7350C0', '#A57BF5', '#E2D4FF'],
};

export type ColourTable = Uint8ClampedArray;

/** 256 RGBA entries through the stops, evenly spaced. */
export function tableThrough(stops: readonly string[]): ColourTable {
  const table = new Uint8ClampedArray(256 * 4);
  const spans = stops.length - 1;
  const mixes = Array.from({ length: spans }, (_, i) => interpolateLab(stops[i]!, stops[i + 1]!));
  for (let i = 0; i < 256; ++i) {
    const at = (i / 255) * spans;
    const span = Math.min(spans - 1, Math.floor(at));
    const colour = rgb(mixes[span]!(at - span));
    table.set([colour.r, colour.g, colour.b, 255], i * 4);
  }
  return table;
}

const kept = new Map<string, ColourTable>();

function remembered(key: string, make: () => ColourTable): ColourTable {
  let table = kept.get(key);
  if (!table) kept.set(key, (table = make()));
  return table;
}

export function signedTable(theme: Theme): ColourTable {
  const { signedLow, signedMid, signedHigh } = palettes[theme];
  return remembered(`signed ${theme}`, () => tableThrough([signedLow, signedMid, signedHigh]));
}

export function sequentialTable(theme: Theme, role: Role = 'attention'): ColourTable {
  const stops =
    role === 'attention' ? attentionRamp[theme] : [palettes[theme].signedMid, palettes[theme][role]];
  return remembered(`${role} ${theme}`, () => tableThrough(stops));
}

/** How bright a colour is, 0..1: WCAG 2's relative luminance. */
export function luminance(colour: string): number {
  const { r, g, b } = rgb(colour);
  const linear = (part: number) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** WCAG 2's contrast of two colours, 1..21. */
export function contrast(a: string, b: string): number {
  const [dim, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

/** Black or white: what contrasts more with `ground`, for a number that stands on a coloured cell. */
export function inkOn(ground: string): '#000000' | '#FFFFFF' {
  return contrast(ground, '#000000') >= contrast(ground, '#FFFFFF') ? '#000000' : '#FFFFFF';
}

const pixels = new Map<string, number>();

/** A colour as a canvas's pixel, RGBA in the order of this machine's bytes. */
export function pixelOf(colour: string): number {
  let pixel = pixels.get(colour);
  if (pixel === undefined) {
    const { r, g, b } = rgb(colour);
    pixels.set(colour, (pixel = new Uint32Array(Uint8ClampedArray.of(r, g, b, 255).buffer)[0]!));
  }
  return pixel;
}

/** Entry of a table as a CSS colour, for the few marks that are not painted as pixels. */
export function entry(table: ColourTable, index: number): string {
  const at = index * 4;
  return `rgb(${table[at]}, ${table[at + 1]}, ${table[at + 2]})`;
}

/** A left-to-right CSS gradient of a table, `steps` stops. */
export function gradient(
  table: ColourTable,
  steps = 9,
  map: (unit: number) => number = (unit) => unit,
): string {
  const stops = Array.from({ length: steps }, (_, i) => entry(table, Math.round(map(i / (steps - 1)) * 255)));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** Values looked at to find a domain: enough for a 98 % quantile to be steady, few enough for each repaint. */
const sampled = 4096;
/** Sizes being looked at; a step rounded down takes up to twice the values. */
const sizes = new Float64Array(2 * sampled);

/**
 * Half-width d of the symmetric domain [-d, d]: the quantile of |value| over finite values. A few outlier channels
 * would otherwise wash out all the rest; what lies beyond is drawn as clipped.
 */
export function robustDomain(values: ArrayLike<number>, quantile = 0.98): number {
  const step = Math.max(1, Math.floor(values.length / sampled));
  let count = 0;
  let most = 0;
  for (let i = 0; i < values.length; i += step) {
    const size = Math.abs(values[i]!);
    if (!(size < Infinity)) continue;
    sizes[count++] = size;
    if (size > most) most = size;
  }
  if (count === 0) return 1;
  const at = selected(sizes, count, Math.min(count - 1, Math.floor(quantile * count)));
  return at > 0 ? at : most || 1;
}

/** Entry `rank` of the first `count` numbers as if they were sorted, which they need not be: linear time; reorders them. */
function selected(numbers: Float64Array, count: number, rank: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = numbers[(low + high) >> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (numbers[left]! < pivot) left += 1;
      while (numbers[right]! > pivot) right -= 1;
      if (left > right) break;
      const swapped = numbers[left]!;
      numbers[left++] = numbers[right]!;
      numbers[right--] = swapped;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return numbers[rank]!;
}

/** Table entry of a signed value: 0 at -domain and below, 255 at +domain and above, 0 in the middle. NaN reads 0. */
export function signedIndex(value: number, domain: number): number {
  const unit = value / domain;
  if (!(unit > -1)) return unit <= -1 ? 0 : 128;
  return unit >= 1 ? 255 : Math.round(127.5 + 127.5 * unit);
}

/** Table entry of a share 0..1; the square root lifts small weights and is always labelled where used. */
export function shareIndex(share: number, sqrt = false): number {
  if (!(share > 0)) return 0;
  const unit = share >= 1 ? 1 : share;
  return Math.round((sqrt ? Math.sqrt(unit) : unit) * 255);
}
