/** Runs the native program, whose answers the WebAssembly build must give too. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Abi, type Handle } from '../../web/src/wasm/abi';
import {
  bundledFolder,
  loadBytes,
  nativePath,
  readSafetensors,
  tinyConfig,
  tinyFile,
  type TinyShape,
} from './engine';

const execute = promisify(execFile);

export async function native(...args: string[]): Promise<Buffer> {
  if (!existsSync(nativePath)) throw new Error(`${nativePath} is missing: run \`npm run build\` first.`);
  const { stdout } = await execute(nativePath, args, { encoding: 'buffer', maxBuffer: 2 ** 26 });
  return stdout;
}

/** A folder for one test file; `remove` it at the end. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'vitrine-'));
  return { path, remove: () => rm(path, { recursive: true }) };
}

export async function writeTinyModel(folder: string, shape: TinyShape): Promise<void> {
  await writeFile(join(folder, 'config.json'), tinyConfig(shape));
  await writeFile(join(folder, 'model.safetensors'), tinyFile(shape));
}

export type Tensors = ReturnType<typeof readSafetensors>;

export async function nativeTrace(model: string, into: string, ...args: string[]): Promise<Tensors> {
  const file = join(into, 'trace.safetensors');
  await native('run', model, ...args, '--trace', file);
  return readSafetensors(new Uint8Array(await readFile(file)));
}

/** The bundled model and its tokenizer in an engine. */
export async function loadBundled(abi: Abi): Promise<{ model: Handle; tokenizer: Handle }> {
  const read = (name: string) => readFile(join(bundledFolder, name));
  const config = new TextDecoder().decode(await read('config.json'));
  return {
    model: loadBytes(abi, config, new Uint8Array(await read('model.safetensors'))),
    tokenizer: abi.tokenizerNew({
      'vocab.json': await read('vocab.json'),
      'merges.txt': await read('merges.txt'),
    }),
  };
}

export function encode(abi: Abi, tokenizer: Handle, text: string): number[] {
  const rows = abi.tokenizerEncode(tokenizer, text);
  return Array.from({ length: rows.length / 3 }, (_, token) => rows[3 * token]!);
}
