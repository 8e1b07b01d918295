/** GPT-2 small's shape through the whole way: how long from the click to the first distribution, and in how much memory. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import { GPT2_SMALL, writeCheckpoint } from '../hub/checkpoint.mjs';
import { readTensors, referenceOf } from '../hub/float64.mjs';
import { startHub } from '../hub/server.mjs';
import published from '../fixtures/gpt2-small.json';
import { openSite, type Site } from './browser';
import { dialog, pageFolder, picker, ready, type Shown, uses } from './models_stage';

const id = 'openai-community/gpt2';
/** The limit for what the model needs beyond the page with its bundled model. */
const MEMORY_LIMIT = 400e6;
/** Loaded and shared machines are several times slower than the one second that is aimed at. */
const SECOND_VISIT_LIMIT = 10_000;

/** Of the weights: logits spread as a trained model's do, so that tolerances mean something. */
const SPREAD = 0.25;

let files: Record<string, Buffer>;
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
  hub = await startHub({ repositories: { [id]: { files } } });
  site = await openSite({ folder: pageFolder });
}, 120_000);
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

test(
  'a click, a download, a distribution; and the next visit without either',
  { timeout: 300_000 },
  async () => {
    const { page } = await site.open(`?hub=${encodeURIComponent(hub.url)}`);
    await ready(page);
    const before = await peakMemory(page);
    await picker(page).selectOption(`hub:${id}`);
    // The published file also holds attention masks; this one is a tenth smaller, so the page asks once more.
    await dialog(page)
      .getByRole('button', { name: /^Download/ })
      .click();
    await dialog(page).getByText('12 layers, 12 heads').waitFor();
    const clicked = performance.now();
    await dialog(page)
      .getByRole('button', { name: /^Download/ })
      .click();
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
  },
);

describe('the check against published answers', () => {
  /** Where the page has the published answers: another model's, of the same form, are put in their place. */
  let answers: string;

  beforeAll(() => {
    const config = JSON.parse(files['config.json']!.toString());
    const tensors = readTensors(files['model.safetensors']!);
    answers = `export default ${JSON.stringify(referenceOf(published, tensors, config))}`;
  }, 120_000);

  test.each([
    ['int8', false, 0.5],
    ['F32', true, 0.05],
  ])(
    'passes in %s when they are those of 64-bit floats',
    { timeout: 300_000 },
    async (_, exact, tolerance) => {
      const { page } = await site.open(`?hub=${encodeURIComponent(hub.url)}`, { serviceWorkers: 'block' });
      page.setDefaultTimeout(200_000);
      let replaced = 0;
      await page.route(/\/gpt2-small-[^/]*\.js$/, (route) => {
        replaced += 1;
        return route.fulfill({ contentType: 'text/javascript', body: answers });
      });
      await ready(page);
      await picker(page).selectOption(`hub:${id}`);
      const download = dialog(page).getByRole('button', { name: /^Download/ });
      await download.click();
      await dialog(page).getByText('12 layers, 12 heads').waitFor();
      if (exact) await dialog(page).getByRole('checkbox', { name: /Exact/ }).check();
      await download.click();
      await uses(page, id);
      await page.getByRole('button', { name: 'This model' }).click();
      await dialog(page).getByText('These are the answers of the published GPT-2 small.').waitFor();
      expect(replaced).toBe(1);
      const told = await dialog(page).getByRole('list').first().getByRole('listitem').allInnerTexts();
      expect(told.slice(0, 2)).toEqual([
        'Token ids equal for 5 of 5 prompts',
        expect.stringContaining('100 likeliest next tokens: 100 of 100'),
      ]);
      const difference = Number(/difference (\S+) /.exec(told[2]!)![1]);
      // Rounded weights show; exact ones leave what 32-bit floats do.
      expect(difference).toBeGreaterThan(exact ? 0 : 0.01);
      expect(difference).toBeLessThan(exact ? 1e-3 : tolerance);
      expect(told[2]).toContain(`allowed ${tolerance}`);
      await page.context().close();
    },
  );
});
