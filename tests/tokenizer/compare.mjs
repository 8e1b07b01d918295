// Compares the engine's token ids with tiktoken's gpt2 encoding (OpenAI's Rust core, as WebAssembly):
//
//   node tests/tokenizer/compare.mjs [build/vitrine_tests]
//
// Writes the corpus with the ids wanted to build/tokenizer/, then has the native test "tiktoken" encode it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corpusStrings } from './corpus.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VOCABULARY = join(ROOT, 'build/models/gpt2-tokenizer');
const FOLDER = join(ROOT, 'build/tokenizer');
const CORPUS = join(FOLDER, 'corpus.jsonl');
const STAMP = join(FOLDER, 'corpus.stamp');
const LEAST_STRINGS = 20_000;

const readText = (path) => readFileSync(join(ROOT, path), 'utf8');

/** What the corpus depends on; the same stamp means the same corpus. */
function corpusStamp() {
  const hash = createHash('sha256');
  hash
    .update(readText('tests/tokenizer/corpus.mjs'))
    .update(readText('engine/tokenizer/unicode_categories.gen.h'));
  hash.update(readText('tests/tokenizer/compare.mjs')).update(process.versions.unicode);
  hash.update(readFileSync(createRequire(import.meta.url).resolve('tiktoken/tiktoken_bg.wasm')));
  return hash.digest('hex');
}

/**
 * Code points to which this Node's Unicode version gives another category than the engine's table: the
 * corpus is made of this Node's. None when both versions are the same.
 */
function disputedPoints() {
  const header = readText('engine/tokenizer/unicode_categories.gen.h');
  const tableVersion = /kUnicodeVersion = "([^"]*)"/.exec(header)[1];
  if (tableVersion === process.versions.unicode) return new Set();
  const table = new Map();
  for (const [, first, last, letter] of header.matchAll(/\{(0x[0-9a-f]+), (0x[0-9a-f]+), ([LNS])\}/g)) {
    for (let point = Number(first); point <= Number(last); ++point) table.set(point, letter);
  }
  const disputed = new Set();
  for (let point = 0; point <= 0x10ffff; ++point) {
    const symbol = String.fromCodePoint(point);
    const here = /\p{L}/u.test(symbol)
      ? 'L'
      : /\p{N}/u.test(symbol)
        ? 'N'
        : /\p{White_Space}/u.test(symbol)
          ? 'S'
          : undefined;
    if (here !== table.get(point)) disputed.add(symbol);
  }
  console.log(
    `tokenizer: ${disputed.size} code points are left out: Unicode ${process.versions.unicode} here, ${tableVersion} in the engine`,
  );
  return disputed;
}

async function writeCorpus() {
  const { get_encoding: getEncoding } = await import('tiktoken');
  const reference = getEncoding('gpt2');
  const disputed = disputedPoints();
  const strings = [...new Set(corpusStrings())].filter(
    (text) => disputed.size === 0 || ![...text].some((symbol) => disputed.has(symbol)),
  );
  if (strings.length < LEAST_STRINGS)
    throw new Error(`the corpus has ${strings.length} strings, wanted at least ${LEAST_STRINGS}`);
  const lines = strings.map((text) => JSON.stringify({ text, ids: [...reference.encode(text, [], [])] }));
  reference.free();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(CORPUS, `${lines.join('\n')}\n`);
}

function isStamped(stamp) {
  try {
    readFileSync(CORPUS);
    return readFileSync(STAMP, 'utf8') === stamp;
  } catch {
    return false;
  }
}

function run(program, args, env = {}) {
  const done = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env } });
  if (done.error) throw done.error;
  process.stdout.write(done.stdout);
  process.stderr.write(done.stderr);
  if (done.status !== 0) process.exit(1);
  return done.stdout;
}

run(process.execPath, ['scripts/unicode-categories.mjs', '--check']);
run(process.execPath, ['scripts/unicode-normalization.mjs', '--check']);
run(process.execPath, ['scripts/vocabulary.mjs', VOCABULARY]);
const stamp = corpusStamp();
if (!isStamped(stamp)) {
  await writeCorpus();
  writeFileSync(STAMP, stamp);
}
const tests = process.argv[2] ?? join(ROOT, 'build/vitrine_tests');
const output = run(tests, ['--test-case=*tiktoken*'], {
  VITRINE_TOKENIZER_CORPUS: CORPUS,
  VITRINE_TOKENIZER_VOCABULARY: VOCABULARY,
});
const compared = Number(/^tokenizer: (\d+) strings compared/m.exec(output)?.[1] ?? 0);
if (compared < LEAST_STRINGS) {
  console.error(
    `tokenizer: ${compared} strings were compared, wanted at least ${LEAST_STRINGS}; does ${tests} have the test "tiktoken"?`,
  );
  process.exit(1);
}
