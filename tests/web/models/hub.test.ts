import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startHub } from '../../hub/server.mjs';
import { keptBytes, parameterCount, readConfig } from '../../../web/src/models/architecture';
import { hubId } from '../../../web/src/models/sources';
import { parseRepository, planHubModel, PRESETS, shardsOfIndex } from '../../../web/src/models/hub';
import type { ModelFailure } from '../../../web/src/models/failure';
import { sideFilesOf } from '../../../web/src/models/side-files';
import { tinyConfig } from './fakes';

let hub: Awaited<ReturnType<typeof startHub>>;

beforeAll(async () => {
  const weights = new Uint8Array(1000);
  const shard = (name: string) => ({
    weight_map: {
      'wte.weight': `${name}-2.safetensors`,
      'wpe.weight': `${name}-1.safetensors`,
      'h.0.ln_1.bias': `${name}-2.safetensors`,
    },
  });
  hub = await startHub({
    repositories: {
      'acme/tiny': {
        files: {
          'config.json': tinyConfig,
          'model.safetensors': weights,
          'tokenizer.json': '{}',
          'vocab.json': '{}',
          'merges.txt': '',
          'README.md': 'x',
          'pytorch_model.bin': weights,
        },
      },
      'acme/sharded': {
        files: {
          'config.json': tinyConfig,
          'model.safetensors.index.json': JSON.stringify(shard('m')),
          'm-1.safetensors': weights,
          'm-2.safetensors': weights,
        },
      },
      'acme/holes': {
        files: {
          'config.json': tinyConfig,
          'model.safetensors.index.json': JSON.stringify(shard('m')),
          'm-1.safetensors': weights,
        },
      },
      'acme/llama': {
        files: { 'config.json': JSON.stringify({ model_type: 'llama' }), 'model.safetensors': weights },
      },
      'acme/pickle': { files: { 'config.json': tinyConfig, 'pytorch_model.bin': weights } },
      'acme/bare': { files: { 'model.safetensors': weights } },
      'acme/gated': { gated: true, files: {} },
      tiny: { movedTo: 'acme/tiny' },
    },
  });
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.faults.length = 0;
  hub.requests.length = 0;
});

const plan = (repository: string, revision?: string) =>
  planHubModel({ endpoint: hub.url, repository, revision });
const failureOf = (repository: string, revision?: string) =>
  plan(repository, revision).then(
    () => expect.fail('it was planned'),
    (error: unknown) => error as ModelFailure,
  );

describe('planning', () => {
  test('tells files, bytes and commit without touching the weights', async () => {
    const made = await plan('acme/tiny');
    expect(made.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(made.weights.map((file) => [file.path, file.size])).toEqual([['model.safetensors', 1000]]);
    expect(made.weights[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(made.weights[0]!.url).toBe(`${hub.url}/acme/tiny/resolve/${made.commit}/model.safetensors`);
    expect(made.tokenizer.map((file) => file.path)).toEqual(['tokenizer.json']);
    expect(made.downloadBytes).toBe(1002);
    expect(made.shape).toEqual({ layers: 2, heads: 2, width: 8, inner: 32, context: 16, vocabulary: 50 });
    expect(hub.requests.some((request) => request.path.includes('safetensors'))).toBe(false);
  });

  test('follows a renamed repository', async () => {
    expect((await plan('tiny')).shape.layers).toBe(2);
  });

  test('finds the shards of an index', async () => {
    expect((await plan('acme/sharded')).weights.map((file) => file.path)).toEqual([
      'm-1.safetensors',
      'm-2.safetensors',
    ]);
  });

  test.each([
    ['acme/llama', undefined, 'architecture', { name: 'llama', reason: 'rotary' }],
    ['acme/pickle', undefined, 'onlyPickle', { place: 'acme/pickle' }],
    ['acme/bare', undefined, 'noConfig', { place: 'acme/bare' }],
    ['acme/holes', undefined, 'missingShard', { file: 'm-2.safetensors' }],
    ['acme/none', undefined, 'noRepository', { repository: 'acme/none' }],
    ['acme/gated', undefined, 'gated', { repository: 'acme/gated' }],
    ['acme/tiny', 'v2', 'noRevision', { repository: 'acme/tiny', revision: 'v2' }],
  ])('refuses %s %s with the reason', async (repository, revision, code, values) => {
    const failure = await failureOf(repository, revision);
    expect(failure.code).toBe(code);
    expect(failure.values).toMatchObject(values);
  });

  test.each([
    [{ status: 429, headers: { 'Retry-After': '12' } }, 'tooMany', { seconds: 12 }],
    [{ status: 500 }, 'server', { status: 500 }],
    [{ status: 403 }, 'forbidden', {}],
  ])('explains %o', async (fault, code, values) => {
    hub.faults.push({ on: 'api', kind: 'status', ...fault });
    const failure = await failureOf('acme/tiny');
    expect(failure.code).toBe(code);
    expect(failure.values).toMatchObject(values);
  });

  test('fetches a damaged small file again, and refuses it when it stays damaged', async () => {
    hub.faults.push({ on: 'cdn', file: 'config.json', kind: 'corrupt', at: 5 });
    expect((await plan('acme/tiny')).shape.layers).toBe(2);
    hub.faults.push({ on: 'cdn', file: 'config.json', kind: 'corrupt', at: 5, times: 2 });
    expect((await failureOf('acme/tiny')).code).toBe('hash');
    hub.faults.push({ on: 'cdn', file: 'config.json', kind: 'gzip' });
    expect((await plan('acme/tiny')).shape.layers).toBe(2);
  });

  test('sends no token, cookie or referrer of its own', async () => {
    await plan('acme/tiny');
    expect(hub.requests.every((request) => request.authorization === null)).toBe(true);
  });
});

test.each([
  ['gpt2', 'gpt2', null],
  ['openai-community/gpt2', 'openai-community/gpt2', null],
  ['  openai-community/gpt2 ', 'openai-community/gpt2', null],
  ['https://huggingface.co/openai-community/gpt2', 'openai-community/gpt2', null],
  ['huggingface.co/skt/kogpt2-base-v2/tree/main?x=1', 'skt/kogpt2-base-v2', 'main'],
  ['https://hf.co/a/b/blob/refs%2Fpr%2F1/config.json', 'a/b', 'refs/pr/1'],
  ['a/b@v1.0', 'a/b', 'v1.0'],
])('reads the name %s', (text, repository, revision) => {
  expect(parseRepository(text)).toEqual({ repository, revision });
});

test.each(['', 'a/b/c', '../x', 'a b', 'a/', '/a', 'https://example.com/a/b', 'a/..', 'x'.repeat(200)])(
  'refuses the name "%s"',
  (text) => {
    expect(() => parseRepository(text)).toThrowError(expect.objectContaining({ code: 'repositoryName' }));
  },
);

test('an index may not lead out of its folder', () => {
  expect(() => shardsOfIndex('{"weight_map":{"a":"../secret.safetensors"}}')).toThrowError(
    expect.objectContaining({ code: 'badIndex' }),
  );
  expect(() => shardsOfIndex('{"weight_map":{"a":3}}')).toThrow();
  expect(() => shardsOfIndex('nonsense')).toThrow();
});

test('of the small files those are taken that are looked at', () => {
  expect(sideFilesOf(['merges.txt', 'vocab.json', 'tokenizer.json', 'added_tokens.json'])).toEqual([
    'tokenizer.json',
  ]);
  expect(sideFilesOf(['tokenizer_config.json', 'merges.txt', 'vocab.json', 'README.md'])).toEqual([
    'vocab.json',
    'merges.txt',
    'tokenizer_config.json',
  ]);
  expect(sideFilesOf(['vocab.json', 'vocab.txt', 'generation_config.json'])).toEqual([
    'vocab.json',
    'generation_config.json',
  ]);
  expect(sideFilesOf(['vocab.txt', 'config.json'])).toEqual(['vocab.txt']);
});

describe('configurations', () => {
  const config = (changes: object) => JSON.stringify({ ...JSON.parse(tinyConfig), ...changes });
  test.each([
    ['{', 'badConfig'],
    ['[]', 'badConfig'],
    ['{}', 'architecture'],
    [config({ n_layer: 0 }), 'badConfig'],
    [config({ n_embd: 1.5 }), 'badConfig'],
    [config({ vocab_size: 1e12 }), 'badConfig'],
    [config({ model_type: 'bert' }), 'architecture'],
    [config({ add_cross_attention: true }), 'architecture'],
    [config({ model_type: undefined, architectures: ['LlamaForCausalLM'] }), 'architecture'],
  ])('%s is refused', (text, code) => {
    expect(() => readConfig(text)).toThrowError(expect.objectContaining({ code }));
  });

  test.each([
    ['n_embd', { n_embd: 'x'.repeat(5_000_000) }],
    ['model_type', { model_type: 'y'.repeat(5_000_000) }],
  ])('what a huge %s holds is cut in what is told', (_, changes) => {
    try {
      readConfig(config(changes));
      expect.fail('it was taken');
    } catch (error) {
      expect(JSON.stringify((error as ModelFailure).values).length).toBeLessThan(300);
    }
  });

  test('old exports without a model type are taken', () => {
    expect(readConfig(config({ model_type: undefined })).shape.layers).toBe(2);
    expect(
      readConfig(config({ model_type: undefined, architectures: ['GPT2LMHeadModel'] })).shape.layers,
    ).toBe(2);
    expect(readConfig(config({ n_positions: undefined, n_ctx: 99 })).shape.context).toBe(99);
    expect(readConfig(config({ n_inner: 12 })).shape.inner).toBe(12);
  });

  test('parameters of the published models come out right', () => {
    const shapes = { gpt2: [12, 12, 768], distilgpt2: [6, 12, 768], 'gpt2-medium': [24, 16, 1024] };
    for (const preset of PRESETS) {
      const [layers, heads, width] = shapes[preset.name] as [number, number, number];
      const shape = { layers, heads, width, inner: 4 * width, context: 1024, vocabulary: 50257 };
      expect(parameterCount(shape)).toBe(preset.parameters);
      expect(keptBytes(shape, true)).toBe(4 * preset.parameters);
      // About a fifth to a quarter of the download, as the page promises.
      expect(keptBytes(shape, false) / keptBytes(shape, true)).toBeLessThan(0.3);
    }
  });

  test('an id tells what makes a file differ', () => {
    expect([hubId('a/b', 'main', false), hubId('a/b', 'v1', false), hubId('a/b', 'main', true)]).toEqual([
      'a/b',
      'a/b@v1',
      'a/b:f32',
    ]);
  });
});

describe('a hub that says anything', () => {
  const said = (listing: unknown) =>
    planHubModel({
      endpoint: 'https://hub.example',
      repository: 'acme/odd',
      fetch: async () => new Response(JSON.stringify(listing)),
    });
  const config = { rfilename: 'config.json', size: 10 };
  test.each([
    ['a commit that is a number', { sha: 7, siblings: [config] }],
    ['a commit that is an object', { sha: {}, siblings: [config] }],
    ['a file that is null', { siblings: [null] }],
    ['a file that is a text', { siblings: ['config.json'] }],
    ['a size that is an object', { siblings: [{ rfilename: 'model.safetensors', lfs: { size: {} } }] }],
    ['a size below nothing', { siblings: [{ rfilename: 'model.safetensors', size: -1 }] }],
    [
      'a hash that is a number',
      { siblings: [{ rfilename: 'model.safetensors', lfs: { size: 1, sha256: 5 } }] },
    ],
    ['no list', { siblings: {} }],
    ['nothing', null],
  ])('%s is told as no list of files', async (_, listing) => {
    await expect(said(listing)).rejects.toMatchObject({ code: 'answer', values: { host: 'hub.example' } });
  });
});
