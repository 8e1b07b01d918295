/**
 * Native and WebAssembly give the same bits: every tensor of a run, every drawn token, every byte of a converted
 * file. No tolerance, because sums are made in one fixed order everywhere and no function of the platform's own
 * mathematics library takes part.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Abi, type Handle, loadAs } from '../../web/src/wasm/abi';
import { bundledFolder, loadBytes, newEngine, runTo, tinyConfig, tinyFile, type TinyShape } from './engine';
import {
  encode,
  loadBundled,
  native,
  nativeTrace,
  temporaryFolder,
  type Tensors,
  writeTinyModel,
} from './native';

/** Widths that fill neither a panel of 8 outputs nor a group of 64 inputs. */
const odd: TinyShape = { layers: 3, heads: 3, width: 75, context: 70, vocabulary: 131 };
const ids = (count: number) => Array.from({ length: count }, (_, token) => (37 * token + 5) % odd.vocabulary);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let abi: Abi;

beforeAll(async () => {
  folder = await temporaryFolder();
  abi = await newEngine();
});
afterAll(() => folder.remove());

/** Names of the tensors of a session that differ from `wanted` in any bit. */
function differing(session: Handle, wanted: Tensors): string[] {
  const wrong: string[] = [];
  for (const [name, { shape, data }] of wanted) {
    const got = abi.sessionTensor(session, name);
    expect([name, got.shape]).toEqual([name, shape]);
    const bits = new Uint32Array(got.data.buffer);
    const wantedBits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    const at = bits.findIndex((value, index) => value !== wantedBits[index]);
    if (at >= 0) wrong.push(`${name}[${at}]: ${got.data[at]}, native ${data[at]}`);
  }
  return wrong;
}

/** As many as the table of tensors promises for a model of so many layers. */
function tensorCount(layers: number): number {
  const table = abi.tensorTable();
  const perLayer = table.filter((row) => row.perLayer).length;
  return table.length - perLayer + layers * perLayer;
}

// Hot, so that the seeds differ.
const sampling = { temperature: 4.5, topK: 100, topP: 0.95 };

function drawArguments(seed: number, count: number): string[] {
  const { temperature, topK, topP } = sampling;
  const options = { 'max-tokens': count, seed, temperature, 'top-k': topK, 'top-p': topP };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
}

function draw(session: Handle, begun: number[], seed: number, count: number): number[] {
  const tokens = [...begun];
  for (let index = 0; index < count; index++) {
    runTo(abi, session, tokens);
    abi.sessionRank(session, -1);
    abi.sessionDistribute(session, sampling.temperature, sampling.topK, sampling.topP);
    tokens.push(abi.sessionDraw(session, seed, index).id);
  }
  return tokens;
}

describe('the bundled model', () => {
  let model: Handle;
  let tokenizer: Handle;
  let session: Handle;
  beforeAll(async () => {
    ({ model, tokenizer } = await loadBundled(abi));
    session = abi.sessionNew(model);
  });

  test.each([
    'a',
    'Once upon a time',
    'The old man looked at the sea and the old man',
    '바다를 본 노인 🌊\n\n\t"quoted",  two  spaces',
    'She opened the door and saw that the door '.repeat(8).trim(),
  ])('every tensor of a run is the same: %j', async (prompt) => {
    const wanted = await nativeTrace(bundledFolder, folder.path, '--prompt', prompt);
    expect(wanted.size).toBe(tensorCount(abi.modelInfo(model).layers));
    runTo(abi, session, encode(abi, tokenizer, prompt));
    expect(differing(session, wanted)).toEqual([]);
  });

  test('typed token by token it is still the same', async () => {
    const prompt = 'To install the package, run the following command';
    const wanted = await nativeTrace(bundledFolder, folder.path, '--prompt', prompt);
    const tokens = encode(abi, tokenizer, prompt);
    const typed = abi.sessionNew(model);
    for (let count = 1; count <= tokens.length; count++) {
      expect(runTo(abi, typed, tokens.slice(0, count)).reused).toBe(count - 1);
    }
    expect(differing(typed, wanted)).toEqual([]);
    abi.sessionFree(typed);
  });

  test('what is held in memory is the file, byte for byte', async () => {
    const file = await readFile(join(bundledFolder, 'model.safetensors'));
    expect(Buffer.compare(Buffer.from(abi.modelImage(model)), file)).toBe(0);
  });

  test('the same text is drawn', async () => {
    const prompt = 'Data visualization empowers users to';
    for (const seed of [0, 1, 7, 2 ** 31, 2 ** 53]) {
      const text = await native('generate', bundledFolder, '--prompt', prompt, ...drawArguments(seed, 8));
      const begun = encode(abi, tokenizer, prompt);
      const tokens = draw(session, begun, seed, 8);
      const decoded = Buffer.from(abi.tokenizerDecode(tokenizer, tokens.slice(begun.length)));
      expect([seed, `${decoded}\n`]).toEqual([seed, `${text}`]);
    }
  });
});

describe('a model of odd sizes', () => {
  beforeAll(() => writeTinyModel(folder.path, odd));

  const flags = ['--ablate', '1.2', '--ablate', '0.0', '--skip-mlp', '2', '--window', '5', '--no-positions'];
  const interventions = {
    heads: [
      { layer: 1, head: 2, scale: 0 },
      { layer: 0, head: 0, scale: 0 },
    ],
    ...{ skipMlp: [2], window: 5, noPositions: true },
  };
  test.each([
    [1, [], undefined],
    [2, [], undefined],
    [65, [], undefined],
    [33, flags, interventions],
  ] as const)('every tensor of %i tokens in F32 is the same, flags %j', async (count, args, changes) => {
    const wanted = await nativeTrace(folder.path, folder.path, '--tokens', ids(count).join(','), ...args);
    expect(wanted.size).toBe(tensorCount(odd.layers));
    const model = loadBytes(abi, tinyConfig(odd), tinyFile(odd));
    const session = abi.sessionNew(model);
    runTo(abi, session, ids(count), changes ? JSON.stringify(changes) : '');
    expect(differing(session, wanted)).toEqual([]);
    abi.sessionFree(session);
    abi.modelFree(model);
  });

  test('the same tokens are drawn for 200 seeds', async () => {
    const model = loadBytes(abi, tinyConfig(odd), tinyFile(odd));
    const session = abi.sessionNew(model);
    const begun = ids(5);
    const count = 10;
    const together = 8;
    const seen = new Set<string>();
    for (let first = 0; first < 200; first += together) {
      const seeds = Array.from({ length: together }, (_, index) => first + index);
      const texts = await Promise.all(
        seeds.map((seed) =>
          native('generate', folder.path, '--tokens', begun.join(','), ...drawArguments(seed, count)),
        ),
      );
      seeds.forEach((seed, index) => {
        const drawn = draw(session, begun, seed, count).slice(begun.length);
        expect([seed, `${drawn.join(' ')}\n`]).toEqual([seed, `${texts[index]}`]);
        seen.add(`${drawn}`);
      });
    }
    // Seeds that all drew the same would prove nothing.
    expect(seen.size).toBeGreaterThan(150);
    abi.sessionFree(session);
    abi.modelFree(model);
  });

  test.each([17, 1000, 65_521])(
    'converting to int8 in chunks of %i bytes writes what `vitrine quantize` writes',
    async (chunk) => {
      const out = join(folder.path, `q8-${chunk}`);
      await mkdir(out);
      await native('quantize', folder.path, out, '--dtype', 'q8');
      const model = loadBytes(abi, tinyConfig(odd), tinyFile(odd), loadAs.q8, chunk);
      expect(abi.modelInfo(model).dtype).toBe('q8');
      const wanted = await readFile(join(out, 'model.safetensors'));
      expect(Buffer.compare(Buffer.from(abi.modelImage(model)), wanted)).toBe(0);

      const kept = loadBytes(abi, '', abi.modelImage(model));
      expect(Buffer.compare(Buffer.from(abi.modelImage(kept)), wanted)).toBe(0);
      const session = abi.sessionNew(kept);
      runTo(abi, session, ids(20));
      expect(differing(session, await nativeTrace(out, out, '--tokens', ids(20).join(',')))).toEqual([]);
      for (const handle of [model, kept]) abi.modelFree(handle);
      abi.sessionFree(session);
    },
  );
});
