/** Figures of the stages as CSV, line by line. */
import { tableCsv } from './export';
import { binned } from '../charts/plot';

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
