/** Every view there is, one after the other: the console stays silent, nothing leaves the site, axe finds nothing serious. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { stages } from '../../web/src/state/stages';
import { openSite, type Site } from './browser';
import { screen } from './screen';
import { go, outsideOf } from './visits';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const prompt = 'The old man looked at the sea';

let site: Site;
let page: Page;
let problems: string[];
let outside: string[];

beforeAll(async () => {
  site = await openSite();
  ({ page, problems } = await site.open('#prompt=Hello', { reducedMotion: 'reduce' }));
  outside = outsideOf(page, site.url);
  await screen(page).ready();
  await page.evaluate(axe);
});
afterAll(() => site?.close());

/** What axe finds that keeps somebody out, as `rule: what of`. */
async function barriers(): Promise<string[]> {
  const { violations } = await page.evaluate(
    () =>
      (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run() as Promise<
        Pick<AxeResults, 'violations'>
      >,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

async function expectGood(): Promise<void> {
  expect(await barriers()).toEqual([]);
  expect(problems).toEqual([]);
  expect(outside).toEqual([]);
}

const looks = [
  { lang: 'en', theme: 'light', width: 1440, height: 900 },
  { lang: 'ko', theme: 'dark', width: 1440, height: 900 },
  { lang: 'en', theme: 'dark', width: 390, height: 844 },
  { lang: 'ko', theme: 'light', width: 390, height: 844 },
] as const;

describe.each(looks)('in $lang, $theme, $width px wide', ({ lang, theme, width, height }) => {
  beforeAll(async () => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.waitForFunction((wanted) => window.vitrine!.state()['theme'] === wanted, theme);
  });

  it.each(['overview', ...stages] as const)('%s', async (name) => {
    await go(page, { prompt, lang, open: name === 'overview' ? undefined : name });
    await expectGood();
  });
});

describe('what floats', () => {
  beforeAll(async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await go(page, { prompt, more: { cell: '6.3', token: '6', heads: 'L0H0 L3H4' } });
  });

  it('the overview with a cell, a token and heads pinned', expectGood);

  it.each(['Keys', 'This model'])('%s', async (name) => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await expectGood();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('an empty prompt', async () => {
    await go(page, { prompt: '' });
    await expectGood();
  });
});
