/** Figures of the stages as CSV, line by line. */
import { tableCsv } from '../marks/export';
import { hex, tokenText, visible } from '../marks/format';
import { binned } from '../marks/plot';
import type { MergeTrace, TokenInfo } from '../engine/protocol';
import { idsBetween, type MergeState } from './arithmetic/merges';

/** The terms of a dot product: where, both factors by their names, and their product. */
export function productsCsv(
  names: readonly [where: string, first: string, second: string],
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): Iterable<string> {
  const rows = Array.from(first, (value, i) => [i, value, second[i]!, value * second[i]!]);
  return tableCsv([...names, 'product'], rows);
}

/**
 * Matrices of the same width under one header: which of them (`part`), what `lead` says of a row under `names`, and the
 * row's numbers under their dimensions.
 */
export function matricesCsv(
  matrices: readonly { part: string; data: Float32Array }[],
  width: number,
  names: readonly string[],
  lead: (row: number) => readonly (string | number)[],
): Iterable<string> {
  function* rows() {
    for (const { part, data } of matrices) {
      for (let row = 0; row < data.length / width; row += 1)
        yield [part, ...lead(row), ...data.subarray(row * width, (row + 1) * width)];
    }
  }
  return tableCsv(['part', ...names, ...Array.from({ length: width }, (_, c) => `${c}`)], rows());
}

/** Attention patterns [T, T], one after the other: a row for each head and query, under each key its share. */
export function patternsCsv(
  patterns: readonly { layer: number; head: number; data: Float32Array }[],
  tokens: readonly string[],
): Iterable<string> {
  function* rows() {
    for (const { layer, head, data } of patterns) {
      for (const [query, token] of tokens.entries())
        yield [
          layer,
          head,
          query,
          token,
          ...data.subarray(query * tokens.length, (query + 1) * tokens.length),
        ];
    }
  }
  return tableCsv(['layer', 'head', 'query', 'token', ...tokens.map((_, key) => `${key}`)], rows());
}

/** Parts of a sum by their names. */
export function partsCsv(
  name: string,
  parts: readonly string[],
  values: ArrayLike<number>,
): Iterable<string> {
  return tableCsv(
    [name, 'value'],
    parts.map((part, i) => [part, values[i]!]),
  );
}

/** A histogram: how many values lie in each bin. */
export function binsCsv(values: ArrayLike<number>, bins: number): Iterable<string> {
  return tableCsv(
    ['from', 'to', 'count'],
    binned(values, bins).map(({ from, to, count }) => [from, to, count]),
  );
}

/** Points of a function, each under its number: what goes in, and what comes out. */
export function pointsCsv(
  names: readonly [where: string, from: string, to: string],
  from: ArrayLike<number>,
  to: ArrayLike<number>,
): Iterable<string> {
  return tableCsv(
    names,
    Array.from(from, (value, i) => [i, value, to[i]!]),
  );
}

const bytesOf = (bytes: Uint8Array) => Array.from(bytes, hex).join(' ');
const namesOf = (symbols: readonly Uint8Array[]) => symbols.map((one) => visible(tokenText(one))).join(' | ');

/** The merges of a piece, a row a step from its bytes on: the pair that was joined, its rank, what stands then; at the end the ids. */
export function mergesCsv(states: readonly MergeState[], ids: readonly TokenInfo[]): Iterable<string> {
  const last = states.length - 1;
  return tableCsv(
    ['step', 'rank', 'left', 'right', 'symbols', 'bytes', 'ids'],
    states.map(({ symbols, rank, joined }, step) => [
      step,
      rank ?? '',
      joined ? namesOf(joined.slice(0, 1)) : '',
      joined ? namesOf(joined.slice(1)) : '',
      namesOf(symbols),
      symbols.map(bytesOf).join(' | '),
      step === last ? ids.map(({ id }) => id).join(' ') : '',
    ]),
  );
}

/** The pieces of a text, which are merged apart from each other, and what each became. */
export function piecesCsv(
  bytes: Uint8Array,
  pieces: MergeTrace['pieces'],
  tokens: readonly TokenInfo[],
): Iterable<string> {
  return tableCsv(
    ['piece', 'begin', 'end', 'text', 'bytes', 'ids'],
    pieces.map(([begin, end], piece) => {
      const own = bytes.subarray(begin, end);
      const ids = idsBetween(tokens, begin, end).map(({ id }) => id);
      return [piece, begin, end, tokenText(own), bytesOf(own), ids.join(' ')];
    }),
  );
}
