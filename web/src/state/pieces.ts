import { Turns } from './turns';

/** Characters that are put together in one go, about a millisecond's work. */
const atOnce = 1 << 14;

/**
 * A file's lines put together a few at a time between the frames, as long files would hold the page up for several:
 * its pieces, in order.
 */
export async function inPieces(lines: Iterable<string>, turns = new Turns()): Promise<string[]> {
  return (await turns.through(gathered(lines)).value) ?? [];
}

function* gathered(lines: Iterable<string>): Generator<void, string[]> {
  const pieces: string[] = [];
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < atOnce) continue;
    pieces.push(piece);
    piece = '';
    yield;
  }
  return [...pieces, piece];
}
