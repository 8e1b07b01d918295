/** A page that the browser's translator has gone over: what changes afterwards is shown, and nothing old beside it. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSite } from './browser';
import { screen, visible } from './screen';

const site = useSite();

/** Does as Chrome's translator does: two nested elements with other words in the place of each text it may have. */
const translate = (page: Page) =>
  page.evaluate(() => {
    const texts: Text[] = [];
    const walker = document.createTreeWalker(document.getElementById('app')!, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) texts.push(node as Text);
    let replaced = 0;
    for (const text of texts) {
      const parent = text.parentElement!;
      const asked = parent.closest('[translate]')?.getAttribute('translate');
      if (asked === 'no' || parent.closest('script, style, font, textarea') || !text.data.trim()) continue;
      const outer = document.createElement('font');
      const inner = document.createElement('font');
      inner.textContent = `«${text.data}»`;
      outer.append(inner);
      parent.replaceChild(outer, text);
      replaced += 1;
    }
    return replaced;
  });

/** Texts on screen that the translator made. */
const translated = (page: Page) =>
  page.evaluate(() =>
    Array.from(document.querySelectorAll('#app font > font'), ({ textContent }) => textContent!),
  );

describe('after a translation', () => {
  it('tokens, ids, candidates and numbers are those of the text that is typed next', async () => {
    const { page, problems } = await site.open('?threads=1#prompt=one+two');
    const view = screen(page);
    await view.ready();
    await page.getByRole('complementary').first().waitFor();
    expect(await translate(page)).toBeGreaterThan(0);
    for (const text of ['The sun rises', 'a', 'The old man looked at the sea']) {
      await view.write(text);
      const { tokens } = await view.state();
      expect(await view.tokens.allTextContents()).toEqual(
        // The words of the picture leave out the dot that stands for a space.
        tokens.map((token) => expect.stringContaining(visible(token.text).replace(/^·/, ''))),
      );
      for (const [i, { id }] of tokens.entries())
        expect(await view.tokens.nth(i).textContent()).toContain(String(id));
      const rows = await view.rows();
      const wanted = await page.evaluate(async () => {
        const { run } = window.vitrine!.state();
        return run as number;
      });
      expect(wanted).toBeGreaterThan(0);
      expect(rows.length).toBeGreaterThan(5);
      for (const row of rows) expect(row.probability).toMatch(/^[<>]? ?[\d.]+ %$/);
      await translate(page);
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it.each(['tokens', 'attention', 'ln1', 'mlp', 'sampling'])(
    'prose of the stage %s gives way when it changes',
    async (open) => {
      const { page, problems } = await site.open(`?threads=1#prompt=one+two&open=${open}`);
      await screen(page).ready();
      expect(await translate(page)).toBeGreaterThan(1);
      const before = await translated(page);
      expect(before.length).toBeGreaterThan(1);
      // Every word of the page is another one in another language.
      await page.getByRole('button', { name: 'Preferences' }).click();
      await page.getByRole('combobox', { name: 'Language' }).selectOption('한국어');
      await page.keyboard.press('Escape');
      await screen(page).ready('준비됨');
      await expect.poll(() => translated(page)).toEqual([]);
      // And the stage closes whole, with what was translated in it.
      await translate(page);
      await page.keyboard.press('Escape');
      await page
        .getByRole('grid', { name: /^(Attention|어텐션)/ })
        .first()
        .waitFor();
      // What is left of the translation is the hint, which has not changed.
      const hint = page.getByRole('complementary').locator('font > font');
      await expect
        .poll(async () => (await page.locator('#app font > font').count()) - (await hint.count()))
        .toBe(0);
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );
});
