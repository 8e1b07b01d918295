// A checkpoint as the peers' formats want it: F32 tensors by Hugging Face's names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../project.mjs';

/** {config, tensor(name) -> {shape, data}} of a folder whose one file holds F32. */
export function readCheckpoint(folder) {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const file = readFileSync(join(folder, 'model.safetensors'));
  const header = Number(file.readBigUInt64LE(0));
  const entries = JSON.parse(file.subarray(8, 8 + header).toString('utf8'));
  const tensor = (name) => {
    const entry = entries[name] ?? entries[`transformer.${name}`];
    if (!entry) throw new Problem(`${folder}: there is no ${name}`);
    if (entry.dtype !== 'F32')
      throw new Problem(`${folder}: ${name} is ${entry.dtype}; the peers are given F32`);
    const [begin, end] = entry.data_offsets.map((offset) => file.byteOffset + 8 + header + offset);
    // Headers need not end on four bytes; typed arrays must begin there.
    const data =
      begin % 4 === 0
        ? new Float32Array(file.buffer, begin, (end - begin) / 4)
        : new Float32Array(file.buffer.slice(begin, end));
    return { shape: entry.shape, data };
  };
  return { config, tensor };
}

/** [rows, columns] -> [columns, rows]. */
export function transposed({ shape: [rows, columns], data }) {
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column];
  }
  return { shape: [columns, rows], data: out };
}
