/** What the command line's trace says for a prompt, tensor by tensor, and what a page's arithmetic adds up to. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PLACES, program } from '../../scripts/project.mjs';

export interface TracedTensor {
  shape: number[];
  data: Float32Array;
}

export type Trace = (name: string) => TracedTensor;

/** Tensors of a safetensors file that holds F32 alone. */
function readTensors(file: Buffer): Map<string, TracedTensor> {
  const size = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + size)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, TracedTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (entry.dtype !== 'F32') throw new Error(`${name} is ${entry.dtype}, not F32`);
    const [begin, end] = entry.data_offsets;
    const bytes = Uint8Array.from(file.subarray(8 + size + begin, 8 + size + end));
    tensors.set(name, { shape: entry.shape, data: new Float32Array(bytes.buffer) });
  }
  return tensors;
}

export function traceOf(prompt: string): Trace {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-trace-'));
  try {
    const path = join(folder, 'trace.safetensors');
    const vitrine = program(PLACES.native, 'vitrine');
    execFileSync(vitrine, ['run', PLACES.bundledModel, '--prompt', prompt, '--trace', path]);
    const tensors = readTensors(readFileSync(path));
    return (name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(`the trace has no ${name}; it has ${[...tensors.keys()].join(', ')}`);
      return tensor;
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An element of a tensor by its indices. */
export function at({ shape, data }: TracedTensor, ...indices: number[]): number {
  const place = indices.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);
  return data[place]!;
}

/** The last axis of a tensor at the indices of those before it. */
export function rowAt(tensor: TracedTensor, ...lead: number[]): number[] {
  return Array.from({ length: tensor.shape.at(-1)! }, (_, i) => at(tensor, ...lead, i));
}

export interface Sum {
  sum: number;
  engine: number;
}

/** Every sum that an opened stage works out, beside the value that the engine holds for it. */
export async function sums(page: Page): Promise<Sum[]> {
  await page.locator('[data-sum]').first().waitFor();
  return page.locator('[data-sum]').evaluateAll((elements) =>
    elements.flatMap((element) => {
      const engine = element.parentElement?.querySelector('[data-engine]')?.getAttribute('data-engine');
      return engine ? [{ sum: Number(element.getAttribute('data-sum')), engine: Number(engine) }] : [];
    }),
  );
}

/**
 * The engine adds in float32, the page in double precision. Both multiply int8 weights with inputs rounded alike, but for
 * Q, K, V and the logits, where the engine rounds to 16 bits and the page not at all.
 */
export const apart = 2e-4;
