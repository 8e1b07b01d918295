// Measures what a model does with a sentence, to choose those that a page begins with:
//
//   node scripts/sentences.mjs [--model FOLDER] [SENTENCE...]
//
// Without sentences: the examples of the page (web/src/state/examples.ts), each with what it promises. A line tells the
// likeliest next words, then the heads in which the last word gives most to a telling word: the first of them is what the
// rule of the page chooses (web/src/layout/worth.ts). "by key" is the part of a head's scores that the key alone explains,
// with any query: near 100 % it shows one column, and queries do not matter.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareModel } from './build.mjs';
import { pageModule } from './page-module.mjs';
import { isMain, main, PLACES, Problem, program } from './project.mjs';
import { tensorOf } from './verify.mjs';

/** How many heads a line tells of. */
const TOLD = 4;

/**
 * What the model in `folder` does with `text`: {tokens, next, heads}. `next` are the likeliest tokens with their shares;
 * `heads` one row a head that qualifies, largest first: {layer, head, key, share, byKey}; `patterns` one [heads, tokens,
 * tokens] a layer.
 *
 * @returns {Promise<{
 *   tokens: {id: number, text: string}[],
 *   next: {id: number, text: string, p: number}[],
 *   heads: {layer: number, head: number, key: number, share: number, byKey: number}[],
 *   patterns: Float32Array[],
 * }>}
 */
export async function measure(
  text,
  { folder = PLACES.bundledModel, tool = program(PLACES.native, 'vitrine') } = {},
) {
  const { headWorthLooking } = await pageModule('layout/worth.ts');
  const place = mkdtempSync(join(tmpdir(), 'vitrine-sentences-'));
  try {
    const file = join(place, 'trace.safetensors');
    const args = ['run', folder, '--prompt', text, '--json', '--top', '8', '--trace', file];
    const { tokens, top } = JSON.parse(execFileSync(tool, args, { encoding: 'utf8' }));
    const trace = readFileSync(file);
    const count = tokens.length;
    const patterns = [];
    const heads = [];
    for (const layer of layersOf(folder)) {
      const { shape, data } = tensorOf(trace, `blocks.${layer}.attn.hook_pattern`);
      const scores = tensorOf(trace, `blocks.${layer}.attn.hook_attn_scores`).data;
      patterns.push(data);
      const sizes = { heads: 1, rows: count, keys: count };
      for (let head = 0; head < shape[0]; head += 1) {
        const part = (whole) => whole.subarray(head * count * count, (head + 1) * count * count);
        const found = headWorthLooking([part(data)], sizes, tokens);
        if (found) heads.push({ ...found, layer, head, byKey: explainedByKey(part(scores), count) });
      }
    }
    heads.sort((a, b) => b.share - a.share);
    return { tokens, next: top, heads, patterns };
  } finally {
    rmSync(place, { recursive: true });
  }
}

function layersOf(folder) {
  const { n_layer: layers } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  return Array.from({ length: layers }, (_, layer) => layer);
}

/**
 * The part of the variance of a head's scores, 0..1, that one number a key explains, after each row's mean (which the
 * softmax ignores) is taken off. `scores` is [count, count], -inf where a key is later than its query.
 */
export function explainedByKey(scores, count) {
  const rows = Array.from({ length: count }, (_, query) => {
    const row = scores.subarray(query * count, query * count + query + 1);
    const mean = row.reduce((sum, score) => sum + score, 0) / row.length;
    return row.map((score) => score - mean);
  });
  const effect = alternating(rows, count);
  let whole = 0;
  let left = 0;
  rows.forEach((row, query) => {
    const mean = effect.slice(0, query + 1).reduce((sum, part) => sum + part, 0) / (query + 1);
    row.forEach((score, key) => {
      whole += score ** 2;
      left += (score - (effect[key] - mean)) ** 2;
    });
  });
  return whole > 0 ? 1 - left / whole : 1;
}

/** Least squares of score(query, key) = row(query) + effect(key) over the visible cells, by turns; settles in some rounds. */
function alternating(rows, count) {
  const effect = new Float64Array(count);
  for (let round = 0; round < 200; round += 1) {
    const means = rows.map(
      (row, query) => row.reduce((sum, score, key) => sum + score - effect[key], 0) / (query + 1),
    );
    for (let key = 0; key < count; key += 1) {
      let sum = 0;
      for (let query = key; query < count; query += 1) sum += rows[query][key] - means[query];
      effect[key] = sum / (count - key);
    }
  }
  return effect;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

function line({ tokens, next, heads }) {
  const words = next.slice(0, 6).map(({ text, p }) => `${text.trim()} ${percent(p)}`);
  const looks = heads
    .slice(0, TOLD)
    .map(
      ({ layer, head, key, share, byKey }) =>
        `L${layer}H${head} ${tokens.at(-1).text.trim()} -> ${tokens[key].text.trim()} ${percent(share)} (${percent(byKey)} by key)`,
    );
  return `  expects ${words.join(', ')}\n  ${looks.join('\n  ') || 'no head looks far back'}`;
}

async function command() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { model: { type: 'string' } },
  });
  const tool = program(PLACES.native, 'vitrine');
  if (!existsSync(tool)) throw new Problem(`${tool} is missing: run \`npm run build\` first`);
  await prepareModel();
  const { examples } = await pageModule('state/examples.ts');
  const texts = positionals.length ? positionals : examples.map(({ text }) => text);
  for (const text of texts) console.log(`${text}\n${line(await measure(text, { folder: values.model }))}`);
}

if (isMain(import.meta.url)) await main(command);
