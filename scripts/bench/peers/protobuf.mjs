// The little of Protocol Buffers that writing a model takes: fields as byte strings, nested by their lengths.
// https://protobuf.dev/programming-guides/encoding

/** Bytes that are written one after the other; large ones are not copied. @typedef {{size: number, parts: Uint8Array[]}} Piece */

const utf8 = new TextEncoder();

/** Base 128, least significant first; negative numbers as 64-bit two's complement. */
export function varint(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** @returns {Piece} */
export const bytesPiece = (bytes) => ({ size: bytes.length, parts: [bytes] });
/** @returns {Piece} */
export const join = (pieces) => ({
  size: pieces.reduce((sum, { size }) => sum + size, 0),
  parts: pieces.flatMap(({ parts }) => parts),
});

const tag = (field, wireType) => varint((field << 3) | wireType);

export const integer = (field, value) => join([bytesPiece(tag(field, 0)), bytesPiece(varint(value))]);
export function float(field, value) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return join([bytesPiece(tag(field, 5)), bytesPiece(bytes)]);
}
/** A nested message, or raw bytes. */
export const nested = (field, piece) =>
  join([bytesPiece(tag(field, 2)), bytesPiece(varint(piece.size)), piece]);
export const blob = (field, bytes) => nested(field, bytesPiece(bytes));
export const string = (field, text) => blob(field, utf8.encode(text));
