/** GPT-2 small's shape through the whole way: how long from the click to the first distribution, and in how much memory. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import { GPT2_SMALL, writeCheckpoint } from '../hub/checkpoint.mjs';
import { readTensors, referenceOf } from '../hub/float64.mjs';
import { startHub } from '../hub/server.mjs';
import published from '../../web/src/models/gpt2-small.json';
import { openSite, type Site } from './browser';
import { dialog, pageFolder, picker, ready, type Shown, uses } from './models_stage';

const id = 'openai-community/gpt2';
/** The most that the model may need beyond the page with its bundled model. */
const MEMORY_LIMIT = 400e6;
/** ms; one second is aimed at, and on a machine with other work only a fault takes sixty times as long. */
const SECOND_VISIT_LIMIT = 60_000;
/** What half a gigabyte may take until a state is reached, ms. */
const LARGE_WAITS = 200_000;

/** Of the weights: logits spread as a trained model's do, so that tolerances mean something. */
const SPREAD = 0.25;

let files: Record<string, Buffer>;
/** What the page has as published answers, made of this model's by 64-bit floats. */
let answers: string;
let site: Site;
let hub: Awaited<ReturnType<typeof startHub>>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-large-'));
  writeCheckpoint(folder, GPT2_SMALL, { spread: SPREAD });
  files = Object.fromEntries(
    ['config.json', 'model.safetensors'].map((name) => [name, readFileSync(join(folder, name))]),
  );
  for (const name of ['vocab.json', 'merges.txt'])
    files[name] = readFileSync(join(PLACES.bundledModel, name));
  rmSync(folder, { recursive: true });
  const tensors = readTensors(files['model.safetensors']!);
  const config = JSON.parse(files['config.json']!.toString());
  answers = `export default ${JSON.stringify(referenceOf(published, tensors, config))}`;
  hub = await startHub({ repositories: { [id]: { files } } });
  site = await openSite({ folder: pageFolder });
  // Half a gigabyte of weights, and answers by 64-bit floats: work, not waiting, which other work can make thrice as long.
}, 300_000);
afterAll(async () => {
  await site?.close();
  await hub?.close();
});

/** Most memory each of the page's processes has had so far, where the system tells. */
async function peakMemory(page: Page): Promise<number | null> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const pids = processInfo.filter(({ type }) => type === 'renderer').map((info) => info.id);
  if (!pids.every((pid) => existsSync(`/proc/${pid}/status`))) return null;
  const peaks = pids.map(
    (pid) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024,
  );
  return Math.max(...peaks);
}

/** Puts this model's answers in the place of the published ones; resolves to how often they were asked for. */
async function replaceAnswers(page: Page): Promise<() => number> {
  let replaced = 0;
  await page.route(/\/gpt2-small-[^/]*\.js$/, (route) => {
    replaced += 1;
    return route.fulfill({ contentType: 'text/javascript', body: answers });
  });
  return () => replaced;
}

/** That the check passes, with its figures; `tolerance` is of logits. */
async function expectPassed(page: Page, tolerance: number, [least, most]: [number, number]) {
  await page.getByRole('button', { name: 'This model' }).click();
  await dialog(page).getByText('These are the answers of the published GPT-2 small.').waitFor();
  const told = await dialog(page).getByRole('list').first().getByRole('listitem').allInnerTexts();
  expect(told.slice(0, 2)).toEqual([
    'Token ids equal for 5 of 5 prompts',
    expect.stringContaining('100 likeliest next tokens: 100 of 100'),
  ]);
  const difference = Number(/difference (\S+) /.exec(told[2]!)![1]);
  expect(difference).toBeGreaterThan(least);
  expect(difference).toBeLessThan(most);
  expect(told[2]).toContain(`allowed ${tolerance}`);
}

/** Asks for the model by name, then for what the hub turns out to have; resolves when the second question is up. */
async function askForIt(page: Page) {
  await picker(page).selectOption(`hub:${id}`);
  const download = dialog(page).getByRole('button', { name: /^Download/ });
  await download.click();
  // The published file also holds attention masks; this one is a tenth smaller, so the page asks once more.
  await dialog(page).getByText('12 layers, 12 heads').waitFor();
  return download;
}

/** The site's own worker would answer in place of the network. */
async function open() {
  const opened = await site.open(`?hub=${encodeURIComponent(hub.url)}`, { serviceWorkers: 'block' });
  opened.page.context().setDefaultTimeout(LARGE_WAITS);
  return opened;
}

test(
  'a click, a download, a distribution; and the next visit without either, in which the check of int8 passes',
  { timeout: 300_000 },
  async () => {
    const { page } = await open();
    await ready(page);
    const before = await peakMemory(page);
    const download = await askForIt(page);
    const clicked = performance.now();
    await download.click();
    await uses(page, id);
    const first = performance.now() - clicked;
    const after = await peakMemory(page);

    // Random weights do not answer as the published ones, and the page says so with figures.
    await page.getByRole('button', { name: 'This model' }).click();
    await dialog(page).getByText('Token ids equal for 5 of 5 prompts').waitFor();
    await dialog(page).getByText('These are not the answers of the published GPT-2 small.').waitFor();
    await dialog(page).getByRole('button', { name: 'Close' }).click();

    const kept = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
    await page.waitForURL(/openai-community/);
    const address = page.url();
    await page.close();
    const again = await page.context().newPage();
    const replaced = await replaceAnswers(again);
    hub.requests.length = 0;
    const opened = performance.now();
    await again.goto(address);
    await uses(again, id);
    const second = performance.now() - opened;
    expect(hub.requests).toEqual([]);
    const { bytes } = await again.evaluate(
      () => (window as never as Shown).vitrine.state().model as { bytes: number },
    );
    const grown = before !== null && after !== null ? after - before : null;
    console.log(
      `124M: ${(first / 1000).toFixed(1)} s from the click to the first distribution, ${(second / 1000).toFixed(2)} s on the second visit, ` +
        `${(bytes / 1e6).toFixed(1)} MB kept (${(kept / 1e6).toFixed(1)} MB of storage)` +
        (grown === null
          ? ''
          : `, ${(grown / 1e6).toFixed(0)} MB more at the peak than the page before (${(before! / 1e6).toFixed(0)} MB)`),
    );
    expect(second).toBeLessThan(SECOND_VISIT_LIMIT);
    if (grown !== null) expect(grown).toBeLessThan(MEMORY_LIMIT);

    // Rounded weights show.
    await expectPassed(again, 0.5, [0.01, 0.5]);
    expect(replaced()).toBe(1);
    await page.context().close();
  },
);

test('the check of F32 passes against 64-bit floats', { timeout: 300_000 }, async () => {
  const { page } = await open();
  const replaced = await replaceAnswers(page);
  await ready(page);
  const download = await askForIt(page);
  await dialog(page).getByRole('checkbox', { name: /Exact/ }).check();
  await download.click();
  await uses(page, id);
  // Exact weights leave what 32-bit floats do.
  await expectPassed(page, 0.05, [0, 1e-3]);
  expect(replaced()).toBe(1);
  await page.context().close();
});
