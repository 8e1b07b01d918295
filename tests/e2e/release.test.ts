/** What the service worker keeps: every file as it was built, and page and files of one release. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import { bundled } from '../bundled';
import { useSite, waits } from './browser';
import { screen } from './screen';
import { fromServiceWorker, spoiltHost, type SpoiltHost } from './spoilt_host';

const site = useSite();
const built = process.env['VITRINE_PAGE'] ?? PLACES.page;
const scripts = readdirSync(join(built, 'assets')).filter((name) => name.endsWith('.js'));
const named = (pattern: RegExp) => `assets/${scripts.find((name) => pattern.test(name))!}`;

let host: SpoiltHost | undefined;
let folder: string | undefined;
afterEach(async () => {
  await host?.close();
  if (folder) rmSync(folder, { recursive: true });
  host = folder = undefined;
});

async function visit(): Promise<Page> {
  const context = await site.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  context.setDefaultTimeout(waits);
  const page = await context.newPage();
  await page.goto(`${host!.url}#prompt=abc`);
  await screen(page).ready();
  return page;
}

/** Resolves with true once the worker is active, with false when it gave up installing. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const worker = registration?.installing ?? registration?.waiting ?? registration?.active;
    if (!worker) return false;
    while (!/^(activated|redundant)$/.test(worker.state))
      await new Promise((done) => worker.addEventListener('statechange', done, { once: true }));
    return worker.state === 'activated';
  });

const registered = (page: Page) =>
  page.waitForFunction(() => navigator.serviceWorker.getRegistration().then((one) => one !== undefined));

describe('a wrong answer while the service worker installs', () => {
  it.each([
    ['html', `models/${bundled.id}/merges.txt`],
    ['flipped', `models/${bundled.id}/model.safetensors`],
    ['cut', named(/^Mlp-/)],
    ['empty', 'index.html'],
  ] as const)(
    '(%s, %s) is not kept: the page goes on, and is kept whole once the host is well',
    async (how, file) => {
      host = await spoiltHost();
      // Past what the page itself has just fetched: the worker's own second look goes past the browser's cache as well.
      host.spoil = (path, request) => (path === file && fromServiceWorker(request) ? how : undefined);
      const page = await visit();
      await expect.poll(() => host!.asked.includes('sw.js')).toBe(true);
      expect(await kept(page)).toBe(false);
      await page.reload();
      await screen(page).ready();
      host.spoil = () => undefined;
      await page.reload();
      await registered(page);
      await expect.poll(() => kept(page)).toBe(true);
      await host.close();
      await page.reload();
      await screen(page).ready();
      const { id } = (await screen(page).state()).tokens[0]!;
      expect(id).toBe(39305);
      await page.context().close();
    },
  );
});

/** The same site with another order of colour schemes in its page and another name of its model, and lists of hashes that say so. */
function releaseAgain(where: string): void {
  const read = (path: string) => readFileSync(join(where, path), 'utf8');
  const hashes = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(where, path)))
      .digest('hex');
  const listing = ['sw.js', ...scripts.map((name) => `assets/${name}`)];
  const write = (path: string, text: string) => {
    const before = hashes(path);
    writeFileSync(join(where, path), text);
    for (const list of listing)
      if (list !== path && read(list).includes(before))
        write(list, read(list).replaceAll(before, hashes(path)));
  };
  const swap = (path: string, from: string, to: string) => {
    expect(read(path)).toContain(from);
    write(path, read(path).replace(from, to));
  };
  swap(`models/${bundled.id}/card.json`, `"${bundled.name}"`, '"Vitrine anew"');
  swap('index.html', 'content="light dark"', 'content="dark light"');
  write('sw.js', read('sw.js').replace(/(version:\s*["'`])[0-9a-f]{16}/, '$10123456789abcdef'));
}

/** What the page's file says, which no script changes. */
const scheme = () => document.querySelector<HTMLMetaElement>('meta[name="color-scheme"]')!.content;

describe('a new release', () => {
  it('is offered, and page and model are of one release before and after', async () => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-release-'));
    cpSync(built, folder, { recursive: true });
    host = await spoiltHost(folder);
    const page = await visit();
    await registered(page);
    expect(await kept(page)).toBe(true);
    const shown = async () => [
      await page.evaluate(scheme),
      await page.evaluate(() => (window.vitrine!.state().model as { name: string }).name),
    ];
    expect(await shown()).toEqual(['light dark', bundled.name]);

    releaseAgain(folder);
    await page.reload();
    await screen(page).ready();
    expect(await shown()).toEqual(['light dark', bundled.name]);
    const offer = page.getByRole('status', { name: 'New version', exact: true });
    await offer.getByRole('button', { name: 'Load it', exact: true }).click();
    await expect.poll(() => page.evaluate(scheme).catch(() => '')).toBe('dark light');
    await screen(page).ready();
    expect(await shown()).toEqual(['dark light', 'Vitrine anew']);
    expect((await screen(page).state()).prompt).toBe('abc');
    await page.context().close();
  });
});
