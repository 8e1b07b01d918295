/** The cells of a sweep: how many there are, which change each stands for, what they say together. Pure. */
import type { SweepCell, SweepRequest } from '../protocol/experiments';

export type Over = SweepRequest['over'];
export const overs: readonly Over[] = ['heads', 'blocks', 'looks', 'words', 'depth'];

export interface Size {
  layers: number;
  heads: number;
  tokens: number;
}

/** Rows and columns of a sweep's map. */
export function extentOf(over: Over, { layers, heads, tokens }: Size): { rows: number; columns: number } {
  switch (over) {
    case 'heads':
      return { rows: layers, columns: heads };
    case 'blocks':
      return { rows: layers, columns: 3 };
    case 'depth':
      return { rows: layers, columns: 1 };
    default:
      return { rows: 1, columns: tokens };
  }
}

/** The codes that make the same change; none where an address has no code for it. */
export function codesOf(
  over: Over,
  { layer, index }: { layer: number; index: number },
  size: Size,
): string[] {
  switch (over) {
    case 'heads':
      return [`h${layer}.${index}*0`];
    case 'blocks':
      return [`${'aml'[index] ?? 'l'}${layer}`];
    case 'looks':
      return Array.from({ length: size.layers }, (_, l) => `e${l}.*:${size.tokens - 1}-${index}`);
    case 'depth':
      return Array.from({ length: size.layers - layer }, (_, beyond) => `l${layer + beyond}`);
    case 'words':
      return [];
  }
}

/**
 * The list of changes after a click on a cell: its codes go where all are there, else they come. What was measured at the
 * last token alone is changed there alone.
 */
export function toggled(
  codes: readonly string[],
  cell: readonly string[],
  at: SweepRequest['at'],
  tokens: number,
): string[] {
  const all = cell.every((code) => codes.includes(code));
  const rest = codes.filter((code) => !cell.includes(code) && !code.startsWith('at='));
  const list = all ? rest : [...rest, ...cell];
  const scoped = list.some((code) => /^[haml]\d/.test(code));
  return at === 'last' && scoped ? [...list, `at=${tokens - 1}`] : list;
}

const key = (layer: number, index: number) => `${layer}.${index}`;

export const byPlace = (cells: readonly SweepCell[]): Map<string, SweepCell> =>
  new Map(cells.map((cell) => [key(cell.layer, cell.index), cell]));

export const placed = (found: Map<string, SweepCell>, layer: number, index: number): SweepCell | undefined =>
  found.get(key(layer, index));

/** The change that a cell is coloured by: of the word's lead over its rival, or of its logit where there is none. */
export const changeOf = (cell: SweepCell | undefined, rival: boolean): number | null =>
  cell?.effect ? (rival ? cell.effect.deltaDifference : cell.effect.deltaLogit) : null;

/** What changes most, in size. */
export function strongestCell(cells: readonly SweepCell[], rival: boolean): SweepCell | null {
  let best: SweepCell | null = null;
  for (const cell of cells) {
    const size = Math.abs(changeOf(cell, rival) ?? 0);
    if (!best || size > Math.abs(changeOf(best, rival) ?? 0)) best = cell;
  }
  return best;
}

/** The least number of blocks from which the target is always first; null where it never is before the end. */
export function leadsFromDepth(cells: readonly SweepCell[], target: number, layers: number): number | null {
  const found = byPlace(cells);
  let from: number | null = null;
  for (let kept = layers - 1; kept >= 0; kept -= 1) {
    if (placed(found, kept, 0)?.effect?.first !== target) break;
    from = kept;
  }
  return from;
}
