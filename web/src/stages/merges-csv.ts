/** Tables of the merges of a text. */
import { tableCsv } from '../export/export';
import { bare } from '../format/direction';
import { hex, tokenText, visible } from '../format/format';
import type { MergeTrace, TokenInfo } from '../protocol/protocol';
import type { MergeState } from './arithmetic/merges';

const bytesOf = (bytes: Uint8Array) => Array.from(bytes, hex).join(' ');
const namesOf = (symbols: readonly Uint8Array[]) =>
  symbols.map((one) => bare(visible(tokenText(one)))).join(' | ');

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
  { pieces, tokens }: Pick<MergeTrace, 'pieces' | 'tokens'>,
): Iterable<string> {
  return tableCsv(
    ['piece', 'begin', 'end', 'text', 'bytes', 'ids'],
    pieces.map(([begin, end], piece) => {
      const own = bytes.subarray(begin, end);
      const ids = tokens[piece]!.map(({ id }) => id).join(' ');
      return [piece, begin, end, tokenText(own), bytesOf(own), ids];
    }),
  );
}
