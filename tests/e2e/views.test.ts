/** Every view there is, one after the other: the console stays silent, nothing leaves the site, axe finds nothing serious. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { stages } from '../../web/src/state/stages';
import { barriers } from './barriers';
import { useSite } from './browser';
import { screen } from './screen';
import { go, outsideOf } from './visits';

const prompt = 'The old man looked at the sea';

const site = useSite();
let page: Page;
let problems: string[];
let outside: string[];

beforeAll(async () => {
  ({ page, problems } = await site.open('#prompt=Hello', { reducedMotion: 'reduce' }));
  outside = outsideOf(page, site.url);
  await screen(page).ready();
});

async function expectGood(): Promise<void> {
  expect(await barriers(page)).toEqual([]);
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
