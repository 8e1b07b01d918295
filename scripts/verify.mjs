// Compares a model with the published answers of GPT-2 small, natively:
//
//   npm run verify -- FOLDER [--reference web/src/models/gpt2-small.json]
//
// FOLDER is GPT-2 small in any precision, with its tokenizer. Exit status 0: its answers are the published ones.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pageModule } from './page-module.mjs';
import { at, isMain, main, PLACES, Problem, program, run } from './project.mjs';

/** The native tool's standard output; its complaint as a Problem. */
function vitrine(tool, ...args) {
  try {
    return execFileSync(tool, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw new Problem(
      String(error.stderr || error.message)
        .trim()
        .replace(/^vitrine: /, ''),
    );
  }
}

/** One tensor of a trace: {shape, data}. */
export function tensorOf(trace, name) {
  const length = Number(trace.readBigUInt64LE(0));
  const entry = JSON.parse(trace.subarray(8, 8 + length).toString())[name];
  if (!entry) throw new Problem(`the trace has no ${name}`);
  const [begin, end] = entry.data_offsets;
  return {
    shape: entry.shape,
    data: new Float32Array(new Uint8Array(trace.subarray(8 + length + begin, 8 + length + end)).buffer),
  };
}

/** What the model in `folder` answers to a prompt of the reference. */
function answerTo({ prompt, attention }, folder, tool, place) {
  const file = join(place, 'trace.safetensors');
  const { tokens } = JSON.parse(
    vitrine(tool, 'run', folder, '--prompt', prompt, '--json', '--top', '1', '--trace', file),
  );
  const trace = readFileSync(file);
  const logits = tensorOf(trace, 'logits');
  const rows = {};
  for (const head of Object.keys(attention)) {
    const [, layer, index] = /^L(\d+)H(\d+)$/.exec(head).map(Number);
    const { shape, data } = tensorOf(trace, `blocks.${layer}.attn.hook_pattern`);
    const begin = (index * shape[1] + shape[1] - 1) * shape[2];
    rows[head] = data.subarray(begin, begin + shape[2]);
  }
  return {
    ids: tokens.map(({ id }) => id),
    logits: logits.data.subarray(logits.data.length - logits.shape[1]),
    attention: rows,
  };
}

/** Throws a Problem when the model is another one or cannot be run. Resolves to the verdict (web/src/models/reference.ts). */
export async function verify(
  folder,
  reference,
  { tool = program(PLACES.native, 'vitrine'), print = () => {} } = {},
) {
  const { compareCase, judge, TOLERANCE } = await pageModule('models/reference.ts');
  const info = JSON.parse(vitrine(tool, 'info', folder, '--json'));
  const { n_layer: layers, n_head: heads, n_embd: width, vocab_size: vocabulary } = info.config;
  const wanted = reference.shape;
  if (
    layers !== wanted.layers ||
    heads !== wanted.heads ||
    width !== wanted.width ||
    vocabulary !== wanted.vocabulary
  ) {
    throw new Problem(
      `${folder} has ${layers} layers, ${heads} heads, width ${width} and ${vocabulary} tokens; the published answers are those of ${reference.model}, ` +
        `with ${wanted.layers}, ${wanted.heads}, ${wanted.width} and ${wanted.vocabulary}`,
    );
  }
  const place = mkdtempSync(join(tmpdir(), 'vitrine-verify-'));
  try {
    const tolerance = TOLERANCE[info.dtype];
    const figures = reference.cases.map((published) => {
      const one = compareCase(published, answerTo(published, folder, tool, place), tolerance);
      print(one);
      return one;
    });
    return { ...judge(figures, tolerance), dtype: info.dtype };
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function command() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { reference: { type: 'string' } },
  });
  if (positionals.length !== 1)
    throw new Problem('one model is wanted: npm run verify -- FOLDER [--reference FILE]');
  if (!existsSync(program(PLACES.native, 'vitrine'))) {
    const { code } = await run(process.execPath, [at('scripts/build.mjs'), 'native']);
    if (code !== 0) return code;
  }
  const reference = JSON.parse(
    readFileSync(values.reference ?? at('web/src/models/gpt2-small.json'), 'utf8'),
  );
  const verdict = await verify(positionals[0], reference, {
    print: ({ prompt, idsEqual, inPlace, places, logit, attention }) =>
      console.log(
        `${idsEqual ? 'ids equal' : 'IDS DIFFER'}, ${inPlace} of ${places} in place, logits within ${logit.toFixed(4)}, attention within ${attention.toFixed(5)}: ${prompt}`,
      ),
  });
  const { idsEqual, cases, inPlace, places, logit, attention, tolerance, passed, dtype } = verdict;
  console.log(
    `${passed ? 'verified' : 'NOT VERIFIED'} (${dtype}): ids equal for ${idsEqual} of ${cases.length} prompts, ${inPlace} of ${places} likeliest tokens in place, ` +
      `largest logit difference ${logit.toFixed(4)} (common shift removed, allowed ${tolerance}), largest attention difference ${attention.toFixed(5)}`,
  );
  return passed ? 0 : 1;
}

if (isMain(import.meta.url)) await main(command);
