/** A model's int8 answers beside its F32 ones, for every way in which a model comes to the page. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { addModel } from '../../scripts/model.mjs';
import { at, PLACES } from '../../scripts/project.mjs';
import { tensorOf } from '../../scripts/verify.mjs';
import { bytes as inBytes, count, number } from '../../web/src/format/format';
import { agreement, diverge } from '../../web/src/models/reference';
import { bundled } from '../bundled';
import { openSite, waits } from './browser';
import {
  dialog,
  fetchTiny,
  files,
  firstShard,
  hash,
  open,
  pageFolder,
  path,
  picker,
  prompt,
  ready,
  secondShard,
  type Shown,
  sizeOf,
  stage,
  uses,
  useStage,
  vitrine,
  withoutHub,
} from './models_stage';

/** Of the bundled model's original, as the page writes it. */
const exactSize = inBytes(bundled.manifest.exact[0]!.bytes);

useStage();

const shards = [`model-${firstShard}`, `model-${secondShard}`];
const originals = () => shards.map((name) => join(stage.folder, name));
const total = shards.reduce((sum, name) => sum + sizeOf(name), 0);

/** Logits at every position, by the native tool. */
function logitsOf(model: string, text: string): Float32Array[] {
  const trace = join(stage.folder, 'trace.safetensors');
  execFileSync(vitrine, ['run', model, '--prompt', text, '--json', '--trace', trace]);
  const { shape, data } = tensorOf(readFileSync(trace), 'logits');
  return Array.from({ length: shape[0] }, (_, row) => data.subarray(row * shape[1], (row + 1) * shape[1]));
}

/** What the panel must say, from the native tool's logits of both forms. */
function sentences(exact: string, rounded: string, text: string): string[] {
  const theirs = logitsOf(rounded, text);
  const all = agreement(logitsOf(exact, text).map((logits, position) => diverge(logits, theirs[position]!)));
  expect(all.kl).toBeGreaterThan(0);
  return [
    `The likeliest next token is the same at ${all.sameTop} of ${all.positions} positions`,
    `${all.inPlace} of ${all.places} stand in the same place`,
    `Largest logit difference among those ${number(all.logit)} `,
    `KL divergence ${number(all.kl)} nats a position in the mean, ${number(all.worstKl)} at most`,
  ];
}

async function openPanel(page: Page) {
  await page.getByRole('button', { name: 'This model' }).click();
  return dialog(page).getByRole('region', { name: 'int8 beside F32, on this prompt' });
}

/** Compares acme/tiny, whose weights stop coming after 20 kB. */
async function openHanging() {
  const { page } = await open();
  await fetchTiny(page);
  await uses(page, 'acme/tiny');
  stage.hub.faults.push({ on: 'cdn', file: firstShard, kind: 'hang', at: 20_000 });
  const panel = await openPanel(page);
  await panel.getByRole('button', { name: /^Download/ }).click();
  await panel.getByText(/20\.0 kB of/).waitFor();
  return { page, panel };
}

async function expectFigures(page: Page) {
  for (const sentence of sentences(stage.folder, join(stage.folder, 'q8'), prompt))
    await dialog(page).getByText(sentence).waitFor();
  await dialog(page).getByText('Position by position', { exact: true }).click();
  // A head and a row for each token.
  expect(await dialog(page).getByRole('row').count()).toBe(1 + prompt.length);
}

/** Pieces of originals among these addresses, each once: the service worker hands requests on. */
const original = (asked: string[]) => [...new Set(asked)].filter((url) => url.includes('/exact-'));
const weightsAsked = () =>
  stage.hub.requests.filter(({ origin, path: url }) => origin === 'cdn' && url.includes('-of-'));

/** The panel names the hub and the bytes, and asks it when told to. */
async function compareByHub(page: Page) {
  stage.hub.requests.length = 0;
  const panel = await openPanel(page);
  await panel.getByText(`${inBytes(total)} from ${new URL(stage.hub.url).host}`).waitFor();
  expect(stage.hub.requests).toEqual([]);
  await panel.getByRole('button', { name: `Download ${inBytes(total)} and compare` }).click();
  await expectFigures(page);
}

describe('from a hub', () => {
  test('the original is fetched again when that is asked for, said before, and not kept', async () => {
    const { page } = await open();
    await fetchTiny(page);
    await uses(page, 'acme/tiny');
    await compareByHub(page);
    expect(weightsAsked().map(({ path: url }) => shards.findIndex((name) => url.includes(name)))).toEqual([
      0, 1,
    ]);
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    await picker(page).selectOption('ask:manage');
    await expect
      .poll(() => dialog(page).getByRole('listitem').allInnerTexts())
      .toEqual([expect.stringMatching(/acme\/tiny\s+int8/)]);
  });

  test('a download that was stopped goes on where it was', async () => {
    const { page, panel } = await openHanging();
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await panel
      .getByRole('alert')
      .getByText(/Cancelled/)
      .waitFor();
    stage.hub.requests.length = 0;
    await panel.getByRole('button', { name: `Go on (20.0 kB of ${inBytes(total)} are here)` }).click();
    await expectFigures(page);
    expect(weightsAsked()[0]!.range).toBe('bytes=20000-');
  });

  test('one that ends because another model is chosen is nothing to tell of that model', async () => {
    const { page } = await openHanging();
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    await picker(page).selectOption(`use:${bundled.id}`);
    await uses(page, bundled.id);
    const other = await openPanel(page);
    await other.getByRole('button', { name: `Download ${exactSize}` }).waitFor();
    expect(await other.getByRole('alert').count()).toBe(0);
  });

  test('an exact copy that is kept is used instead, and itself compares without a download', async () => {
    const { page } = await open();
    await fetchTiny(page);
    await uses(page, 'acme/tiny');
    await fetchTiny(page, { exact: true });
    await uses(page, 'acme/tiny:f32');
    await withoutHub(async () => {
      for (const id of ['acme/tiny:f32', 'acme/tiny']) {
        await picker(page).selectOption(`use:${id}`);
        await page.waitForFunction((wanted) => {
          const { model, status } = (window as never as Shown).vitrine.state();
          return (model as { id: string }).id === wanted && status === 'ready';
        }, id);
        const panel = await openPanel(page);
        await panel.getByText('nothing is downloaded').waitFor();
        await panel.getByRole('button', { name: 'Compare int8 with F32' }).click();
        await expectFigures(page);
        await dialog(page).getByRole('button', { name: 'Close' }).click();
      }
    });
  });
});

test("files of one's own are read again in the same visit, and asked for in the next one", async () => {
  const { page } = await open();
  await picker(page).selectOption('ask:files');
  await dialog(page)
    .getByLabel('Choose files')
    .setInputFiles(Object.keys(files).map((name) => join(stage.folder, name)));
  await dialog(page).getByRole('button', { name: 'Load' }).click();
  await uses(page, 'file:');
  const panel = await openPanel(page);
  await panel.getByRole('button', { name: 'Compare int8 with F32' }).click();
  await expectFigures(page);
  await page.waitForURL(/model=file/);
  const address = page.url();
  await page.close();

  const later = await page.context().newPage();
  await later.goto(address);
  await uses(later, 'file:');
  const again = await openPanel(later);
  await again.getByText(`${shards[0]} (${inBytes(sizeOf(shards[0]!))})`).waitFor();
  expect(await again.getByRole('button', { name: /Download|Compare/ }).count()).toBe(0);
  const choose = again.getByLabel('Open the original');
  const refusal = again.getByRole('alert');
  await choose.setInputFiles([originals()[0]!]);
  await refusal.getByText(`The file ${shards[1]} is missing`).waitFor();
  const [first, second] = originals().map((file) => readFileSync(file));
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: '', buffer });
  await choose.setInputFiles([file(shards[0]!, first!), file(shards[1]!, second!.subarray(1))]);
  await refusal
    .getByText(`it has ${count(second!.length - 1)} bytes, and that one had ${count(second!.length)}`)
    .waitFor();
  // The last number of the last tensor is another one.
  const changed = Buffer.from(second!);
  changed[changed.length - 1]! ^= 1;
  await choose.setInputFiles([file(shards[0]!, first!), file(shards[1]!, changed)]);
  await refusal.getByText('its SHA-256 is another one').waitFor();
  await choose.setInputFiles(originals());
  await expectFigures(later);
  await later.close();
});

describe("a site's model", () => {
  async function withSite(options: object, work: (page: Page, asked: string[]) => Promise<void>) {
    const folder = join(stage.folder, `site-${Object.keys(options).join('-')}`);
    cpSync(pageFolder ?? PLACES.page, folder, { recursive: true });
    const { repository = stage.folder, ...rest } = options as { repository?: string };
    await addModel(repository, {
      name: 'ours',
      endpoint: stage.hub.url,
      out: join(folder, 'models'),
      vitrine,
      print: () => undefined,
      ...rest,
    });
    const site = await openSite({ folder, under: '/some/where/' });
    try {
      const { page } = await site.open(path());
      await ready(page);
      const asked: string[] = [];
      page.context().on('request', (request) => asked.push(request.url()));
      await picker(page).selectOption('site:ours');
      await dialog(page)
        .getByRole('button', { name: /^Download/ })
        .click();
      await uses(page, 'ours');
      await work(page, asked);
    } finally {
      await site.close();
      // What was fetched for a model that came from the hub.
      const fetched = at('build/models');
      for (const name of existsSync(fetched) ? readdirSync(fetched) : [])
        if (name.startsWith('acme--tiny-')) rmSync(join(fetched, name), { recursive: true });
    }
  }

  test('with its original beside it needs no other host', async () => {
    stage.hub.requests.length = 0;
    await withSite({ exact: true }, async (page, asked) => {
      expect(original(asked)).toEqual([]);
      const panel = await openPanel(page);
      await panel.getByRole('button', { name: `Download ${inBytes(total)} and compare` }).click();
      await expectFigures(page);
      expect(original(asked)).toHaveLength(2);
      expect(stage.hub.requests).toEqual([]);
    });
  });

  test('that came from a hub names that hub, and asks it on a click alone', async () => {
    await withSite({ repository: 'acme/tiny' }, async (page) => {
      await compareByHub(page);
    });
  });

  test('that came from a folder asks for its files, and offers no exactness it does not have', async () => {
    await withSite({}, async (page) => {
      const panel = await openPanel(page);
      await panel.getByLabel('Open the original').setInputFiles(originals());
      await expectFigures(page);
      await dialog(page).getByRole('button', { name: 'Close' }).click();
      await picker(page).selectOption('ask:manage');
      await dialog(page).getByRole('button', { name: 'Remove ours' }).click();
      await dialog(page).getByRole('button', { name: 'Close' }).click();
      await picker(page).selectOption('site:ours');
      await dialog(page)
        .getByRole('button', { name: /^Download/ })
        .waitFor();
      expect(await dialog(page).getByRole('checkbox', { name: /Exact/ }).count()).toBe(0);
    });
  });
});

describe('the bundled model', () => {
  test('compares with its original, which nothing fetches before', async () => {
    const asked: string[] = [];
    const context = await stage.site.browser.newContext({ locale: 'en-US' });
    context.setDefaultTimeout(waits);
    context.on('request', (request) => void asked.push(request.url()));
    const page = await context.newPage();
    await page.goto(stage.site.at(hash));
    await ready(page);
    // Nor is it put aside for a visit offline.
    const worker = await (await fetch(`${stage.site.url}sw.js`)).text();
    expect([worker.includes(`${bundled.id}/model.safetensors`), worker.includes('exact-')]).toEqual([
      true,
      false,
    ]);
    const panel = await openPanel(page);
    await panel.getByText(`${exactSize} from 127`).waitFor();
    expect(asked.some((url) => url.endsWith('/model.safetensors'))).toBe(true);
    expect(original(asked)).toEqual([]);
    await panel.getByRole('button', { name: `Download ${exactSize} and compare` }).click();
    await panel.getByRole('list').waitFor();
    const exact = join(stage.folder, 'bundled-f32');
    joinOriginal(exact);
    for (const sentence of sentences(exact, PLACES.bundledModel, prompt))
      await panel.getByText(sentence).waitFor();
    expect(original(asked)).toHaveLength(2);
    await context.close();
  });

  test('is to be had exactly, from its group of the list', async () => {
    const { page } = await stage.site.open(hash);
    await ready(page);
    await picker(page).selectOption({ label: `${bundled.name} · F32 · ${exactSize}` });
    await dialog(page)
      .getByRole('button', { name: `Download ${exactSize}` })
      .click();
    await uses(page, `${bundled.id}:f32`);
    const model = await page.evaluate(() => (window as never as Shown).vitrine.state().model);
    expect(model).toMatchObject({ dtype: 'f32', name: bundled.name });
    await page.context().close();
  });
});

/** The bundled model's original as a folder of its own. */
function joinOriginal(folder: string) {
  const manifest = JSON.parse(readFileSync(join(PLACES.bundledModel, 'manifest.json'), 'utf8'));
  cpSync(PLACES.bundledModel, folder, { recursive: true });
  const pieces = manifest.exact[0].pieces.map(({ name }: { name: string }) =>
    readFileSync(join(PLACES.bundledModel, name)),
  );
  writeFileSync(join(folder, 'model.safetensors'), Buffer.concat(pieces));
}
