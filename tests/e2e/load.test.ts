/** What a first visit fetches before the page answers: programs are kept small, and what is needed later comes later. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openSite, waits, type Site } from './browser';
import { screen } from './screen';

/** The page's own program and all that a first visit fetches by itself, compressed, without the worker. */
const most = 120 * 1024;
/** As much where the address asks for everything: what the full picture alone needs is fetched with it. */
const mostOfFull = 156 * 1024;

let site: Site;

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** Opens the page, and tells how many bytes of programs it fetched until it said `ready` and fell silent, compressed. */
async function fetched(
  ready: string,
  options: BrowserContextOptions,
  view: 'first' | 'full' = 'first',
): Promise<{ page: Page; bytes: number }> {
  const context = await site.browser.newContext({ serviceWorkers: 'block', ...options });
  context.setDefaultTimeout(waits);
  const page = await context.newPage();
  const programs = new Map<string, Promise<Buffer>>();
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.endsWith('.js') || /\/worker-[^/]*$/.test(pathname)) return;
    const body = response.body();
    // One that comes after the count is cut short when the page closes, and that is no fault.
    body.catch(() => undefined);
    programs.set(pathname, body);
  });
  // Somebody's first visit names no view.
  await page.goto(view === 'first' ? site.at().split('#')[0]! : site.at('#view=full'));
  await screen(page).ready(ready);
  // Parts that are fetched once the answer is there count, too, so that the sum does not depend on when it is taken.
  await page.waitForLoadState('networkidle');
  const bodies = await Promise.all(programs.values());
  expect(bodies.length).toBeGreaterThan(0);
  return { page, bytes: bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) };
}

describe('a first visit', () => {
  it('fetches less than 120 KB of programs', async () => {
    const { page, bytes } = await fetched('Ready', {
      locale: 'en-US',
      viewport: { width: 1440, height: 900 },
    });
    expect(bytes).toBeLessThan(most);
    expect(await page.getByRole('radio', { name: 'Simple', exact: true }).isChecked()).toBe(true);
    await page.context().close();
  });

  it('fetches less than 156 KB of programs where its link asks for the full picture', async () => {
    const { page, bytes } = await fetched(
      'Ready',
      { locale: 'en-US', viewport: { width: 1440, height: 900 } },
      'full',
    );
    expect(bytes).toBeLessThan(mostOfFull);
    await page.context().close();
  });

  it('reads Korean from its first word on where the browser prefers it', async () => {
    const { page } = await fetched('준비됨', { locale: 'ko-KR', viewport: { width: 390, height: 844 } });
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko');
    expect(await page.getByRole('textbox', { name: '프롬프트', exact: true }).count()).toBe(1);
    await page.context().close();
  });
});
