/** Figures of the stages as CSV. */
import { tableCsv } from '../marks/export';

/** The terms of a dot product: where, both factors by their names, and their product. */
export function productsCsv(
  names: readonly [where: string, first: string, second: string],
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): string {
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
): string {
  const rows = matrices.flatMap(({ part, data }) =>
    Array.from({ length: data.length / width }, (_, row) => [
      part,
      ...lead(row),
      ...data.subarray(row * width, (row + 1) * width),
    ]),
  );
  return tableCsv(['part', ...names, ...Array.from({ length: width }, (_, c) => `${c}`)], rows);
}

/** Parts of a sum by their names. */
export function partsCsv(name: string, parts: readonly string[], values: ArrayLike<number>): string {
  return tableCsv(
    [name, 'value'],
    parts.map((part, i) => [part, values[i]!]),
  );
}
