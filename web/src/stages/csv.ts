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

/** Parts of a sum by their names. */
export function partsCsv(name: string, parts: readonly string[], values: ArrayLike<number>): string {
  return tableCsv(
    [name, 'value'],
    parts.map((part, i) => [part, values[i]!]),
  );
}
