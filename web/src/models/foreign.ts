/** What a file is that holds no safetensors, by the engine's tables: told before anything is read or converted. */
import { endings, type ForeignFormat, magics } from '../protocol/foreign-formats.gen';
import { isSideFile } from './side-files';

/** A header is JSON behind its length. */
const isSafetensors = (head: Uint8Array, size: number) =>
  head.length > 8 &&
  head[8] === '{'.charCodeAt(0) &&
  new DataView(head.buffer, head.byteOffset).getBigUint64(0, true) + 8n <= BigInt(size);

/** By the first bytes of a file, of which eight are enough. */
export function foreignByBytes(head: Uint8Array): ForeignFormat | null {
  const text = String.fromCharCode(...head.subarray(0, 16));
  const known = magics.find(([magic]) => text.startsWith(magic));
  if (known) return known[1];
  const [first = 0, second = 0, third = 0] = head;
  // Protobuf's first field of an ONNX model, its version; then the producer's name or the graph.
  if (first === 0x08 && second < 0x20 && (third === 0x12 || third === 0x3a)) return 'ONNX';
  // Flax writes a map whose first key is a string.
  const map = (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf;
  const key = head[first === 0xde ? 3 : first === 0xdf ? 5 : 1] ?? 0;
  return map && ((key & 0xe0) === 0xa0 || key === 0xd9) ? 'msgpack' : null;
}

/** By a file's name: "model.gguf", "pytorch_model.bin", "adapter_model.safetensors". */
export function foreignByName(name: string): ForeignFormat | null {
  if (name.startsWith('adapter_')) return 'LoRA';
  return endings.find(([ending]) => name.length > ending.length && name.endsWith(ending))?.[1] ?? null;
}

/** What a file is; null for safetensors and for what is not known. What stands in place of a file is told before its name. */
export async function foreignFormat(file: File): Promise<ForeignFormat | null> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  if (isSafetensors(head, file.size)) return foreignByName(file.name) === 'LoRA' ? 'LoRA' : null;
  const held = foreignByBytes(head);
  return held === 'git-lfs' || held === 'web page' ? held : (foreignByName(file.name) ?? held);
}

/** Of files without weights the one that was most likely meant to be them: an adapter's, else the largest. */
export async function foreignAmong(files: File[]): Promise<{ file: File; format: ForeignFormat } | null> {
  const others = files.filter(({ name }) => !isSideFile(name)).sort((a, b) => b.size - a.size);
  const found = [];
  for (const file of others.slice(0, 32)) {
    const format = await foreignFormat(file);
    if (format) found.push({ file, format });
  }
  return found.find(({ format }) => format === 'LoRA') ?? found[0] ?? null;
}
