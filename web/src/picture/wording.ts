/** How a cell of the matrix is said, by the grid to those who listen and, upright, beside its title to those who tap. */
import { percent, signed } from '../format/format';
import type { Cell, MatrixKind } from '../state/view.svelte';

/** The numbers of the rows in sight, [rows, keys], from the row `first` on. */
export interface MatrixInSight {
  values: Float32Array | undefined;
  /** T, or fewer while a longer text is on its way. */
  keys: number;
  first: number;
  kind: MatrixKind;
}

/** A share, a score with its sign, or `masked` where nothing is to be seen (yet). */
export function cellSaid({ query, key }: Cell, matrix: MatrixInSight, masked: string): string {
  const { values, keys, first, kind } = matrix;
  const value = key < keys && query >= first ? values?.[(query - first) * keys + key] : undefined;
  const hidden = (kind !== 'scores' && key > query) || value === -Infinity || value === undefined;
  if (hidden) return masked;
  return kind === 'pattern' ? percent(value) : signed(value);
}
