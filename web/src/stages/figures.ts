/** Strips as a figure to take away, in the colours of the theme on screen. */
import { signedWith } from '../marks/canvas';
import { palettes, robustDomain, signedTable, type Theme } from '../marks/colour';
import { stripsSvg } from '../marks/export';

export interface Strips {
  /** [rows, columns] */
  values: Float32Array;
  columns: number;
  rowLabels: readonly string[];
  title: string;
  domain?: number;
}

export function stripsFigure(theme: Theme, { values, columns, rowLabels, title, domain }: Strips): string {
  const { ink, muted, page } = palettes[theme];
  return stripsSvg({
    values,
    rows: Math.floor(values.length / columns),
    columns,
    table: signedTable(theme),
    index: signedWith(domain ?? robustDomain(values)),
    rowLabels,
    title,
    ink,
    muted,
    paper: page,
  });
}
