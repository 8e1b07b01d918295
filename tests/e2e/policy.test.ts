/** What the page may do, and what it says where its program does not come: by index.html alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import { useSite, waits } from './browser';
import { openSave } from './save';
import { screen } from './screen';
import { spoiltHost, type Spoil, type SpoiltHost } from './spoilt_host';

declare global {
  interface Window {
    violations: string[];
  }
}

const site = useSite();
const built = process.env['VITRINE_PAGE'] ?? PLACES.page;
const [, program] = /<script type="module"[^>]* src="\.\/([^"]+)"/.exec(
  readFileSync(join(built, 'index.html'), 'utf8'),
)!;

async function fresh(): Promise<Page> {
  const context = await site.browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    serviceWorkers: 'block',
  });
  context.setDefaultTimeout(waits);
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  return page;
}

describe('the content security policy', () => {
  it('is kept by all that the page does', async () => {
    const page = await fresh();
    const seen: string[] = [];
    const stages = [
      'tokens',
      'embedding',
      'ln1',
      'qkv',
      'attention',
      'attn_out',
      'mlp',
      'residual',
      'logits',
      'sampling',
    ];
    for (const open of ['', ...stages]) {
      await page.goto('about:blank');
      await page.goto(site.at(`?threads=1#prompt=abc+def&open=${open}`));
      await screen(page).ready();
      seen.push(...(await page.evaluate(() => window.violations)));
    }
    await page.goto('about:blank');
    await page.goto(site.at('?threads=1#prompt=abc'));
    await screen(page).ready();
    await page.getByRole('button', { name: 'Preferences' }).click();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('한국어');
    await screen(page).ready('준비됨');
    seen.push(...(await page.evaluate(() => window.violations)));
    expect(seen).toEqual([]);
    await page.context().close();
  });

  it.each(['', 'sampling'])('is kept by figures that are taken away (%s)', async (open) => {
    const page = await fresh();
    await page.goto(site.at(`?threads=1#prompt=abc+def&open=${open}`));
    await screen(page).ready();
    if (open) await openSave(page);
    const figure = page.getByRole('group', { name: /^Take the figure: / }).first();
    for (const kind of ['SVG', 'PNG']) {
      const download = page.waitForEvent('download');
      await figure.getByRole('button', { name: kind, exact: true }).click();
      expect((await download).suggestedFilename()).toMatch(new RegExp(`\\.${kind}$`, 'i'));
    }
    expect(await page.evaluate(() => window.violations)).toEqual([]);
    await page.context().close();
  });

  it.each<[string, string]>([
    [
      'an inline script',
      "const s = document.createElement('script'); s.textContent = 'window.broken = true'; document.body.append(s)",
    ],
    [
      'an inline handler',
      "document.body.setAttribute('onclick', 'window.broken = true'); document.body.click()",
    ],
    ['text as code', "try { window.setTimeout('window.broken = true') } catch {}"],
    [
      'a script of another host',
      "const s = document.createElement('script'); s.src = 'https://other.example/x.js'; document.body.append(s)",
    ],
    ['an image of another host', "new Image().src = 'https://other.example/x.png'"],
    [
      'another base',
      "const b = document.createElement('base'); b.href = 'https://other.example/'; document.head.append(b)",
    ],
    [
      'a frame',
      "const f = document.createElement('iframe'); f.src = 'https://other.example/'; document.body.append(f)",
    ],
    [
      'an inline style',
      "const s = document.createElement('style'); s.textContent = 'body { display: none }'; document.head.append(s)",
    ],
  ])('refuses %s', async (_, attack) => {
    const page = await fresh();
    await page.goto(site.at('?threads=1#prompt=abc'));
    await screen(page).ready();
    await page.evaluate(attack);
    await page.waitForFunction(() => window.violations.length > 0);
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
    expect(await page.evaluate(() => getComputedStyle(document.body).display)).not.toBe('none');
    await page.context().close();
  });
});

describe('where the program does not come', () => {
  let host: SpoiltHost | undefined;
  afterEach(() => host?.close());

  it.each<Spoil>(['silent', 'half', 'empty'])(
    '(%s) it is told after 30 s, with a button that helps',
    async (how) => {
      host = await spoiltHost();
      host.spoil = (path) => (path === program ? how : undefined);
      const page = await fresh();
      await page.clock.install();
      await page.goto(`${host.url}?threads=1#prompt=abc`, { waitUntil: 'commit' });
      const told = page.getByText("The page's program could not be loaded");
      await page.getByText('Vitrine …').waitFor();
      await page.clock.fastForward(29_000);
      expect(await told.isVisible()).toBe(false);
      await page.clock.fastForward(2000);
      await told.waitFor();
      host.spoil = () => undefined;
      await page.clock.resume();
      await page.getByRole('button', { name: /Load again/ }).click();
      await screen(page).ready();
      await page.context().close();
    },
  );

  it('opened as a file, the page says that it wants a server, and gives the command', async () => {
    const page = await fresh();
    await page.goto(pathToFileURL(join(built, 'index.html')).href);
    await page.getByText('python3 -m http.server 8000', { exact: true }).waitFor();
    await page.getByText('Opened as a file').waitFor();
    expect(await page.getByText('too old').isVisible()).toBe(false);
    await page.context().close();
  });
});
