/** A second visit without its host: page, engine, models and threads come from the browser's own storage. */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { startHub } from '../hub/server.mjs';
import { openSite, type Site } from './browser';
import { files as checkpoint, uses } from './models_stage';
import { commandLine, screen } from './screen';

const prompt = 'abc def';

let site: Site | undefined;
afterEach(() => site?.close());

/** Resolves when the service worker has put everything aside and answers for the page. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active!.state !== 'activated')
      await new Promise((done) => active!.addEventListener('statechange', done, { once: true }));
  });

/** The same address in a new tab, after the first one is closed, as a later visit. */
async function again(page: Page): Promise<Page> {
  const address = page.url();
  const context = page.context();
  await page.close();
  const next = await context.newPage();
  await next.goto(address);
  return next;
}

/** What the page answers to the prompt, as far as another visit must answer the same. */
const answer = (page: Page) =>
  page.evaluate(async (text) => {
    const { tokens } = await window.vitrine!.run(text);
    const { data } = await window.vitrine!.tensor('logits', { rows: [tokens.length - 1, tokens.length] });
    return { ids: tokens.map(({ id }) => id), logits: Array.from(data) };
  }, prompt);

const runsOn = (page: Page) =>
  page.evaluate(() => ({
    isolated: window.crossOriginIsolated,
    threads: window.vitrine!.state().threads,
    model: String((window.vitrine!.state().model as { id: string } | null)?.id),
  }));

describe('without its host', () => {
  it.each(['/', '/some/where/'])('the bundled model answers as before, below %s', async (under) => {
    site = await openSite({ under });
    const { page, problems } = await site.open(`?threads=2#${new URLSearchParams({ prompt })}`);
    await screen(page).ready();
    const first = await answer(page);
    expect(first.ids).toEqual(commandLine(prompt, 1).tokens.map(({ id }) => id));
    expect(await runsOn(page)).toMatchObject({ isolated: false, threads: 1 });
    await kept(page);
    expect(problems).toEqual([]);

    await site.stop();
    const later = await again(page);
    await screen(later).ready();
    // What is kept is isolated, too.
    expect(await runsOn(later)).toMatchObject({ isolated: true, threads: 2 });
    expect(await answer(later)).toEqual(first);
    // And once more, from a page that was never there with its host.
    const last = await again(later);
    await screen(last).ready();
    expect(await answer(last)).toEqual(first);
  });

  it('the Korean letters of the first visit are there on the next', async () => {
    site = await openSite({});
    const { page } = await site.open(`#${new URLSearchParams({ prompt, lang: 'ko' })}`);
    await screen(page).ready('준비됨');
    const used = await page.evaluate(async () => {
      await document.fonts.ready;
      const names = performance.getEntriesByType('resource').map(({ name }) => name);
      return names.filter((name) => /noto-sans-kr.*\.woff2$/.test(name) && !/-latin-/.test(name));
    });
    expect(used.length).toBeGreaterThan(3);
    await kept(page);
    await page.waitForFunction(async (files) => {
      const found = await Promise.all(files.map((file) => caches.match(file)));
      return found.every(Boolean);
    }, used);
    await site.stop();
    const context = page.context();
    const failed: string[] = [];
    context.on('requestfailed', (request) => /\.woff2$/.test(request.url()) && failed.push(request.url()));
    const later = await again(page);
    await screen(later).ready('준비됨');
    const loaded = await later.evaluate(async () => {
      await document.fonts.ready;
      return document.fonts.check('16px "Noto Sans KR Variable"', '준비됨');
    });
    expect([loaded, failed]).toEqual([true, []]);
  });

  it('a model that was fetched answers as before, without its hub', async () => {
    site = await openSite();
    const hub = await startHub({ repositories: { 'acme/tiny': { files: checkpoint } } });
    try {
      const { page } = await site.open(`?hub=${encodeURIComponent(hub.url)}#prompt=abc`);
      await screen(page).ready();
      await page.getByRole('combobox', { name: 'Model' }).selectOption('ask:repository');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Repository' }).fill('acme/tiny');
      await dialog.getByRole('button', { name: 'Look up' }).click();
      await dialog.getByRole('button', { name: /^Download/ }).click();
      await uses(page, 'acme/tiny');
      const { model } = await runsOn(page);
      // The address says so a moment later.
      await page.waitForURL(/acme/);
      const first = await answer(page);
      await kept(page);

      await hub.close();
      await site.stop();
      const later = await again(page);
      await uses(later, 'acme/tiny');
      expect((await runsOn(later)).model).toBe(model);
      expect(await answer(later)).toEqual(first);
    } finally {
      await hub.close().catch(() => undefined);
    }
  });
});
