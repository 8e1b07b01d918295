/** Every view there is, one after the other: the console stays silent, nothing leaves the site, axe finds nothing serious. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { stages } from '../../web/src/state/stages';
import { barriers } from './barriers';
import { useSite } from './browser';
import { usePage } from './one-page';
import { combinations, long, pairwise } from './pairwise';
import { go, outsideOf } from './visits';

const prompt = 'The old man looked at the sea';

const site = useSite();
let outside: string[];
const here = usePage(site, '#prompt=Hello', {}, ({ page: opened }) => {
  outside = outsideOf(opened, site.url);
});
let page: Page;

beforeEach(() => {
  ({ page } = here);
});

it('a control without a name and a text too pale to read would be found', async () => {
  const blank = await page.context().newPage();
  await blank.setContent('<main><button></button><p style="color: #ccc">pale</p></main>');
  expect((await barriers(blank)).map((one) => one.split(':')[0]).sort()).toEqual(
    expect.arrayContaining(['button-name', 'color-contrast']),
  );
  await blank.close();
});

async function expectGood(): Promise<void> {
  expect(await barriers(page)).toEqual([]);
  expect(outside).toEqual([]);
}

const factors = {
  look: [
    { lang: 'en', width: 1440, height: 900 },
    { lang: 'ko', width: 1440, height: 900 },
    { lang: 'en', width: 390, height: 844 },
    { lang: 'ko', width: 390, height: 844 },
  ],
  theme: ['light', 'dark'],
  view: ['overview', ...stages],
} as const;
const cases = long ? combinations(factors) : pairwise(factors);

/** A stage in Korean on a phone: in Korean, nothing wider than the page, and every column of every table in sight. */
async function expectKoreanFits(): Promise<void> {
  const article = page.getByRole('article');
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
  expect(await article.getByRole('heading', { level: 2 }).textContent()).toMatch(/[가-힣]|MLP|LayerNorm/);
  const cut = await article
    .locator('.table')
    .evaluateAll((all) =>
      all
        .filter((table) => table.scrollWidth > table.clientWidth)
        .map((table) => `${table.getAttribute('aria-label')}: ${table.scrollWidth}`),
    );
  expect(cut).toEqual([]);
  expect(await page.getByRole('button', { name: '닫기', exact: true }).count()).toBe(1);
}

describe.each(factors.look)('in $lang, $width px wide', (look) => {
  const here = cases.filter((one) => one.look === look);

  it.each(here)('$view, $theme', async ({ view, theme }) => {
    const { lang, width, height } = look;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.waitForFunction((wanted) => window.vitrine!.state()['theme'] === wanted, theme);
    await go(page, { prompt, lang, open: view === 'overview' ? undefined : view });
    if (view !== 'overview') {
      await page.getByRole('article').getByRole('heading', { level: 2 }).waitFor();
      if (lang === 'ko' && width < 1000) await expectKoreanFits();
    }
    await expectGood();
  });
});

describe('what floats', () => {
  beforeEach(async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await go(page, { prompt, more: { cell: '6.3', token: '6', heads: 'L0H0 L3H4' } });
  });

  it('the overview with a cell, a token and heads pinned', expectGood);

  it.each(['Keys', 'This model'])('%s', async (name) => {
    if (name === 'Keys') await page.getByRole('button', { name: 'Preferences' }).click();
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
