/** Lessons on the page: what a reader meets, answers, goes back to, and gets back when they leave. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { contents } from '../../web/src/learn/contents';
import { useSite } from './browser';
import { textFaults } from './boxes';
import { screen } from './screen';

const site = useSite();
const sentence = 'The sun rises in the east and sets in the';

/** The lesson by the names that a screen reader hears. */
const lesson = (page: Page, name = 'Lesson') => {
  const dock = page.getByRole('complementary', { name, exact: true });
  return {
    dock,
    title: dock.getByRole('heading', { level: 3 }),
    button: (label: string | RegExp) =>
      dock.getByRole('button', { name: label, exact: typeof label === 'string' }),
    outcome: dock.locator('[data-verdict]'),
  };
};

const ready = (page: Page) =>
  page.waitForFunction(
    () => window.vitrine?.state()['status'] === 'ready' && !document.querySelector('fieldset:disabled'),
  );

/** Whether two boxes share a pixel. */
async function meet(page: Page, one: string, other: string): Promise<boolean> {
  return page.evaluate(
    ([a, b]) => {
      const [first, second] = [a!, b!].map((name) => document.querySelector(name)?.getBoundingClientRect());
      return (
        !!first &&
        !!second &&
        second.width > 0 &&
        first.left < second.right - 1 &&
        second.left < first.right - 1 &&
        first.top < second.bottom - 1 &&
        second.top < first.bottom - 1
      );
    },
    [one, other],
  );
}

describe('a lesson', () => {
  it('asks before it shows, judges by the run, goes on, and gives everything back', async () => {
    const own = 'She put her hand on his';
    const { page, problems } = await site.visit(`#prompt=${encodeURIComponent(own)}&t=0.5&at=L2H3`);
    const view = screen(page);
    await view.ready();
    const before = await view.state();
    await view.button('Learn').click();
    const { title, button, outcome, dock } = lesson(page);
    await title.filter({ hasText: 'Your guess first' }).waitFor();
    await ready(page);
    expect((await view.state()).prompt).toBe(sentence);
    // What it asks for is covered until it is answered.
    expect(await view.next.isVisible()).toBe(false);
    await dock.getByRole('textbox', { name: 'Your word' }).fill('west');
    await button('That is my guess').click();
    await outcome.waitFor();
    expect(await outcome.textContent()).toMatch(/“\w+” is number \d+ on its list, with [\d.]+ %\./);
    expect(await view.next.isVisible()).toBe(true);
    await button('Next').click();
    await title.filter({ hasText: 'A share for every token' }).waitFor();
    await page.waitForFunction(() => location.hash.includes('lesson=next.2'));
    await page.goBack();
    await title.filter({ hasText: 'Your guess first' }).waitFor();
    await button('Close the lesson').click();
    await ready(page);
    const after = await view.state();
    for (const part of ['prompt', 'layer', 'head', 'sampling', 'seed', 'open'] as const)
      expect(after[part], part).toEqual(before[part]);
    expect(problems).toEqual([]);
  });

  it('is walked by keys alone, on the reader’s own sentence, and comes back to where it was left', async () => {
    const { page } = await site.visit('#lesson=next.3');
    const { title, dock, button } = lesson(page);
    await title.filter({ hasText: 'The map' }).waitFor();
    await ready(page);
    await page.keyboard.press('3');
    await expect.poll(() => dock.locator('[data-verdict]').getAttribute('data-verdict')).toBe('same');
    await page.keyboard.press('n');
    await title.filter({ hasText: 'One token, then again' }).waitFor();
    await page.keyboard.press('b');
    await title.filter({ hasText: 'The map' }).waitFor();
    await ready(page);
    // Elsewhere, and back by one key.
    await screen(page).slider('Layer').press('ArrowRight');
    await button(/You have moved on/).waitFor();
    await page.keyboard.press('r');
    await button(/You have moved on/).waitFor({ state: 'detached' });
    await page.keyboard.press('l');
    await dock.waitFor({ state: 'detached' });
    await page.keyboard.press('l');
    await title.filter({ hasText: 'The map' }).waitFor();
  });

  it('holds answers back where a link says so', async () => {
    const { page } = await site.visit('#lesson=next.3&answers=off');
    const { dock, button } = lesson(page);
    await ready(page);
    await button(/Attention$/).click();
    await dock.getByText('The answer is held back.').waitFor();
    expect(await dock.locator('[data-verdict]').count()).toBe(0);
    expect(await page.evaluate(() => location.hash)).toContain('answers=off');
  });
});

describe.each([
  ['en', 1440, 900],
  ['ko', 390, 844],
] as const)('every step in %s at %i px', (lang, width, height) => {
  it.each(contents.map(({ id }) => id))(
    '%s: no error, nothing over the list, no text cut',
    { timeout: 400_000 },
    async (id) => {
      const entry = contents.find((one) => one.id === id)!;
      const chapter = await entry.chapter();
      const words = await entry.text[lang]();
      const { page, problems } = await site.visit(`#lesson=${id}.1&lang=${lang}`, {
        viewport: { width, height },
      });
      const { title, dock } = lesson(page, lang === 'en' ? 'Lesson' : '수업');
      for (const { id: step, ask } of chapter.steps) {
        await title.filter({ hasText: words.steps[step]!.title }).waitFor();
        await ready(page);
        if (ask) await page.keyboard.press('a');
        await ready(page);
        if (words.steps[step]!.then) await dock.locator('[data-verdict], .then').first().waitFor();
        // On a phone the sheet lies over what is scrolled under it, and over nothing that is fixed.
        const over = width < 980 ? '.sheet' : '[data-answer][aria-label]';
        expect(await meet(page, 'aside[data-size]', over), `${id}.${step}`).toBe(false);
        // The picture's own tests hold the picture: here it is the dock's words.
        const ours = (fault: string) =>
          [...fault.matchAll(/\((\d+), \d+\)/g)].some(([, x]) => Number(x) < 340);
        if (width >= 980) expect((await textFaults(page)).filter(ours), `${id}.${step}`).toEqual([]);
        if (step !== chapter.steps.at(-1)!.id) await page.keyboard.press('n');
      }
      expect(problems).toEqual([]);
    },
  );
});
