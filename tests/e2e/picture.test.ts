/** The picture itself: it stands still while it comes, keeps its words in their places, and tells what it hides. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite, waits, type Site } from './browser';
import { screen } from './screen';

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
    await page.goto(site.at());
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
    await page.goto(site.at());
    await screen(page).ready();
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    expect(await page.evaluate(() => document.fonts.check('1em "Inter Variable"'))).toBe(true);
    expect(await shifted()).toBeLessThan(0.02);
    await context.close();
  });
});

describe('what the mask hides', () => {
  const sees = (page: Page) => page.getByText('“old” cannot see “looked”, which comes later');
  const cellOf = (page: Page) =>
    screen(page).attention.getByRole('gridcell', { name: 'old to looked: masked' });

  it('is told under the pointer and the focus, and goes with them', async () => {
    const { page, problems } = await site.visit('#prompt=The%20old%20man%20looked%20at');
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
  });

  it('is told at a tap, until the next', async () => {
    const { page } = await site.visit('#prompt=The%20old%20man%20looked%20at', {
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
  });
});

describe('at the narrowest that it is drawn from left to right', () => {
  it.each(['en', 'ko'])('the matrix keeps its switches inside its card, in %s', async (lang) => {
    const { page } = await site.visit(`#prompt=Once%20upon%20a%20time&lang=${lang}`, {
      viewport: { width: 981, height: 768 },
    });
    await screen(page).ready(lang === 'en' ? 'Ready' : '준비됨');
    const card = await page.evaluate(() => {
      const cards = Array.from(document.querySelectorAll('svg path.card'), (one) =>
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
      const { page, problems } = await site.visit('#prompt=The%20old%20man', { viewport: { width, height } });
      const view = screen(page);
      await view.ready();
      await watchMotion(page);
      await view.button('Next word').click();
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
    },
  );
});

describe('pinning heads', () => {
  it('moves nothing, while the first visit’s hint is on screen too', async () => {
    const { page } = await site.visit('#prompt=The%20old%20man', { reducedMotion: 'reduce' });
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
  });
});

describe('all heads from within a stage', () => {
  it('are one key away, grow where they are too small, and Escape leaves the stage open', async () => {
    const { page, problems } = await site.visit('#prompt=The%20old%20man&at=L3H4&open=mlp', {
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
    expect(await view.state()).toMatchObject({ layer: 3, head: 4 });
    await page.keyboard.press('ArrowRight');
    await view.ready();
    // The arrows are the grid's, not those of the way through the stages.
    expect(await view.state()).toMatchObject({ layer: 3, head: 5, open: 'mlp' });
    expect(problems).toEqual([]);
  });
});
