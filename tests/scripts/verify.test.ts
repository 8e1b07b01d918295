import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeCheckpoint } from '../hub/checkpoint.mjs';
import { readTensors, referenceOf } from '../hub/float64.mjs';
import { verify } from '../../scripts/verify.mjs';
import type { Reference } from '../../web/src/models/reference';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = process.env.VITRINE_NATIVE ?? `${root}build/vitrine`;
const shape = { layers: 2, heads: 2, width: 32, context: 16, vocabulary: 60 };

let folder: string;
let reference: Reference;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-verify-test-'));
  const exact = join(folder, 'exact');
  writeCheckpoint(exact, shape, { seed: 3, spread: 0.5 });
  writeFileSync(
    join(exact, 'vocab.json'),
    JSON.stringify(Array.from({ length: 60 }, (_, index) => String.fromCodePoint(97 + index))),
  );
  execFileSync(tool, ['quantize', exact, join(folder, 'q8'), '--dtype', 'q8']);
  // What the model is in 64-bit floats, by other code than ours; all logits moved, as published ones may be.
  const asked = ['abc', 'hello', 'zzzz'].map((prompt) => ({
    prompt,
    ids: [...prompt].map((letter) => letter.codePointAt(0)! - 97),
    attention: { L0H1: [], L1H0: [] },
  }));
  const published = { model: 'toy', about: '', shape: { ...shape, inner: 128 }, cases: asked };
  const config = JSON.parse(readFileSync(join(exact, 'config.json'), 'utf8'));
  reference = referenceOf(published, readTensors(readFileSync(join(exact, 'model.safetensors'))), config);
  for (const { top } of reference.cases) for (const one of top) one[1] -= 30;
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a model that answers as published is verified, with figures', async () => {
  const exact = await verify(join(folder, 'exact'), reference, { tool });
  expect(exact).toMatchObject({ passed: true, dtype: 'f32', idsEqual: 3, inPlace: 60, places: 60 });
  expect(exact.logit).toBeLessThan(1e-4);
  expect(exact.attention).toBeLessThan(1e-5);
  const rounded = await verify(join(folder, 'q8'), reference, { tool });
  expect(rounded).toMatchObject({ passed: true, dtype: 'q8', tolerance: 0.5 });
  expect(rounded.logit).toBeGreaterThan(10 * exact.logit);
});

test('a model that answers otherwise is not', async () => {
  const other = join(folder, 'exact');
  const wrong = structuredClone(reference);
  wrong.cases[1]!.top[3]![1] += 0.2;
  expect(await verify(other, wrong, { tool })).toMatchObject({ passed: false });
  wrong.cases[1]!.ids[0] += 1;
  expect(await verify(other, wrong, { tool })).toMatchObject({ idsEqual: 2 });
});

test('a model of another shape is refused', async () => {
  writeCheckpoint(join(folder, 'other'), { ...shape, layers: 3 });
  await expect(verify(join(folder, 'other'), reference, { tool })).rejects.toThrow(/has 3 layers/);
  await expect(verify(join(folder, 'none'), reference, { tool })).rejects.toThrow();
});
