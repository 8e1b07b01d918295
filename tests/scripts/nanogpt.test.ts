import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const python = process.env.PYTHON ?? 'python3';
const shape = { n_layer: 2, n_head: 2, n_embd: 6, block_size: 5, vocab_size: 7 };
const alphabet = ['\n', ' ', '!', 'é', '가', 'b', 'a'];

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'vitrine-nanogpt-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function makeCheckpoint(name: string, options: object = {}): string {
  const path = join(folder, `${name}.pt`);
  execFileSync(python, [
    join(root, 'tests/scripts/nanogpt_checkpoint.py'),
    path,
    JSON.stringify({ ...shape, ...options }),
  ]);
  return path;
}

function convert(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(python, [join(root, 'scripts/nanogpt/convert.py'), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function meta(words: unknown[], name = 'meta.pkl'): string {
  const path = join(folder, name);
  const source =
    'import json,pickle,sys\nw=json.loads(sys.argv[2])\npickle.dump({"vocab_size":len(w),"itos":dict(enumerate(w)),"stoi":{str(s):i for i,s in enumerate(w)}},open(sys.argv[1],"wb"))';
  execFileSync(python, ['-c', source, path, JSON.stringify(words)]);
  return path;
}

/** Name -> [dtype, shape, values]. */
function readSafetensors(path: string) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const widen: Record<string, (view: DataView, index: number) => number> = {
    F32: (view, index) => view.getFloat32(4 * index, true),
    F16: (view, index) => halfToFloat(view.getUint16(2 * index, true)),
    BF16: (view, index) =>
      new DataView(new Uint32Array([view.getUint16(2 * index, true) << 16]).buffer).getFloat32(0, true),
  };
  const tensors = new Map<string, { dtype: string; shape: number[]; values: number[] }>();
  delete header.__metadata__;
  for (const [
    name,
    {
      dtype,
      shape: dims,
      data_offsets: [begin, end],
    },
  ] of Object.entries(header)) {
    const data = bytes.subarray(8 + length + begin, 8 + length + end);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const count = dims.reduce((product, size) => product * size, 1);
    tensors.set(name, {
      dtype,
      shape: dims,
      values: Array.from({ length: count }, (_, index) => widen[dtype]!(view, index)),
    });
  }
  return tensors;
}

function halfToFloat(half: number): number {
  const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
  return exponent === 0
    ? sign * 2 ** -14 * (fraction / 1024)
    : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** Element i of the k-th tensor of the made checkpoint. */
const made = (k: number, i: number) => (((37 * i + 11 * k) % 101) - 50) / 64;

describe('a checkpoint', () => {
  test.each([
    ['Float', 'F32', {}],
    ['Half', 'F16', {}],
    ['BFloat', 'BF16', { prefix: '_orig_mod.' }],
    ['Double', 'F32', { prefix: 'module._orig_mod.' }],
  ])('of %s becomes %s, matrices transposed', (dtype, stored, options) => {
    const out = join(folder, `out-${dtype}`);
    const { status, stdout } = convert(
      makeCheckpoint(dtype, { dtype, ...options }),
      out,
      '--meta',
      meta(alphabet),
    );
    expect(status).toBe(0);
    expect(stdout).toContain(`7 tokens, ${stored}, tied head, gelu`);
    const tensors = readSafetensors(join(out, 'model.safetensors'));
    expect(tensors.size).toBe(2 + 2 * 12 + 2);
    expect(tensors.get('wte.weight')).toEqual({
      dtype: stored,
      shape: [7, 6],
      values: Array.from({ length: 42 }, (_, i) => made(0, i)),
    });
    // The third tensor is the first block's c_attn, [18, 6] there and [6, 18] here.
    const attention = tensors.get('h.0.attn.c_attn.weight')!;
    expect(attention.shape).toEqual([6, 18]);
    expect(attention.values[1 * 18 + 4]).toBe(made(2, 4 * 6 + 1));
    expect(attention.values[5 * 18 + 17]).toBe(made(2, 17 * 6 + 5));
    expect(tensors.get('h.1.mlp.c_proj.weight')!.shape).toEqual([24, 6]);
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({
      model_type: 'gpt2',
      n_layer: 2,
      n_head: 2,
      n_embd: 6,
      n_positions: 5,
      vocab_size: 7,
      activation_function: 'gelu',
      tie_word_embeddings: true,
    });
    expect(JSON.parse(readFileSync(join(out, 'vocab.json'), 'utf8'))).toEqual(alphabet);
  });

  test('whose matrices are views with other strides is read right', () => {
    const out = join(folder, 'out-strided');
    expect(convert(makeCheckpoint('strided', { strided: true }), out, '--meta', meta(alphabet)).status).toBe(
      0,
    );
    // Row r, column c of a [18, 6] view with strides (1, 18) is element r + 18 c.
    expect(
      readSafetensors(join(out, 'model.safetensors')).get('h.0.attn.c_attn.weight')!.values[1 * 18 + 4],
    ).toBe(made(2, 4 + 18 * 1));
  });

  test('without biases gets zeros, without a tied head keeps both tables', () => {
    const out = join(folder, 'out-bare');
    const { stdout } = convert(
      makeCheckpoint('bare', { bias: false, tied: false }),
      out,
      '--meta',
      meta(alphabet),
    );
    expect(stdout).toContain('separate head');
    const tensors = readSafetensors(join(out, 'model.safetensors'));
    expect(tensors.get('h.0.attn.c_attn.bias')!.values).toEqual(Array(18).fill(0));
    expect(tensors.get('ln_f.bias')!.values).toEqual(Array(6).fill(0));
    expect(tensors.get('lm_head.weight')!.shape).toEqual([7, 6]);
  });

  test('loses the rows of its table that are no token', () => {
    const out = join(folder, 'out-padded');
    const checkpoint = makeCheckpoint('padded', { vocab_size: 64 });
    expect(convert(checkpoint, out, '--meta', meta(alphabet)).status).toBe(0);
    expect(readSafetensors(join(out, 'model.safetensors')).get('wte.weight')!.shape).toEqual([7, 6]);
    const refused = convert(checkpoint, out, '--meta', meta(alphabet), '--keep-padding');
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/7 strings, the model 64/)]);
  });

  test("of build-nanogpt is read by its GPTConfig, with that trainer's GELU", () => {
    const out = join(folder, 'out-build');
    const checkpoint = makeCheckpoint('build', { form: 'build-nanogpt', prefix: '_orig_mod.' });
    const { status, stdout } = convert(checkpoint, out, '--meta', meta(alphabet));
    expect(status).toBe(0);
    expect(stdout).toContain('7 tokens, F32, tied head, gelu_new');
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({
      ...{ n_layer: 2, n_head: 2, n_embd: 6, n_positions: 5, vocab_size: 7 },
      activation_function: 'gelu_new',
    });
    expect(
      readSafetensors(join(out, 'model.safetensors')).get('h.0.attn.c_attn.weight')!.values[1 * 18 + 4],
    ).toBe(made(2, 4 * 6 + 1));
  });

  test('cannot run code', () => {
    const marker = join(folder, 'it-ran');
    const out = join(folder, 'out-hostile');
    expect(
      convert(makeCheckpoint('hostile', { hostile: marker }), out, '--meta', meta(alphabet)).status,
    ).toBe(0);
    expect(existsSync(marker)).toBe(false);
  });
});

test('the native tool reads what was made, letters included', () => {
  const out = join(folder, 'out-run');
  expect(convert(makeCheckpoint('run'), out, '--meta', meta(alphabet)).status).toBe(0);
  const vitrine = process.env.VITRINE_NATIVE ?? join(root, 'build/vitrine');
  const said = JSON.parse(
    execFileSync(vitrine, ['run', out, '--prompt', 'ab 가é', '--json', '--top', '7'], { encoding: 'utf8' }),
  );
  expect(said.tokens).toEqual([
    { id: 6, text: 'a' },
    { id: 5, text: 'b' },
    { id: 1, text: ' ' },
    { id: 4, text: '가' },
    { id: 3, text: 'é' },
  ]);
  expect(said.top.reduce((sum: number, { p }: { p: number }) => sum + p, 0)).toBeCloseTo(1, 5);
});

describe('told in one line', () => {
  const oneLine = (text: string) => expect(text.trim().split('\n')).toHaveLength(1);

  test.each([
    ['a missing tensor', { without: 'transformer.h.1.mlp.c_fc.weight' }, 'has no h.1.mlp.c_fc.weight'],
    ['a width that its heads do not divide', { n_head: 4 }, 'not a multiple'],
    ['a storage that is too short', { cutStorage: '3' }, 'ckpt/data/3 holds'],
  ])('%s', (name, options, message) => {
    const { status, stderr } = convert(
      makeCheckpoint(name.replaceAll(' ', '-'), options),
      join(folder, 'out-refused'),
      '--meta',
      meta(alphabet),
    );
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    oneLine(stderr);
  });

  test.each([
    ['no zip', Buffer.from('PK nothing'), 'torch 1.6 or newer'],
    ['an empty file', Buffer.alloc(0), 'torch 1.6 or newer'],
  ])('%s', (name, bytes, message) => {
    const path = join(folder, 'broken.pt');
    writeFileSync(path, bytes);
    const { status, stderr } = convert(path, join(folder, 'out-broken'));
    expect([status, name]).toEqual([1, name]);
    expect(stderr).toContain(message);
    oneLine(stderr);
  });

  test('a file that is not there, and a meta.pkl of code or of another data set', () => {
    expect(convert(join(folder, 'none.pt'), folder).stderr).toMatch(/none\.pt: No such file/);
    const good = makeCheckpoint('good');
    expect(convert(good, join(folder, 'out-meta'), '--meta', meta(['a'], 'other.pkl')).stderr).toMatch(
      /1 strings, the model 7/,
    );
    const code = join(folder, 'code.pkl');
    writeFileSync(code, "cos\nsystem\n(S'true'\ntR.");
    expect(convert(good, join(folder, 'out-meta'), '--meta', code).stderr).toMatch(/names os\.system/);
  });
});
