/** The whole run as one safetensors file, F32, under TransformerLens's names. */
import type { Abi, Handle } from '../wasm/abi';
import type { ModelInfo, TensorRow } from '../protocol/protocol';

interface Part {
  name: string;
  shape: number[];
  /** How the tensor is pulled: one head or some rows at a time, so that no piece outgrows the limit. */
  pieces: { head: number; begin: number; end: number }[];
}

/** Numbers pulled at once: 16 MB. The pieces rest in Blobs, which a browser may keep on disk. */
const pieceNumbers = 4 * 1024 * 1024;

/** Every tensor of a run of `tokens` tokens in the table's order, blocks one after another. */
export function traceParts(table: TensorRow[], info: ModelInfo, tokens: number): Part[] {
  const sizes: Record<TensorRow['axes'][number], number> = {
    tokens,
    channels: info.width,
    heads: info.heads,
    head_size: info.headSize,
    mlp: info.inner,
    vocabulary: info.vocabulary,
    one: 1,
  };
  const part = (row: TensorRow, prefix: string): Part => {
    const shape = row.axes.map((axis) => sizes[axis]);
    const heads = row.axes[0] === 'heads' ? info.heads : 0;
    const numbers = shape.reduce((product, size) => product * size, 1);
    const rows = Math.max(1, Math.floor(pieceNumbers / (numbers / (tokens * Math.max(heads, 1)))));
    const pieces: Part['pieces'] = [];
    for (let head = heads ? 0 : -1; head < heads; head++) {
      for (let begin = 0; begin < tokens; begin += rows)
        pieces.push({ head, begin, end: Math.min(begin + rows, tokens) });
      if (!heads) break;
    }
    return { name: prefix + row.name, shape, pieces };
  };
  const firstOfBlock = table.findIndex((row) => row.perLayer);
  const blocks = Array.from({ length: info.layers }, (_, layer) =>
    table.filter((row) => row.perLayer).map((row) => part(row, `blocks.${layer}.`)),
  );
  const before = table.filter((row, index) => !row.perLayer && index < firstOfBlock);
  const after = table.filter((row, index) => !row.perLayer && index > firstOfBlock);
  return [...before.map((row) => part(row, '')), ...blocks.flat(), ...after.map((row) => part(row, ''))];
}

/** 8 bytes of length, then the JSON, padded with spaces so that the numbers begin at a multiple of 64 bytes. */
function header(parts: Part[]): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const entries = parts.map(({ name, shape }) => {
    const begin = offset;
    offset += 4 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil((8 + json.length) / 64) * 64 - 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

/** `between` is awaited before each piece: it lets newer messages in, and rejects to stop. */
export async function traceBlob(
  abi: Abi,
  session: Handle,
  parts: Part[],
  between: () => Promise<void>,
): Promise<Blob> {
  const blobs = [new Blob([header(parts)])];
  for (const part of parts) {
    for (const { head, begin, end } of part.pieces) {
      await between();
      blobs.push(new Blob([abi.sessionTensor(session, part.name, head, begin, end).data]));
    }
  }
  return new Blob(blobs, { type: 'application/octet-stream' });
}
