// Writes tests/fixtures/bundled_f32.safetensors: what the bundled model's original says of held-out text in F32, for
// the test that holds the quantised model against it. Run by hand when a new edition of the model comes:
//
//   node scripts/quantised-fixture.mjs ORIGINAL QUANTISED VAL.BIN [VITRINE]
//
// ORIGINAL and QUANTISED are model folders, VAL.BIN the held-out tokens as uint16 (scripts/training). Prints the exact
// KL divergence and top-1 agreement of the two over all positions, and keeps them in the file's metadata.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STARTS = [4644, 66190, 117640]; // first tokens of held-out documents
const WINDOW = 256; // tokens read from each
const KEPT = 128; // log-probabilities kept of each position, the largest; the rest is kept as one sum
const END_OF_TEXT = 50256;

function readTensor(file, name) {
  const bytes = readFileSync(file);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const { shape, data_offsets: offsets } = JSON.parse(bytes.subarray(8, 8 + headerLength))[name];
  const start = 8 + headerLength + offsets[0];
  return {
    shape,
    data: new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + start + offsets[1] - offsets[0]),
    ),
  };
}

/** Logits [T, V] of a window, by the native program. */
function logitsOf(vitrine, model, tokens, folder) {
  const file = join(folder, 'trace.safetensors');
  execFileSync(vitrine, ['run', model, '--tokens', tokens.join(','), '--top', '1', '--trace', file], {
    stdio: 'pipe',
  });
  return readTensor(file, 'logits');
}

function logSoftmax(logits) {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - top);
  return Float64Array.from(logits, (logit) => logit - top - Math.log(sum));
}

const argmax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

const [original, quantised, validation, vitrine = 'build/vitrine'] = process.argv.slice(2);
if (!validation)
  throw new Error('usage: node scripts/quantised-fixture.mjs ORIGINAL QUANTISED VAL.BIN [VITRINE]');
const raw = readFileSync(validation);
const all = new Uint16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));

const folder = mkdtempSync(join(tmpdir(), 'vitrine-'));
const tokens = new Int32Array(STARTS.length * WINDOW);
const ids = new Int16Array(tokens.length * KEPT);
const logs = new Float32Array(tokens.length * KEPT);
const rest = new Float32Array(tokens.length);
let divergence = 0;
let agreed = 0;
let surprise = 0;
let surpriseQuantised = 0;
let predicted = 0;
STARTS.forEach((start, w) => {
  // As in training, the document follows an end of text.
  const window = [END_OF_TEXT, ...all.subarray(start, start + WINDOW - 1)];
  tokens.set(window, w * WINDOW);
  const wide = logitsOf(vitrine, original, window, folder);
  const narrow = logitsOf(vitrine, quantised, window, folder);
  const vocabulary = wide.shape[1];
  for (let t = 0; t < WINDOW; ++t) {
    const p = logSoftmax(wide.data.subarray(t * vocabulary, (t + 1) * vocabulary));
    const q = logSoftmax(narrow.data.subarray(t * vocabulary, (t + 1) * vocabulary));
    for (let id = 0; id < vocabulary; ++id) divergence += Math.exp(p[id]) * (p[id] - q[id]);
    agreed += argmax(p) === argmax(q) ? 1 : 0;
    if (t + 1 < WINDOW) {
      surprise -= p[window[t + 1]];
      surpriseQuantised -= q[window[t + 1]];
      ++predicted;
    }
    const order = Array.from({ length: vocabulary }, (_, id) => id).sort((a, b) => p[b] - p[a] || a - b);
    const place = w * WINDOW + t;
    order.slice(0, KEPT).forEach((id, rank) => {
      ids[place * KEPT + rank] = id - 32768;
      logs[place * KEPT + rank] = p[id];
    });
    rest[place] = order.slice(KEPT).reduce((sum, id) => sum + Math.exp(p[id]), 0);
  }
});
rmSync(folder, { recursive: true });

const metadata = {
  positions: String(tokens.length),
  kl_exact: (divergence / tokens.length).toPrecision(4),
  top1_agreement: (agreed / tokens.length).toPrecision(4),
  loss_f32: (surprise / predicted).toFixed(4),
  loss_q8: (surpriseQuantised / predicted).toFixed(4),
  about: 'held-out text of the bundled model (scripts/training); ids are stored minus 32768',
};
console.log(metadata);
const tensors = {
  tokens: ['I32', [STARTS.length, WINDOW], tokens],
  ids: ['I16', [tokens.length, KEPT], ids],
  log_probabilities: ['F32', [tokens.length, KEPT], logs],
  rest: ['F32', [tokens.length], rest],
};
const header = { __metadata__: metadata };
let end = 0;
for (const [name, [dtype, shape, data]] of Object.entries(tensors)) {
  header[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
  end += data.byteLength;
}
const json = Buffer.from(JSON.stringify(header));
const padded = Buffer.concat([json, Buffer.alloc((64 - ((8 + json.length) % 64)) % 64, 0x20)]);
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(padded.length));
writeFileSync(
  'tests/fixtures/bundled_f32.safetensors',
  Buffer.concat([length, padded, ...Object.values(tensors).map(([, , data]) => Buffer.from(data.buffer))]),
);
