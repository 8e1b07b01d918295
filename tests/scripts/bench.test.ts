import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { BUDGETS, linesOf } from '../../scripts/bench/experiments.mjs';
import { readOptions } from '../../scripts/bench/options.mjs';
import {
  attentionOperations,
  productOperations,
  readBytes,
  shares,
  type EngineReport,
} from '../../scripts/bench/plan';
import { jsonRow, lines, peerRow } from '../../scripts/bench/report.mjs';
import { median, repeat, timing } from '../../scripts/bench/statistics';
import { PLACES, program, ROOT } from '../../scripts/project.mjs';
import { bundled } from '../bundled';

describe('options', () => {
  it('measure everything when nothing is asked for', () => {
    expect(readOptions([], 6)).toMatchObject({
      runtimes: ['node', 'chromium'],
      tokens: [8, 32, 128, 512, 1024],
      threads: [1, 6],
      dtypes: ['q8', 'f32'],
      peers: false,
      json: false,
    });
  });
  it('are lists without doubles, in order', () => {
    const options = readOptions(
      ['--tokens', '128,8,128', '--threads', '2,all,1', '--dtype=f32', '--runtime', 'node'],
      2,
    );
    expect(options).toMatchObject({ tokens: [8, 128], threads: [2, 1], dtypes: ['f32'], runtimes: ['node'] });
  });
  it.each([
    [['--json'], { json: true, jsonFile: undefined, quick: false }],
    [['--json', '--quick'], { json: true, jsonFile: undefined, quick: true }],
    [['--json', 'a.json'], { json: true, jsonFile: 'a.json' }],
    [['--json=b.json'], { json: true, jsonFile: 'b.json' }],
  ])('%j tells where JSON goes', (args, expected) => {
    expect(readOptions(args, 2)).toMatchObject(expected);
  });
  it.each([
    [['--tokens', '8,x'], /--tokens x: a whole number from 1/],
    [['--tokens', '0'], /--tokens 0/],
    [['--threads', '17'], /--threads 17: a whole number from 1 to 16/],
    [['--threads', ''], /--threads :/],
    [['--dtype', 'q4'], /--dtype q4: q8 or f32/],
    [['--runtime', 'deno'], /--runtime deno: node or chromium/],
    [['--fast'], /--fast/],
    [['--peers', '--runtime', 'node'], /--peers --runtime node: the peers run in Chromium/],
  ])('%j is refused with the usage', (args, message) => {
    expect(() => readOptions(args, 2)).toThrow(message);
    expect(() => readOptions(args, 2)).toThrow(/usage: npm run bench/);
  });
});

describe('experiments', () => {
  it('are asked for by name, and each has a budget for either size of model', () => {
    expect(readOptions(['--experiments', '--quick'], 2)).toMatchObject({ experiments: true, quick: true });
    expect(readOptions([], 2).experiments).toBe(false);
    for (const budgets of Object.values(BUDGETS)) {
      const [small, large] = budgets;
      expect(small).toBeGreaterThan(0);
      expect(large).toBeGreaterThan(small!);
    }
  });
  it('are told one a line, beside their budget and whether it is met', () => {
    const rows = Object.fromEntries(Object.entries(BUDGETS).map(([name, [small = 0]]) => [name, small]));
    rows['rollout'] = 1000;
    const told = linesOf('tiny', rows, 0);
    expect(told).toHaveLength(Object.keys(BUDGETS).length);
    expect(told.filter((line) => line.endsWith('OVER'))).toEqual([
      expect.stringMatching(/rollout +1000\.00 ms +budget +1 ms/),
    ]);
  });
});

describe('statistics', () => {
  it('takes the middle, or the mean of the middle two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
    expect(timing([5, 1, 3])).toEqual({ median: 3, best: 1, count: 3 });
  });
  it('repeats at least and at most as often as it is told, and prepares each time', async () => {
    const seen: string[] = [];
    const times = await repeat(
      { least: 2, most: 9, milliseconds: 0 },
      (index) => seen.push(`work ${index}`),
      (index) => seen.push(`prepare ${index}`),
    );
    expect(times).toHaveLength(2);
    expect(seen).toEqual(['prepare 0', 'work 0', 'prepare 1', 'work 1']);
    expect(await repeat({ least: 0, most: 4, milliseconds: 1e9 }, () => undefined)).toHaveLength(4);
  });
});

// Two layers of width 2, MLP 3, five words: 3*4 + 4 + 2*2*3 = 28 weights a block, 10 of the unembedding.
const shape = { layers: 2, width: 2, inner: 3, vocabulary: 5, context: 16, read_bytes: 0 };

describe('what a pass costs', () => {
  it('counts the products by hand', () => {
    expect(productOperations(shape, 1)).toBe(2 * (2 * 28 + 10));
    expect(productOperations(shape, 7)).toBe(2 * (7 * 2 * 28 + 10));
  });
  it('counts pairs of tokens for attention', () => {
    // 1 + 2 + 3 pairs, two products of width 2 in each of two layers, multiplied and added.
    expect(attentionOperations(shape, 3)).toBe(6 * 2 * 2 * 2 * 2);
    // One token after four sees five.
    expect(attentionOperations(shape, 1, 4)).toBe(5 * 16);
  });
  it('reads four bytes a weight, or one and its share of a scale', () => {
    expect(readBytes(shape, 'f32')).toBe(4 * 66);
    expect(readBytes(shape, 'q8')).toBe(66 * (1 + 1 / 16));
  });
});

const report: EngineReport = {
  threads: 2,
  kernel: 'simd',
  dtype: 'q8',
  model: { ...shape, read_bytes: 3e6 },
  prefill: { 8: { median: 4, best: 2, count: 3 }, 16: { median: 5, best: 4, count: 3 } },
  decode: { 32: { median: 2, best: 1, count: 3 } },
  block: { 8: { median: 0.5, best: 0.4, count: 2 } },
  keystroke: { median: 6, best: 5, count: 4 },
  logits: [1, 2],
  load: { median: 70, best: 60, count: 1 },
  peak_mb: 32,
  profiles: [
    {
      tokens: 8,
      ops: [
        { name: 'qkv', ms: 3, operations: 240e6 },
        { name: 'gelu', ms: 1, operations: 0 },
      ],
    },
    {
      tokens: 16,
      ops: [
        { name: 'qkv', ms: 6, operations: 480e6 },
        { name: 'attention', ms: 10, operations: 0 },
      ],
    },
  ],
  calibration: { dot_gops: 100, f32_gflops: 50, read_gbs: 6 },
};

describe('report', () => {
  it('holds the best against the calibration of the same run', () => {
    const { products, reading, ms_per_token, attention } = shares(report);
    expect(products[8]).toBeCloseTo(productOperations(shape, 8) / 2e-3 / 100e9, 12);
    expect(reading[32]).toBeCloseTo(3e6 / 1e-3 / 6e9, 12);
    expect(ms_per_token[8]).toBe(0.25);
    const pairs = attentionOperations(shape, 8);
    expect(attention[8]).toBeCloseTo(pairs / (pairs + productOperations(shape, 8)), 12);
  });
  const exact = [1.25, 2];
  const peer = peerRow(
    report,
    {
      prefill: { 8: { median: 8, best: 8, count: 2 } },
      decode: { 32: { median: 9, best: 8, count: 7 } },
      copying: { 32: { median: 6, best: 5, count: 7 } },
      logits: [1, 2.5],
    },
    exact,
  );
  const silent = peerRow(report, { prefill: {}, decode: {} }, exact);
  const row = jsonRow(
    { runtime: 'node', model: 'tiny', tokens: [1, 8, 16, 99], contexts: [32, 512], exact },
    { ...report, shares: shares(report) },
    { 'onnxruntime-web some': peer, 'wllama some': silent, 'another peer': { failed: 'it is not there' } },
  );
  it('has the keys that are promised', () => {
    expect(row).toMatchObject({
      runtime: 'node',
      threads: 2,
      dtype: 'q8',
      prefill_ms: { 8: 4, 16: 5 },
      profiles: [
        { tokens: 8, ms: { qkv: 3, gelu: 1 }, gops: { qkv: 80 } },
        { tokens: 16, ms: { qkv: 6, attention: 10 }, gops: { qkv: 80 } },
      ],
      decode_ms: { 32: 2 },
      load_ms: 70,
      peak_mb: 32,
      calibration: { dot_gops: 100, f32_gflops: 50, read_gbs: 6 },
      context: 16,
      left_out: { tokens: [1, 99], contexts: [512] },
      logit_difference_from_f32: 0.25,
      repetitions: { prefill: { 8: 3, 16: 3 }, decode: { 32: 3 } },
      peers: {
        'onnxruntime-web some': {
          prefill_ratio: { 8: 0.5 },
          largest_logit_difference: 0.5,
          logit_difference_from_f32: 0.5,
          decode_copying_ms: { 32: 6 },
          repetitions: { prefill: { 8: 2 }, decode: { 32: 7 } },
        },
      },
    });
  });
  it('prints a line a figure with its unit, and why a peer is missing', () => {
    const text = lines(row).join('\n');
    expect(text).toContain('tiny, q8, node, 2 threads');
    expect(text).toContain('8 tokens: 4.00 ms (best 2.00 ms, n 3)');
    expect(text).toContain('one more token after 32: 2.00 ms');
    expect(text).toContain(
      "not measured, beyond the model's context of 16: 1 token, 99 tokens, one more after 512",
    );
    expect(text).toContain('by operation, 8 tokens, all layers, logits of the last: 4.00 ms');
    expect(text).toContain('qkv: 3.00 ms, 75 % of the time, 80 G/s, 80 %');
    expect(text).toContain('gelu: 1.00 ms, 25 % of the time\n');
    expect(text).toContain('by operation, 16 tokens, all layers, logits of the last: 16.0 ms');
    expect(text).toContain('attention: 10.0 ms, 63 % of the time\n');
    // 4 ms over 8 tokens; 6 of 16 ms over 16.
    expect(text).toContain('all other operations, timed by themselves, 8: 0.50 ms, 16: 0.38 ms');
    // Both cost 0.25 ms a token; attention is 576 of 1,492 operations at 8 tokens, 2,176 of 3,988 at 16.
    expect(text).toContain('a token of a prompt of 8: 0.25 ms, 16: 0.25 ms');
    expect(text).toContain("less attention's share of the operations, 8: 0.15 ms, 16: 0.11 ms");
    expect(text).toContain('ours / onnxruntime-web some, medians: prompts 8: 0.50');
    expect(text).toContain('ours / onnxruntime-web some, bests: prompts 8: 0.25');
    expect(text).toContain(
      'onnxruntime-web some: prompts 8: 8.00 ms (n 2); one more token after 32: 9.00 ms (n 7)',
    );
    expect(text).toContain('of which copying its cache in and out, as its interface has it: 32: 6.00 ms');
    expect(text).toContain('ours: largest difference of a logit from F32: 0.25');
    expect(text).toContain('    largest difference of a logit from F32: 0.5\n    a graph of plain operators');
    expect(text).toContain('not told, it gives out no logits\n    built without relaxed SIMD');
    expect(text).toContain('CPU builds only');
    expect(text).toContain('another peer: did not run: it is not there');
  });
});

describe('npm run bench', () => {
  it('says at once where its figures cannot go', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [`${ROOT}scripts/bench.mjs`, '--json', '/no/such/folder/a.json'],
      { encoding: 'utf8' },
    );
    expect(status).toBe(1);
    expect(stderr).toContain('--json /no/such/folder/a.json: there is no folder /no/such/folder');
  });
  it('measures the bundled model in Node', { timeout: 300_000 }, () => {
    const text = execFileSync(
      process.execPath,
      [`${ROOT}scripts/bench.mjs`, '--quick', '--runtime', 'node', '--tokens', '8,32,100', '--json'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 24 },
    );
    const [row, ...more] = JSON.parse(text);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ runtime: 'node', threads: 1, dtype: 'q8', peers: {} });
    const figures = [
      row.prefill_ms[8],
      row.prefill_ms[32],
      row.decode_ms[32],
      row.load_ms,
      row.peak_mb,
      row.keystroke_ms,
      ...Object.values(row.calibration),
    ];
    expect(Object.keys(row.calibration)).toEqual(['dot_gops', 'f32_gflops', 'read_gbs']);
    for (const figure of figures) expect(figure).toBeGreaterThan(0);
    // One of eight blocks, all its rows: an eighth of a prompt, and on a busy machine seldom less than half of that.
    expect(8 * row.block_ms[32]).toBeGreaterThan(0.25 * row.best.prefill_ms[32]);
    expect(row.left_out).toEqual({ tokens: [], contexts: [512] });
    // Every operation of a block and the unembedding was timed, by the engine's own clock.
    const names = ['attention', 'attn_out', 'gelu', 'layer_norm', 'mlp_in', 'mlp_out', 'qkv', 'unembed'];
    expect(row.profiles.map(({ tokens }: { tokens: number }) => tokens)).toEqual([32, 100]);
    for (const { ms } of row.profiles) {
      expect(Object.keys(ms).sort()).toEqual(names);
      for (const name of names) expect(ms[name]).toBeGreaterThan(0);
    }
  });
});

describe('vitrine bench', () => {
  const run = (...options: string[]) =>
    spawnSync(
      program(PLACES.native, 'vitrine'),
      ['bench', PLACES.bundledModel, '--repeats', '1', ...options],
      {
        encoding: 'utf8',
      },
    );
  const asked = ['--tokens', '8,33', '--context', '32,65', '--threads', '2'];

  it(
    'prints as JSON what was asked for, the machine beside it, and each operation',
    { timeout: 120_000 },
    () => {
      const { status, stdout, stderr } = run(...asked, '--json');
      expect([status, stderr]).toEqual([0, '']);
      const row = JSON.parse(stdout);
      expect(row).toMatchObject({ runtime: 'native', threads: 2, dtype: 'q8' });
      expect(Object.keys(row.prefill_ms)).toEqual(['8', '33']);
      expect(Object.keys(row.decode_ms)).toEqual(['32', '65']);
      expect(Object.keys(row.calibration)).toEqual(['dot_gops', 'f32_gflops', 'read_gbs']);
      const names = ['attention', 'attn_out', 'gelu', 'layer_norm', 'mlp_in', 'mlp_out', 'qkv', 'unembed'];
      expect(Object.keys(row.profile_ms).sort()).toEqual(names);
      const { prefill_ms, decode_ms, block_ms, load_ms, calibration, profile_ms } = row;
      for (const group of [prefill_ms, decode_ms, { block_ms, load_ms }, calibration, profile_ms])
        for (const figure of Object.values(group)) expect(figure).toBeGreaterThan(0);
      expect(row.peak_mb).toBeGreaterThanOrEqual(0);
    },
  );

  it('prints a line a figure, against what the machine can do', { timeout: 120_000 }, () => {
    const { status, stdout } = run(...asked);
    expect(status).toBe(0);
    const millions = (bundled.manifest.parameters / 1e6).toFixed(1);
    for (const line of [
      /^machine: int16 dot\+add [\d.]+ GOP\/s, F32 multiply\+add [\d.]+ GFLOP\/s, read [\d.]+ GB\/s/m,
      new RegExp(
        `^model: q8, ${millions} M parameters, loaded in \\d+ ms; peak memory \\d+ MB; 2 threads$`,
        'm',
      ),
      /^prompt of 8 tokens: [\d.]+ ms, [\d.]+ GOP\/s of products, \d+ % of the ceiling$/m,
      /^prompt of 33 tokens: [\d.]+ ms, /m,
      /^one token at context 65: [\d.]+ ms, weights at [\d.]+ GB\/s, \d+ % of read$/m,
      /^one block recomputed, 8 tokens: [\d.]+ ms$/m,
      /^ {2}mlp_in +[\d.]+ ms +[\d.]+ % +[\d.]+ GOP\/s, \d+ % of the ceiling$/m,
      /^products: [\d.]+ % of the time, [\d.]+ GOP\/s, \d+ % of the ceiling$/m,
    ])
      expect(stdout).toMatch(line);
  });

  it.each([
    [
      ['--tokens', String(bundled.positions + 1)],
      1,
      `a length of ${bundled.positions + 1} does not fit this model; wanted 1 to ${bundled.positions}`,
    ],
    [
      ['--context', String(bundled.positions)],
      1,
      `a length of ${bundled.positions} does not fit this model; wanted 1 to ${bundled.positions - 1}`,
    ],
    [['--tokens', '8,x'], 2, '--tokens is "x", wanted a whole number'],
    [['--threads', '0'], 2, '--threads is "0", wanted a whole number from 1'],
    [['--dtype', 'f32'], 2, 'unknown option "--dtype"'],
  ])('%j is refused in one line', (options, code, words) => {
    const { status, stdout, stderr } = run(...options);
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(/^vitrine: [^\n]*\n$/);
    expect(stderr).toContain(words);
  });
});
