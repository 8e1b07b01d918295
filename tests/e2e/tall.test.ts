/** The upright picture of a narrow page while it is scrolled: which stage is in sight, and what has the focus. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { useSite } from './browser';
import { usePage } from './one-page';
import { go, promptOf } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello', { viewport: { width: 390, height: 844 } });
let page: Page;
beforeEach(async () => {
  ({ page } = here);
  await page.setViewportSize({ width: 390, height: 844 });
  await go(page, { prompt: promptOf(40) });
});

const section = (name: string) => page.getByRole('region', { name, exact: true });
const heading = (name: string) => section(name).getByRole('button', { name, exact: true });
/** Scrolls so that the rows of a section reach from above the window into it. */
const scrollInto = (name: string) =>
  section(name).evaluate((element) => {
    const { top, height } = element.getBoundingClientRect();
    window.scrollBy(0, top + height / 2);
  });

describe('a stage that is scrolled through', () => {
  it.each([
    ['Embedding', 'embedding'],
    ['Q · K · V', 'qkv'],
    ['Attention', 'attention'],
    ['MLP', 'mlp'],
  ])('%s goes on telling its name, by which it opens', async (name, stage) => {
    await scrollInto(name);
    const box = (await heading(name).boundingBox())!;
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height).toBeLessThan(60);
    expect((await section(name).boundingBox())!.y).toBeLessThan(-100);
    await heading(name).click();
    await page.waitForFunction((wanted) => window.vitrine!.state().open === wanted, stage);
  });

  it('has its whole window to itself where that is low', async () => {
    await page.setViewportSize({ width: 844, height: 390 });
    await scrollInto('MLP');
    expect((await heading('MLP').boundingBox())!.y).toBeLessThan(0);
  });

  it('does not hide the token that has the focus under its name', async () => {
    const tokens = page.getByRole('list', { name: 'Tokens', exact: true }).getByRole('listitem');
    await tokens.last().focus();
    // Close below the name, so that the next ones are under it.
    await page.evaluate(() => window.scrollBy(0, document.activeElement!.getBoundingClientRect().top - 110));
    const rule = await heading('Embedding').evaluate((button) => {
      let header: Element = button;
      while (header.tagName !== 'HEADER') header = header.parentElement!;
      return header.getBoundingClientRect().bottom;
    });
    expect(rule).toBeGreaterThan(40);
    for (let i = 0; i < 4; i += 1) {
      await page.keyboard.press('ArrowUp');
      const focused = await page.evaluate(() => document.activeElement!.getBoundingClientRect().top);
      expect(focused).toBeGreaterThanOrEqual(rule);
    }
  });
});
