/** The picture itself: it stands still while it comes, keeps its words in their places, and tells what it hides. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite, waits, type Site } from './browser';
import { screen } from './screen';
import { go, promptOf } from './visits';

let site: Site;

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** Listens from the very beginning for what is pushed about without anyone having touched the page. */
async function listenForShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const heard = { sum: 0 };
    Object.assign(window, { shifted: heard });
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[])
        if (!entry.hadRecentInput) heard.sum += entry.value;
    });
    observer.observe({ type: 'layout-shift', buffered: true });
  });
  return () =>
    page.evaluate(
      () =>
        // Two frames on, what the last answer changed has been laid out and told.
        new Promise<number>((resolve) =>
          requestAnimationFrame(() =>
            requestAnimationFrame(() =>
              setTimeout(() => resolve((window as unknown as { shifted: { sum: number } }).shifted.sum)),
            ),
          ),
        ),
    );
}

describe('while it loads', () => {
  it.each([
    [390, 844],
    [768, 1024],
    [1024, 768],
    [1440, 900],
  ])('nothing is pushed about at %i x %i', async (width, height) => {
    const context = await site.browser.newContext({
      viewport: { width, height },
      hasTouch: width < 1000,
      locale: 'en-US',
    });
    context.setDefaultTimeout(waits);
    const page = await context.newPage();
    const shifted = await listenForShifts(page);
    await page.goto(site.url);
    await screen(page).ready();
    await page.getByRole('complementary', { name: 'What there is to do' }).waitFor();
    expect(await shifted()).toBeLessThan(0.02);
    await context.close();
  });
});

describe('while the face of its words is on its way', () => {
  it('nothing is pushed about by its coming after the program', async () => {
    const context = await site.browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-US',
      serviceWorkers: 'block',
    });
    context.setDefaultTimeout(waits);
    const page = await context.newPage();
    const shifted = await listenForShifts(page);
    // However slow the machine, the page's patience with the face does not end here.
    await page.addInitScript(() => {
      const later = window.setTimeout.bind(window);
      window.setTimeout = ((work: () => void, delay = 0, ...rest: unknown[]) =>
        later(work, delay === 1000 ? 60_000 : delay, ...rest)) as typeof window.setTimeout;
    });
    // The second sheet is the program's own wish: it runs, and has had two frames to show its words before the face comes.
    let sheets = 0;
    const runs = page.waitForRequest((request) => request.url().endsWith('.css') && (sheets += 1) === 2);
    await page.route(/inter-latin-wght-normal[^/]*\.woff2/, async (route) => {
      await runs;
      await page.evaluate(
        () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))),
      );
      await route.continue();
    });
    await page.goto(site.url);
    await screen(page).ready();
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    expect(await page.evaluate(() => document.fonts.check('1em "Inter Variable"'))).toBe(true);
    expect(await shifted()).toBeLessThan(0.02);
    await context.close();
  });
});

describe('its words', () => {
  /** What is written of an element but lies outside its box, CSS px, of each that has some. */
  const cutOf = (elements: Element[]) =>
    elements.flatMap((one) =>
      one.scrollWidth > one.clientWidth && one.clientWidth > 0 && getComputedStyle(one).overflowX === 'hidden'
        ? [`${one.textContent!.trim()}: ${one.scrollWidth - one.clientWidth}`]
        : [],
    );

  it.each([
    ['en', 'Computing'],
    ['ko', '계산 중'],
  ] as const)('stand whole in legend, status and table, however long the text, in %s', async (lang, busy) => {
    const { page } = await site.open('#prompt=Hello', { viewport: { width: 1440, height: 900 } });
    for (const tokens of [11, 190]) {
      await go(page, { prompt: promptOf(tokens), lang });
      const legend = page.getByRole('note', { name: /^(What the colours mean|색의 뜻)$/ });
      expect(await legend.locator('span').evaluateAll(cutOf), `legend, ${tokens} tokens`).toEqual([]);
      const status = screen(page).status;
      // The longest of its words is there for a moment only: its room is measured without waiting for one.
      await status.evaluate((one, word) => (one.firstChild!.nodeValue = word), busy);
      expect(await status.locator('xpath=../..//span').evaluateAll(cutOf), `status, ${tokens}`).toEqual([]);
    }
    await go(page, { prompt: 'The old man looked at the sea and the old man', lang });
    const words = page.getByRole('table', { name: /^(Next token|다음 토큰)$/ }).getByRole('rowheader');
    expect((await words.allTextContents()).map((word) => word.length)).toContain('·standing'.length);
    expect(await words.evaluateAll(cutOf)).toEqual([]);
    await page.context().close();
  });

  it('name the head beside its slider, and follow it', async () => {
    const { page } = await site.open('#prompt=The%20old%20man', { viewport: { width: 1440, height: 900 } });
    const view = screen(page);
    await view.ready();
    const slider = (await view.slider('Head').boundingBox())!;
    const name = (await page.getByText('Head 4', { exact: true }).boundingBox())!;
    expect(name.x + name.width).toBeLessThanOrEqual(slider.x);
    expect(slider.x - name.x - name.width).toBeLessThan(24);
    expect(Math.abs(name.y + name.height / 2 - slider.y - slider.height / 2)).toBeLessThan(3);
    await view.slider('Head').press('ArrowRight');
    await page.getByText('Head 5', { exact: true }).waitFor();
    await page.context().close();
  });

  it('say what is a key and what a query, where there is room', async () => {
    const { page } = await site.open('#prompt=The%20old%20man', { viewport: { width: 1440, height: 900 } });
    const view = screen(page);
    await view.ready();
    const [keys, queries] = [
      page.getByText('keys', { exact: true }),
      page.getByText('queries', { exact: true }),
    ];
    const cell = (await view.attention.getByRole('gridcell', { name: /^The to The/ }).boundingBox())!;
    for (const name of [keys, queries]) {
      const box = (await name.boundingBox())!;
      expect(box.x + box.width).toBeLessThanOrEqual(cell.x);
      expect(box.y + box.height).toBeLessThanOrEqual(cell.y);
    }
    await page.setViewportSize({ width: 981, height: 900 });
    await expect.poll(() => queries.count()).toBe(0);
    await keys.waitFor();
    await page.setViewportSize({ width: 2560, height: 900 });
    await page.getByText('queries ↓', { exact: true }).waitFor();
    await page.context().close();
  });

  it('open their stage wherever a title is clicked, its line below included', async () => {
    const { page } = await site.open('#prompt=The%20old%20man', { viewport: { width: 1440, height: 900 } });
    const view = screen(page);
    await view.ready();
    await page.getByText('joined by Wₒ', { exact: true }).click({ position: { x: 4, y: 8 }, force: true });
    await expect.poll(async () => (await view.state()).open).toBe('attn_out');
    await page.context().close();
  });

  it('say what is tapped beside the matrix on a phone, where its sum is far below', async () => {
    const { page } = await site.open('#prompt=The%20old%20man', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const view = screen(page);
    await view.ready();
    const attention = page.getByRole('region', { name: 'Attention', exact: true });
    await attention.getByText('L3H4: where each token looks', { exact: true }).waitFor();
    const cell = view.attention.getByRole('gridcell', { name: /^man to old/ });
    await cell.scrollIntoViewIfNeeded();
    const name = (await cell.getAttribute('aria-label'))!;
    expect(name).toMatch(/^man to old: \d+\.\d %$/);
    const { x, y, width, height } = (await cell.boundingBox())!;
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await attention.getByText(name, { exact: true }).waitFor();
    expect(await cell.boundingBox(), 'nothing has moved').toEqual({ x, y, width, height });
    await page.context().close();
  });

  it('stand beside the middle of their strips on a phone', async () => {
    const { page } = await site.open('#prompt=The%20old%20man', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const view = screen(page);
    await view.ready();
    const cell = view.attention.getByRole('gridcell', { name: /^The to The/ });
    await cell.scrollIntoViewIfNeeded();
    const box = (await cell.boundingBox())!;
    const word = (await page
      .getByRole('region', { name: 'Attention', exact: true })
      .locator('ul')
      .getByText('The', { exact: true })
      .evaluate((row) => {
        const range = document.createRange();
        range.selectNodeContents(row);
        const { top, height } = range.getBoundingClientRect();
        return top + height / 2;
      }))!;
    expect(Math.abs(word - (box.y + box.height / 2))).toBeLessThan(2);
    await page.context().close();
  });
});

describe('what the mask hides', () => {
  const sees = (page: Page) => page.getByText('“old” cannot see “looked”, which comes later');
  const cellOf = (page: Page) =>
    screen(page).attention.getByRole('gridcell', { name: 'old to looked: masked' });

  it('is told under the pointer and the focus, and goes with them', async () => {
    const { page, problems } = await site.open('#prompt=The%20old%20man%20looked%20at');
    await screen(page).ready();
    const { x, y, width, height } = (await cellOf(page).first().boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await sees(page).waitFor();
    await page.mouse.move(2, 2);
    await sees(page).waitFor({ state: 'detached' });
    await cellOf(page).first().focus();
    await sees(page).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await sees(page).waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
      /^old to old: [\d.]+ %$/,
    );
    await page.getByRole('button', { name: 'scores', exact: true }).click();
    await screen(page).ready();
    const score = screen(page).attention.getByRole('gridcell', { name: /^old to looked: [+-][\d.]+$/ });
    await score.first().focus();
    await page.getByText(/old to looked: [+-][\d.]+\. The key comes later, so the mask/).waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('is told at a tap, until the next', async () => {
    const { page } = await site.open('#prompt=The%20old%20man%20looked%20at', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    await screen(page).ready();
    await cellOf(page).first().scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await cellOf(page).first().boundingBox())!;
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await sees(page).waitFor();
    const mlp = page.getByRole('heading', { name: 'MLP', exact: true });
    await mlp.scrollIntoViewIfNeeded();
    const title = (await mlp.boundingBox())!;
    await page.touchscreen.tap(380, title.y);
    await sees(page).waitFor({ state: 'detached' });
    await page.context().close();
  });
});

describe('at the narrowest that it is drawn from left to right', () => {
  it.each(['en', 'ko'])('the matrix keeps its switches inside its card, in %s', async (lang) => {
    const { page } = await site.open(`#prompt=Once%20upon%20a%20time&lang=${lang}`, {
      viewport: { width: 981, height: 768 },
    });
    await screen(page).ready(lang === 'en' ? 'Ready' : '준비됨');
    const card = await page.evaluate(() => {
      const cards = Array.from(document.querySelectorAll('svg rect.front'), (one) =>
        one.getBoundingClientRect(),
      );
      return { left: cards[0]!.left, right: cards[0]!.right };
    });
    const group = page.getByRole('group', { name: /^(What the matrix shows|행렬에 보일 값)$/ });
    const buttons = await group.getByRole('button').all();
    expect(buttons).toHaveLength(4);
    for (const button of buttons) {
      const box = (await button.boundingBox())!;
      expect(box.x, (await button.textContent())!).toBeGreaterThanOrEqual(card.left);
      expect(box.x + box.width, (await button.textContent())!).toBeLessThanOrEqual(card.right);
    }
    const order = (await page
      .getByRole('combobox', { name: /^(Sort heads by|헤드 정렬 기준)/ })
      .boundingBox())!;
    expect(order.width, 'room for the words of the order').toBeGreaterThan(80);
    await page.context().close();
  });
});

describe('a token that is generated', () => {
  interface Seen {
    name: string;
    duration: number;
    box: { left: number; top: number; right: number; bottom: number };
    text: string;
  }

  /** Everything that moves from now on, where it is when it begins: told by events, as a late frame may come after it. */
  const watchMotion = (page: Page) =>
    page.evaluate(() => {
      const seen: Seen[] = [];
      Object.assign(window, { motion: seen });
      const note = (target: Element, name: string, duration: number) => {
        const { left, top, right, bottom } = (target.closest('li') ?? target).getBoundingClientRect();
        seen.push({ name, duration, box: { left, top, right, bottom }, text: target.textContent ?? '' });
      };
      document.addEventListener(
        'animationstart',
        ({ target, animationName }) => {
          const { animationName: names, animationDuration: seconds } = getComputedStyle(target as Element);
          const one = names.split(', ').indexOf(animationName);
          const duration = 1000 * parseFloat(seconds.split(', ')[one]!);
          note(target as Element, animationName.replace(/^svelte-\w+-/, ''), duration);
        },
        true,
      );
      const animate = Element.prototype.animate;
      Element.prototype.animate = function (...all) {
        const one = animate.apply(this, all);
        note(this, 'flight', Number(one.effect!.getTiming().duration));
        return one;
      };
    });
  const motion = (page: Page) => page.evaluate(() => (window as unknown as { motion: Seen[] }).motion);

  it.each([
    [1440, 900],
    [390, 844],
  ])(
    'flies to the prompt, and its row alone is computed before one’s eyes, at %i x %i',
    async (width, height) => {
      const { page, problems } = await site.open('#prompt=The%20old%20man', { viewport: { width, height } });
      const view = screen(page);
      await view.ready();
      await watchMotion(page);
      await view.button('Step').click();
      await view.tokens.nth(3).waitFor();
      await view.ready();
      await expect
        .poll(async () => (await motion(page)).map(({ name }) => name))
        .toEqual(expect.arrayContaining(['flight', 'land', 'compute']));
      const seen = await motion(page);
      const row = (await view.tokens.nth(3).boundingBox())!;
      const word = (await view.tokens.nth(3).textContent())!.replace(/\d+$/, '').trim();
      const flight = seen.filter(({ name }) => name === 'flight');
      expect(flight).toHaveLength(1);
      expect(word).toContain(flight[0]!.text);
      const landed = seen.filter(({ name }) => name === 'land');
      expect(landed.map(({ box }) => Math.round(box.top))).toEqual([Math.round(row.y)]);
      const computed = seen.filter(({ name }) => name === 'compute');
      expect(computed.length).toBeGreaterThan(0);
      // Upright, each stage has its rows; the first stage's are those of the list.
      const beside = computed.find(({ box }) => Math.abs(box.top - row.y) < 2);
      expect(beside, 'the new token’s own row').toBeDefined();
      const rows = await view.tokens.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
      for (const { box } of computed)
        expect(rows.slice(0, 3).map(Math.round), 'no other row').not.toContain(Math.round(box.top));
      for (const { duration } of [...flight, ...computed]) {
        expect(duration).toBeGreaterThanOrEqual(150);
        expect(duration).toBeLessThanOrEqual(300);
      }
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );
});

describe('the box of the prompt', () => {
  it.each([
    [1440, 900],
    [390, 844],
  ])(
    'is as high for two lines as for one, and shows what comes at its end, at %i x %i',
    async (width, height) => {
      const { page, problems } = await site.open('#prompt=The', {
        viewport: { width, height },
        hasTouch: width < 1000,
      });
      const view = screen(page);
      await view.ready();
      const box = view.prompt.locator('xpath=..');
      const below = () => page.getByRole('main').evaluate((main) => main.getBoundingClientRect().top);
      const overflow = () => box.evaluate((one) => one.scrollHeight - one.clientHeight);
      const one = await below();
      await view.write('The old man looked at the sea and the old man was glad of it');
      expect(await below()).toBe(one);
      expect(await overflow(), 'two lines, and no third').toBe(0);
      await view.write(promptOf(40));
      expect(await below()).toBe(one);
      expect(await overflow(), 'a third line').toBeGreaterThan(0);
      expect(await box.evaluate((form) => form.scrollTop), 'its beginning').toBe(0);
      await view.button('Step').click();
      await view.ready();
      await expect.poll(async () => (await view.state()).appended.length).toBe(1);
      expect(
        await box.evaluate((form) => form.scrollHeight - form.clientHeight - form.scrollTop),
      ).toBeLessThan(1);
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );
});

describe('pinning heads', () => {
  it('moves nothing, while the first visit’s hint is on screen too', async () => {
    const { page } = await site.open('#prompt=The%20old%20man', { reducedMotion: 'reduce' });
    const view = screen(page);
    await view.ready();
    await page.getByRole('complementary', { name: 'What there is to do' }).waitFor();
    const before = await view.attention.boundingBox();
    for (const key of ['p', '.', 'p', '.', 'p']) await page.locator('main').press(key);
    await page
      .getByRole('grid', { name: /^Compared/ })
      .nth(2)
      .waitFor();
    await view.ready();
    expect(await view.attention.boundingBox()).toEqual(before);
    await page.context().close();
  });
});

describe('all heads from within a stage', () => {
  it('are one key away, grow where they are too small, and Escape leaves the stage open', async () => {
    const { page, problems } = await site.open('#prompt=The%20old%20man&open=mlp', {
      reducedMotion: 'reduce',
    });
    const view = screen(page);
    await view.ready();
    const heads = page.getByRole('group', { name: 'All heads' });
    const small = (await heads.boundingBox())!;
    const rail = await view.tokens.last().boundingBox();
    await page.getByRole('button', { name: 'Enlarge the grid of heads' }).click();
    await expect.poll(async () => (await heads.boundingBox())!.width).toBeGreaterThan(small.width * 1.5);
    expect(await view.tokens.last().boundingBox(), 'the rail stays as it is').toEqual(rail);
    await page.getByRole('combobox', { name: 'Sort heads by' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await heads.boundingBox())!.width).toBe(small.width);
    expect((await view.state()).open).toBe('mlp');
    await page.locator('main').press('g');
    await page.keyboard.press('ArrowRight');
    await view.ready();
    expect((await view.state()).head).toBe(5);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
