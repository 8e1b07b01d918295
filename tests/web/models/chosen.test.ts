/** What browsers hand over when somebody chooses or drops a model: names, caches, and what is no model. */
import { expect, describe, test } from 'vitest';
import { models as english } from '../../../web/src/i18n/en/models';
import { models as korean } from '../../../web/src/i18n/ko/models';
import { fromInput } from '../../../web/src/models/opened';
import { prepareFiles } from '../../../web/src/models/sources';
import { failureOf, tinyConfig, weights as anyBytes } from './fakes';

/** The beginning of a safetensors file of no tensor. */
const weights = Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]);
const adapter = weights;
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (one) => one.charCodeAt(0));

/** A file as a chosen folder gives it. */
function at(path: string, content: BlobPart, lastModified = 1): File {
  const file = new File([content], path.split('/').pop()!, { lastModified });
  Object.defineProperty(file, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
  return file;
}
const namesOf = async (...files: File[]) => (await fromInput(files)).files.map(({ name }) => name).sort();
const prepare = async (...files: File[]) => {
  const { name, files: chosen } = await fromInput(files);
  return prepareFiles(chosen, false, name ?? undefined);
};

describe('what is chosen', () => {
  test('keeps every file that says something of the tokenizer and of generation', async () => {
    const side = [
      'tokenizer_config.json',
      'special_tokens_map.json',
      'added_tokens.json',
      'generation_config.json',
    ];
    const prepared = await prepare(
      at('gpt2/model.safetensors', weights),
      at('gpt2/config.json', tinyConfig),
      at('gpt2/vocab.json', '{"a":0}'),
      at('gpt2/merges.txt', '#version: 0.2\n'),
      ...side.map((name) => at(`gpt2/${name}`, '{}')),
    );
    expect(prepared.small.map(({ name }) => name).sort()).toEqual(
      ['config.json', 'vocab.json', 'merges.txt', ...side].sort(),
    );
  });

  test('is taken under a name that a second download got', async () => {
    expect(
      await namesOf(
        at('model (1).safetensors', weights),
        at('config(2).json', tinyConfig),
        at('model.safetensors.index (1).json', '{}'),
        at('merges copy.txt', ''),
        at('vocab - Copy.json', '{}'),
      ),
    ).toEqual([
      'config.json',
      'merges.txt',
      'model.safetensors',
      'model.safetensors.index.json',
      'vocab.json',
    ]);
    // Of two downloads those that came together.
    const both = [at('config.json', '{}'), at('config (1).json', tinyConfig)];
    const text = async (...files: File[]) =>
      (await fromInput(files)).files.find(({ name }) => name === 'config.json')!.text();
    expect(await text(at('model (1).safetensors', weights), ...both)).toBe(tinyConfig);
    expect(await text(at('model.safetensors', weights), ...both)).toBe('{}');
  });

  test('of Hugging Face’s cache is known by what it holds, the newest of each kind', async () => {
    const blob = (letter: string, content: BlobPart, long = false, date = 1) =>
      at(`models--openai--gpt2/blobs/${letter.repeat(long ? 64 : 40)}`, content, date);
    const { name, files } = await fromInput([
      at('models--openai--gpt2/refs/main', 'abc'),
      blob('a', weights, true),
      blob('b', tinyConfig, false, 2),
      blob('0', JSON.stringify({ ...JSON.parse(tinyConfig), n_layer: 9 })),
      blob('c', '{"version":"1.0","model":{"type":"BPE"}}'),
      blob('d', '#version: 0.2\nh e\n'),
      blob('e', '{"a":0,"b":1}'),
      blob('f', '{"[pad]":50257}'),
      blob('1', '{"_from_model_config":true,"eos_token_id":50256}'),
      blob('2', '{"model_max_length":1024}'),
      blob('3', '{"bos_token":"<|endoftext|>"}'),
    ]);
    expect(name).toBe('openai/gpt2');
    expect(files.map((file) => file.name).sort()).toEqual([
      'added_tokens.json',
      'config.json',
      'generation_config.json',
      'merges.txt',
      'model.safetensors',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.json',
    ]);
    expect(await files.find((file) => file.name === 'config.json')!.text()).toBe(tinyConfig);
  });

  test('of a cache in shards takes their names from the index', async () => {
    const index = JSON.stringify({ weight_map: { a: 'm-1-of-2.safetensors', b: 'm-2-of-2.safetensors' } });
    expect(
      await namesOf(
        at('blobs/' + 'a'.repeat(64), weights),
        at('blobs/' + 'b'.repeat(64), weights),
        at('blobs/' + 'c'.repeat(40), index),
      ),
    ).toEqual(['m-1-of-2.safetensors', 'm-2-of-2.safetensors', 'model.safetensors.index.json']);
  });

  test('may name its numbers as GPT2Config maps them, which go first', async () => {
    const config = {
      model_type: 'gpt2',
      hidden_size: 8,
      n_embd: 12,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      max_position_embeddings: 16,
      vocab_size: 50,
    };
    const { shape } = await prepare(
      at('model.safetensors', weights),
      at('config.json', JSON.stringify(config)),
    );
    expect(shape).toEqual({ layers: 2, heads: 4, width: 8, inner: 32, context: 16, vocabulary: 50 });
  });
});

/** [what it is, name, first bytes, the format told of it]. */
const others: [string, string, Uint8Array<ArrayBuffer>, string][] = [
  ['GGUF', 'gpt2-q4.gguf', bytesOf('GGUF\x03\0\0\0'), 'GGUF'],
  ['GGUF under another name', 'model.safetensors', bytesOf('GGUF\x03\0\0\0'), 'GGUF'],
  ['ONNX', 'decoder.onnx', bytesOf('\x08\x07\x12\x07pytorch'), 'ONNX'],
  ['ONNX under another name', 'model.safetensors', bytesOf('\x08\x07\x12\x07pytorch'), 'ONNX'],
  ['HDF5', 'tf_model.h5', bytesOf('\x89HDF\r\n\x1a\n'), 'HDF5'],
  ['msgpack', 'flax_model.msgpack', bytesOf('\x81\xabtransformer'), 'msgpack'],
  ['msgpack under another name', 'model.safetensors', bytesOf('\x81\xabtransformer'), 'msgpack'],
  ['a zip archive', 'gpt2.zip', bytesOf('PK\x03\x04\x14\0\0\0'), 'zip'],
  ['a pickle', 'ckpt.pt', bytesOf('\x80\x02}q\0'), 'pickle'],
  ['a checkpoint, which is a zip', 'pytorch_model.bin', bytesOf('PK\x03\x04\0\0\0\0'), 'pickle'],
  ['a pointer of git-lfs', 'model.safetensors', bytesOf('version https://git-lfs'), 'git-lfs'],
  ['a pointer in place of a pickle', 'pytorch_model.bin', bytesOf('version https://git-lfs'), 'git-lfs'],
  ['a saved page', 'model.safetensors', bytesOf('<!doctype html><html>'), 'web page'],
  ['a saved page by its own name', 'gpt2 at main.html', bytesOf('<!doctype html><html>'), 'web page'],
  ['an adapter', 'adapter_model.safetensors', adapter, 'LoRA'],
];

describe.each([
  ['alone', []],
  ['with its config.json', [at('config.json', tinyConfig)]],
] as [string, File[]][])('no model, %s', (_, beside) => {
  test.each(others)('%s is told as what it is', async (_, name, content, format) => {
    const files = name === 'adapter_model.safetensors' ? [at('adapter_config.json', '{}')] : [];
    const { code, values } = await failureOf(prepare(at(name, content), ...files, ...beside));
    if (format === 'pickle') expect([code, values]).toEqual(['onlyPickle', { place: name }]);
    else expect([code, values]).toEqual(['foreign', { file: name, format }]);
    for (const { failure } of [english, korean]) {
      const sentence = failure[code](values);
      expect(sentence).toContain(name);
      expect(sentence).not.toMatch(/config\.json|undefined|\bin \.|\(\)/);
    }
  });

  test('a config.json that is a saved page is blamed for that', async () => {
    const page = at('config.json', '<!doctype html>');
    const { code, values } = await failureOf(prepare(at('model.safetensors', weights), page));
    expect([code, values]).toEqual(['foreign', { file: 'config.json', format: 'web page' }]);
  });
});

describe('nothing that can be used', () => {
  test('is told with what to choose instead, and no place is empty', async () => {
    const cases: [File[], string][] = [
      [[], 'nothingChosen'],
      [[at('README.md', 'x')], 'noWeights'],
      [[at('mine/README.md', 'x')], 'noWeights'],
      [[at('config.json', tinyConfig)], 'noWeights'],
      [[at('model.safetensors', anyBytes)], 'noConfig'],
      [[at('a.safetensors', weights), at('b.safetensors', weights)], 'severalWeights'],
    ];
    for (const [files, wanted] of cases) {
      const { code, values } = await failureOf(prepare(...files));
      expect(code).toBe(wanted);
      for (const { failure } of [english, korean])
        expect(failure[code](values)).not.toMatch(/undefined|\bin [.,]|\(\)|“”| 에 /);
    }
    expect(english.failure.nothingChosen({})).toMatch(
      /links, which browsers leave out.*“blobs” beside snapshots/,
    );
    expect(korean.failure.nothingChosen({})).toMatch(/snapshots 옆의 “blobs” 폴더/);
  });
});
