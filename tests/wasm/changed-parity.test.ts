/** A changed model gives the same bits natively and as WebAssembly, and its read-outs the same numbers. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Abi, type Handle, loadAs } from '../../web/src/wasm/abi';
import { sessionLens, sessionPair, sessionWhy } from '../../web/src/wasm/readouts';
import type { Interventions } from '../../web/src/protocol/experiments';
import { loadBytes, newEngine, runTo, tinyConfig, tinyFile, type TinyShape } from './engine';
import { native, nativeTrace, temporaryFolder, writeTinyModel } from './native';

/** Widths that fill neither a panel of 8 outputs nor a group of 64 inputs, and more tokens than a band. */
const odd: TinyShape = { layers: 3, heads: 4, width: 76, context: 90, vocabulary: 131 };
const ids = Array.from({ length: 70 }, (_, token) => (37 * token + 5) % odd.vocabulary);
const prompt = ['--tokens', ids.join(',')];

const changes: [string, Interventions][] = [
  [
    '--ablate 1.2 --scale 0.1=-1.5 --from 66',
    {
      heads: [
        { layer: 1, head: 2, scale: 0, from: 66 },
        { layer: 0, head: 1, scale: -1.5, from: 66 },
      ],
    },
  ],
  ['--skip-attention 0 --skip-mlp 1 --skip-layer 2', { skipAttention: [0], skipMlp: [1], skipLayer: [2] }],
  [
    '--cut 1.*:69-3 --cut 0.2:65-64 --window 20',
    {
      cutEdges: [
        { layer: 1, head: -1, query: 69, key: 3 },
        { layer: 0, head: 2, query: 65, key: 64 },
      ],
      window: 20,
    },
  ],
  ['--no-mask --window 30', { noMask: true, window: 30 }],
  ['--no-positions', { noPositions: true }],
  ['--positions shift:20', { positions: { shift: 20 } }],
  ['--positions shuffle:17', { positions: { shuffle: 17 } }],
  ['--positions same', { positions: { same: true } }],
  ['--attention-temperature 0.3', { attentionTemperature: Math.fround(0.3) }],
  ['--no-layernorm 1 --no-layernorm final', { norms: [{ layer: 1 }, { layer: 'final' }] }],
  ['--freeze-layernorm', { norms: [{ mode: 'frozen' }] }],
  ['--kv-groups 2', { kvGroups: 2 }],
];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let abi: Abi;
const sessions: Record<string, { base: Handle; changed: Handle; path: string }> = {};

beforeAll(async () => {
  folder = await temporaryFolder();
  abi = await newEngine();
  const f32 = join(folder.path, 'f32');
  await mkdir(f32);
  await writeTinyModel(f32, odd);
  const q8 = join(folder.path, 'q8');
  await native('quantize', f32, q8, '--dtype', 'q8');
  for (const [name, as, path] of [
    ['f32', loadAs.f32, f32],
    ['q8', loadAs.q8, q8],
  ] as const) {
    const model = loadBytes(abi, tinyConfig(odd), tinyFile(odd), as);
    const [base, changed] = [abi.sessionNew(model), abi.sessionNew(model)];
    runTo(abi, base, ids);
    sessionPair(abi, changed, base);
    sessions[name] = { base, changed, path };
  }
});
afterAll(() => folder.remove());

const bitsOf = (data: Float32Array) => new Uint32Array(data.buffer, data.byteOffset, data.length);

for (const type of ['f32', 'q8'])
  test.each(changes)(`${type}: %s: every tensor has the same bits`, async (flags, interventions) => {
    const { changed, path } = sessions[type]!;
    abi.sessionStart(changed, ids, JSON.stringify(interventions));
    while (abi.sessionAdvance(changed));
    const wanted = await nativeTrace(path, folder.path, ...prompt, ...flags.split(' '));
    expect(wanted.size).toBeGreaterThan(50);
    for (const [name, { data }] of wanted) {
      const got = bitsOf(abi.sessionTensor(changed, name).data);
      const at = bitsOf(data).findIndex((bits, index) => bits !== got[index]);
      expect([name, at]).toEqual([name, -1]);
    }
  });

test.each(['f32', 'q8'])('%s: lens and attribution say the same numbers', async (type) => {
  const { base, path } = sessions[type]!;
  const lens = JSON.parse(
    (await native('lens', path, ...prompt, '--top', '2', '--target', '7', '--json')).toString(),
  ) as {
    points: {
      entropy_nats: number;
      kl_nats: number;
      top: { id: number; p: number }[];
      targets: { logit: number; rank: number }[];
    }[];
  };
  const { shape, data } = sessionLens(abi, base, -1, true, 2, [7]);
  expect(shape).toEqual([2 * odd.layers + 1, 10]);
  lens.points.forEach((point, index) => {
    const row = data.subarray(10 * index, 10 * index + 10);
    const told = [
      point.entropy_nats,
      point.kl_nats,
      point.top[0]!.p,
      point.top[0]!.id,
      point.top[0]!.p,
      point.top[1]!.id,
    ];
    told.forEach((value, column) => expect(row[column]).toBeCloseTo(value, 5));
    expect(row[7]).toBe(point.targets[0]!.logit);
    expect(row[9]).toBe(point.targets[0]!.rank);
  });
  const why = JSON.parse(
    (await native('why', path, ...prompt, '--target', '7', '--rival', '9', '--json')).toString(),
  ) as {
    difference: number;
    constant: number;
    parts: { value: number }[];
  };
  const parts = sessionWhy(abi, base, -1, 7, 9).data;
  const flat = [...why.parts.slice(0, 2), { value: why.constant }, ...why.parts.slice(2)].map(
    ({ value }) => value,
  );
  expect(parts).toHaveLength(flat.length + 2);
  flat.forEach((value, index) => expect(parts[index]).toBeCloseTo(value, 5));
  expect(parts.at(-2)).toBeCloseTo(why.difference, 5);
});

test('two hundred changed runs and their read-outs leave the memory as it is', () => {
  const model = loadBytes(abi, tinyConfig(odd), tinyFile(odd), loadAs.q8);
  const round = (layer: number) => {
    const session = abi.sessionNew(model);
    for (let head = 0; head < odd.heads; head += 1) {
      abi.sessionStart(session, ids, JSON.stringify({ heads: [{ layer, head, scale: 0 }] }));
      while (abi.sessionAdvance(session));
      sessionWhy(abi, session, -1, 1, -2);
      sessionLens(abi, session, -1, true, 5, [1]);
    }
    abi.sessionFree(session);
  };
  for (let warm = 0; warm < 3; warm += 1) round(warm);
  const before = abi.heapBytes;
  for (let again = 0; again < 50; again += 1) round(again % odd.layers);
  expect(abi.heapBytes).toBe(before);
  abi.modelFree(model);
});
