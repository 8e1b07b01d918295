/** The first screen: what a newcomer gets. Its counts, its numbers, its acts and its access. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { barriers } from './barriers';
import { textFaults } from './boxes';
import { useSite } from './browser';
import { usePage } from './one-page';
import { screen } from './screen';
import { go, promptOf } from './visits';

const site = useSite();
const sentence = 'He lived in New York and worked in New';
const address = '#view=simple&at=L4H5&prompt=He%20lived%20in%20New%20York%20and%20worked%20in%20New';
const simple = { view: 'simple' };

/** What a reader meets on the screen: pieces of text with their sizes, CSS px, and stops of the Tab key. */
const counts = (page: Page) =>
  page.evaluate(() => {
    const seen = (element: Element) => {
      const box = element.getBoundingClientRect();
      return (
        box.width > 1 &&
        box.height > 1 &&
        box.right > 0 &&
        element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        !element.closest('.spoken, option')
      );
    };
    /** What a line of text stands in: words on one line are one piece, whatever their colours and weights. */
    const standsIn = (element: Element): Element => {
      const { display } = getComputedStyle(element);
      return display.startsWith('inline') && element.parentElement
        ? standsIn(element.parentElement)
        : element;
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const pieces = new Map<Element, { text: string; size: number }>();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement!;
      const text = node.textContent!.replace(/\u200b/g, '').trim();
      if (!text || element.closest('script, style, textarea') || !seen(element)) continue;
      const line = standsIn(element);
      const scale = element instanceof SVGGraphicsElement ? element.getScreenCTM()!.a : 1;
      const size = scale * parseFloat(getComputedStyle(element).fontSize);
      const before = pieces.get(line);
      pieces.set(line, {
        text: `${before?.text ?? ''} ${text}`,
        size: Math.min(size, before?.size ?? Infinity),
      });
    }
    const stops = Array.from(
      document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex]'),
    ).filter((one) => one.tabIndex >= 0 && one.checkVisibility());
    return { pieces: [...pieces.values()], stops: stops.length };
  });

describe('the first screen', () => {
  const here = usePage(site, address);

  it('has at most 45 stops and 90 pieces of text, none under 13 px', async () => {
    const { pieces, stops } = await counts(here.page);
    expect(stops).toBeLessThanOrEqual(45);
    expect(pieces.length, JSON.stringify(pieces.map(({ text }) => text))).toBeLessThanOrEqual(90);
    expect(pieces.filter(({ size }) => size < 13)).toEqual([]);
  });

  it('writes the engine’s own numbers in headline, words, cells and sentence', async () => {
    const { page, view } = here;
    const row = await page.evaluate(async () =>
      Array.from(
        (await window.vitrine!.tensor('blocks.4.attn.hook_pattern', { head: 5, rows: [8, 9] })).data,
      ),
    );
    const whole = (share: number) => `${Math.round(100 * share)} %`;
    const names = await view.tokens.allTextContents();
    expect(names[4]).toContain(whole(row[4]!));
    expect(names[1]).toContain(whole(row[1]!));
    const cell = view.attention.getByRole('gridcell', { name: /^New to York: / });
    expect(await cell.last().getAttribute('aria-label')).toBe(`New to York: ${(100 * row[4]!).toFixed(1)} %`);
    await page
      .getByText(`${(100 * row[4]!).toFixed(1)} %`)
      .first()
      .waitFor();
    const [first] = await view.rows();
    await page.getByText(new RegExp(`^After “… and worked in New” the model expects`)).waitFor();
    expect(await page.locator('p', { hasText: 'the model expects' }).textContent()).toContain(
      `York ${first!.probability}`,
    );
  });

  it('keeps the point of the draw under the sliders and reads the word there, running nothing', async () => {
    const { page, view } = here;
    await go(page, { prompt: 'She put her hand on his', more: { ...simple, at: 'L6H6' } });
    const pin = page.getByRole('img', { name: /^The pin stands at/ });
    const before = (await pin.getAttribute('aria-label'))!;
    const { run } = await view.state();
    const [likeliest] = await view.rows();
    await view.slider('Temperature').press('Home');
    await expect.poll(() => pin.getAttribute('aria-label')).toContain(`“${likeliest!.token}”`);
    const after = (await pin.getAttribute('aria-label'))!;
    expect(/at (0\.\d+)/.exec(after)![1]).toBe(/at (0\.\d+)/.exec(before)![1]);
    expect((await view.state()).run).toBe(run);
    expect((await view.state()).seed).toBe(42);
    await page.getByText(/^cooler: shoulder 100 % \(was 16\.5 %\)/).waitFor();
  });

  it('lights a word under the pointer and tells its shares', async () => {
    const { page, view } = here;
    await go(page, { prompt: sentence, more: { ...simple, at: 'L4H5' } });
    await view.tokens.nth(6).hover();
    await page.getByText('“worked” looks at', { exact: true }).waitFor();
    expect(await view.tokens.nth(4).textContent()).toContain('51 %');
    await page.mouse.move(700, 5);
    await page.getByText('“New” looks at', { exact: true }).waitFor();
  });

  it('opens blocks and heads by two sliders, and walks the words by arrows', async () => {
    const { page, view } = here;
    await view.slider('Layer').press('ArrowRight');
    await view.slider('Head').press('ArrowLeft');
    expect(await view.state()).toMatchObject({ layer: 5, head: 4 });
    await view.tokens.nth(0).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('“lived” looks at', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    expect((await view.state()).pinnedToken).toBe(1);
    await page.keyboard.press('Escape');
    expect((await view.state()).pinnedToken).toBeNull();
  });

  it('opens a block where it is pressed', async () => {
    const { page, view } = here;
    await page.getByTitle('Block 2: click to open it').click({ position: { x: 10, y: 40 } });
    await expect.poll(async () => (await view.state()).layer).toBe(2);
  });

  it('writes the next word by one press, and eight until Space stops them', async () => {
    const { page, view } = here;
    await go(page, { prompt: sentence, more: { ...simple, at: 'L4H5' } });
    await view.button('Next word').click();
    await expect.poll(async () => (await view.state()).appended.length).toBe(1);
    await view.ready();
    expect(await view.prompt.inputValue()).toBe(`${sentence} York`);
    await view.button('Keep writing').click();
    await view.button('Stop').waitFor();
    await page.keyboard.press(' ');
    await view.button('Next word').waitFor();
    const written = (await view.state()).appended.length;
    expect(written).toBeGreaterThanOrEqual(1);
    expect(written).toBeLessThan(9);
  });

  it('turns to everything and back, and the link says which', async () => {
    const { page } = here;
    await page.getByRole('radio', { name: 'Full' }).check({ force: true });
    await page.getByText('softmax over 50,257').waitFor();
    await expect.poll(() => page.url()).toContain('view=full');
    await page.getByRole('radio', { name: 'Simple' }).check({ force: true });
    await page.getByText(/the model expects/).waitFor();
  });

  it('is large on a projector: F presents, arrows move the light, Escape leaves', async () => {
    const { page, view } = here;
    await go(page, { prompt: sentence, more: { ...simple, at: 'L4H5' } });
    await page.setViewportSize({ width: 1920, height: 1080 });
    await page.locator('main').focus();
    await page.keyboard.press('f');
    await page.getByText('block 4, head 5 of').waitFor();
    const { pieces } = await counts(page);
    expect(pieces.filter(({ size }) => size < 22)).toEqual([]);
    await page.keyboard.press('ArrowUp');
    expect((await view.state()).pinnedToken).toBe(7);
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByText(/the model expects/).waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('keeps nobody out, in light and dark', async () => {
    const { page } = here;
    await go(page, { prompt: sentence, more: { ...simple, at: 'L4H5' } });
    expect(await barriers(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await barriers(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
  });
});

describe('the first screen at other sizes', () => {
  const here = usePage(site, address);

  it.each([
    [1440, 900],
    [1280, 720],
    [960, 540],
    [390, 844],
  ])(
    '%i x %i: no text over another, none cut off, with 1 to 200 words',
    async (width, height) => {
      const { page } = here;
      await page.setViewportSize({ width, height });
      for (const lang of ['en', 'ko'] as const)
        for (const tokens of [1, 9, 15, 40, 200]) {
          const prompt = tokens === 9 ? sentence : promptOf(tokens);
          await go(page, { prompt, lang, more: { ...simple, at: 'L4H5' } });
          expect(await textFaults(page), `${tokens} words, ${lang}`).toEqual([]);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(over, `${tokens} words, ${lang}`).toBeLessThanOrEqual(0);
        }
    },
    240_000,
  );
});

describe('while words come', () => {
  it('next to nothing is pushed about', async () => {
    const { page } = await site.visit(address, { reducedMotion: 'no-preference' });
    const view = screen(page);
    await view.ready();
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: false });
    });
    await view.button('Keep writing').click();
    await expect.poll(async () => (await view.state()).appended.length, { timeout: 30_000 }).toBe(8);
    await view.button('Next word').waitFor();
    const moved = await page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
    );
    // The prompt's own second line is most of it.
    expect(moved).toBeLessThanOrEqual(0.05);
  });
});
