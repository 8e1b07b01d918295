/** Languages, themes, widths, lengths and origins: the page fits, speaks and stays at home. */
import { describe, expect, it } from 'vitest';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { useSite } from './browser';
import { usePage } from './one-page';
import { combinations, long, pairwise } from './pairwise';
import { screen } from './screen';
import { go, outsideOf } from './visits';

const site = useSite();

async function visit<T>(
  path: string,
  context: BrowserContextOptions,
  look: (page: Page, view: ReturnType<typeof screen>) => Promise<T>,
) {
  const { page, problems } = await site.visit(path, context);
  const outside = outsideOf(page, site.url);
  const answer = await look(page, screen(page));
  expect(problems).toEqual([]);
  expect(outside).toEqual([]);
  return answer;
}

/** How far the document sticks out of the window sideways, CSS px. */
const overhang = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

describe('languages', () => {
  it('follow the browser, the switch and the link', async () => {
    await visit('#prompt=Hello', { locale: 'ko-KR' }, async (page, view) => {
      await view.ready('준비됨');
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko');
      await page.getByRole('textbox', { name: '프롬프트' }).waitFor();
      await page.getByRole('button', { name: '환경 설정' }).click();
      await page.getByRole('combobox', { name: '언어' }).selectOption('en');
      await view.ready('Ready');
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
      await page.reload();
      await view.ready('Ready');
    });
    await visit('#prompt=Hello&lang=ko', {}, async (_, view) => view.ready('준비됨'));
  });
});

describe('themes', () => {
  it('follow the system until one is chosen, and are remembered', async () => {
    await visit('#prompt=Hello', { colorScheme: 'dark' }, async (page, view) => {
      await view.ready();
      const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      expect(await ground()).toBe('rgb(19, 19, 24)');
      await page.getByRole('button', { name: 'Preferences' }).click();
      await page.getByRole('button', { name: /^Colours/ }).click();
      expect((await view.state()).theme).toBe('light');
      expect(await ground()).toBe('rgb(251, 250, 247)');
      await page.reload();
      await view.ready();
      expect((await view.state()).theme).toBe('light');
    });
  });
});

const story = 'Once upon a time there was a little girl who lived in a small house near the forest. ';

describe('widths and lengths', () => {
  const here = usePage(site, '#prompt=Hello');
  const factors = {
    width: [390, 768, 1024, 1440, 2560],
    lang: ['en', 'ko'],
    // 1, 40 and 200 tokens.
    text: ['Hello', story.repeat(2).trim(), story.repeat(10).trim()],
  } as const;
  const cases = long ? combinations(factors) : pairwise(factors);

  it.each(factors.width)(
    'fits %i px, whatever language and length meet there',
    async (width) => {
      const { page } = here;
      const outside = outsideOf(page, site.url);
      await page.setViewportSize({ width, height: 900 });
      for (const { lang, text } of cases.filter((one) => one.width === width)) {
        await go(page, { prompt: text, lang });
        expect(await overhang(page), `${text.length} characters, ${lang}`).toBeLessThanOrEqual(0);
      }
      expect(outside).toEqual([]);
    },
    180_000,
  );

  it('draws only the rows in sight and brings the others by the minimap', async () => {
    await visit('#prompt=Hello', {}, async (page, view) => {
      await view.ready();
      await page.evaluate((text) => window.vitrine!.run(text), story.repeat(10).trim());
      await view.ready();
      const all = (await view.state()).tokens;
      expect(all.length).toBeGreaterThan(150);
      const shown = await view.tokens.count();
      expect(shown).toBeLessThan(60);
      expect(await view.tokens.last().textContent()).toContain(String(all.at(-1)!.id));
      await page.getByRole('scrollbar', { name: 'Rows in view' }).press('Home');
      await view.ready();
      expect(await view.tokens.first().textContent()).toContain('Once');
      expect(await view.tokens.count()).toBe(shown);
    });
  });

  it('keeps every stage within reach on a phone', async () => {
    await visit(
      '#prompt=The%20old%20man',
      { viewport: { width: 390, height: 844 }, hasTouch: true },
      async (page, view) => {
        await view.ready();
        for (const stage of [
          'Embedding',
          'Q · K · V',
          'Attention',
          'Heads joined',
          'MLP',
          'Residual stream',
          'Next token',
        ]) {
          await page.getByRole('button', { name: stage, exact: true }).scrollIntoViewIfNeeded();
        }
        expect(await view.attention.getByRole('gridcell').count()).toBe(9);
        await page.getByRole('button', { name: /^Sampling T/ }).click();
        await view.slider('Temperature').press('Home');
        expect((await view.state()).sampling.temperature).toBe(0);
      },
    );
  });
});

describe('motion', () => {
  it('is absent where it is not wanted', async () => {
    await visit('#prompt=Hello', { reducedMotion: 'reduce' }, async (page, view) => {
      await view.ready();
      await view.button('Next word').click();
      await expect.poll(async () => (await view.state()).appended.length).toBe(1);
      await view.ready();
      expect(
        await page.evaluate(
          () => document.getAnimations().filter(({ playState }) => playState === 'running').length,
        ),
      ).toBe(0);
    });
  });
});
