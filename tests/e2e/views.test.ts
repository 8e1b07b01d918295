/** Every view there is, one after the other: the console stays silent, nothing leaves the site, axe finds nothing serious. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { stages } from '../../web/src/state/stages';
import { barriers } from './barriers';
import { useSite } from './browser';
import { usePage } from './one-page';
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

const looks = [
  { lang: 'en', theme: 'light', width: 1440, height: 900 },
  { lang: 'en', theme: 'dark', width: 1440, height: 900 },
  { lang: 'ko', theme: 'dark', width: 1440, height: 900 },
  { lang: 'en', theme: 'dark', width: 390, height: 844 },
  { lang: 'ko', theme: 'light', width: 390, height: 844 },
] as const;

describe.each(looks)('in $lang, $theme, $width px wide', ({ lang, theme, width, height }) => {
  beforeEach(async () => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.waitForFunction((wanted) => window.vitrine!.state()['theme'] === wanted, theme);
  });

  it.each(['overview', ...stages] as const)('%s', async (name) => {
    await go(page, { prompt, lang, open: name === 'overview' ? undefined : name });
    if (name !== 'overview') await page.getByRole('article').getByRole('heading', { level: 2 }).waitFor();
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
