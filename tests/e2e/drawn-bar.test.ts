/** The bar under the sliders: what the cuts leave, side by side, and the drawn number on it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { percent } from '../../web/src/format/format';
import { useSite } from './browser';
import { usePage } from './one-page';
import { ranked } from './ranked';
import { visible } from './screen';
import { go } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello', { viewport: { width: 1440, height: 1080 } });
let page: Page;
let view: typeof here.view;
beforeEach(() => {
  ({ page, view } = here);
});

const prompt = 'The old man looked at the sea';
const bar = () => page.getByRole('img', { name: 'What is kept, side by side', exact: true });

/** Where things lie on the bar, 0..1. */
async function laid() {
  return bar().evaluate((element) => {
    const { left, width } = element.getBoundingClientRect();
    const at = (x: number) => (x - left) / width;
    const boxes = (tag: string) =>
      Array.from(element.children)
        .filter((child) => child.tagName === tag)
        .map((child) => ({ says: child.getAttribute('title'), box: child.getBoundingClientRect() }));
    return {
      rest: boxes('I').find(({ says }) => says!.includes('more are kept'))?.says,
      pieces: boxes('I')
        .filter(({ says }) => !says!.includes('more are kept'))
        .map(({ says, box }) => ({ says, begin: at(box.left), end: at(box.right) })),
      point: boxes('B').map(({ box }) => at(box.left))[0],
    };
  });
}

/** Shares of the likeliest tokens after the last one, among themselves. */
async function leading(count: number) {
  const shares = (await ranked(page, 1)).shares.slice(0, count);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

const sentence = () => page.getByText(/^Drawn: 0\.\d{3} falls in/);

describe('the bar of what is kept', () => {
  it('divides among the kept tokens as their shares say, and holds the drawn number', async () => {
    await go(page, { prompt, more: { k: '3', p: '1', t: '1' } });
    const shares = await leading(3);
    const rows = await view.rows();
    const { pieces, point } = await laid();
    expect(pieces.map(({ says }) => says)).toEqual(
      shares.map((share, i) => `“${visible(rows[i]!.token)}” ${percent(share)}`),
    );
    let end = 0;
    for (const [i, share] of shares.entries()) {
      expect(pieces[i]!.begin).toBeCloseTo(end, 2);
      expect(pieces[i]!.end).toBeCloseTo((end += share), 2);
    }
    const [, u] = /Drawn: (\S+)/.exec((await sentence().textContent())!)!;
    expect(point).toBeCloseTo(Number(u), 2);
  });

  it('is one piece where the likeliest is taken', async () => {
    await go(page, { prompt, more: { k: '0', p: '1', t: '1' } });
    expect((await laid()).pieces.length).toBeGreaterThan(3);
    await view.button('Greedy').click();
    await view.ready();
    const { pieces } = await laid();
    expect(pieces).toHaveLength(1);
    expect(pieces[0]!.begin).toBeCloseTo(0, 2);
    expect(pieces[0]!.end).toBeCloseTo(1, 2);
  });

  it('shows the piece of a draw beyond those that are listed', async () => {
    // So hot that nearly all of 50,257 tokens are as likely as each other.
    await go(page, { prompt, more: { k: '0', p: '1', t: '5' } });
    const { pieces, point } = await laid();
    const { begin, end } = pieces.at(-1)!;
    expect(point).toBeGreaterThanOrEqual(begin - 0.01);
    expect(point).toBeLessThanOrEqual(end + 0.01);
    const token = /falls in “(.*)”/.exec((await sentence().textContent())!)![1];
    expect(pieces.at(-1)!.says).toContain(`“${token}”`);
  });
});

describe('where there is room', () => {
  const fits = () =>
    page
      .getByRole('region', { name: 'Sampling', exact: true })
      .evaluate((panel) => panel.scrollHeight <= panel.clientHeight);
  const openSheet = async () => {
    const sheet = page.getByRole('button', { name: /^Sampling T/ });
    if ((await sheet.getAttribute('aria-expanded')) === 'false') await sheet.click();
    await bar().waitFor();
  };
  const settings = { k: '40', p: '0.9', t: '1' };

  it.each([
    [1440, 900, 0],
    [1440, 960, 0],
    [1440, 1030, 1],
    [1440, 1080, 1],
    [2560, 1440, 1],
  ])('%d x %d: %d bars, and nothing is cut off', async (width, height, count) => {
    await page.setViewportSize({ width, height });
    await go(page, { prompt, more: settings });
    await expect.poll(() => bar().count()).toBe(count);
    expect(await fits()).toBe(true);
    const before = await sentence().textContent();
    await view.slider('Temperature').press('ArrowRight');
    // The point stays where it is, and is read anew among the pieces as they are now.
    await expect.poll(() => sentence().textContent()).not.toBe(before);
    const point = (text: string | null) => /Drawn: (\S+)/.exec(text!)![1];
    expect(point(await sentence().textContent())).toBe(point(before));
    expect(await fits()).toBe(true);
  });

  it('has room for a sentence of two lines', async () => {
    await page.setViewportSize({ width: 1000, height: 1080 });
    await go(page, { prompt, more: { k: '0', p: '1', t: '3' } });
    for (let i = 0; i < 6; i += 1) {
      await view.button('Draw again').click();
      await view.ready();
      expect(await fits()).toBe(true);
    }
  });

  it('on a phone it is in the sheet', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await go(page, { prompt, more: { k: '200', p: '1', t: '1' } });
    expect(await bar().count()).toBe(0);
    await openSheet();
    expect((await laid()).pieces.length).toBeGreaterThan(3);
    // Not all of them are listed there: how many more there are, and their share, is said.
    const kept = Number(/p keeps (\d+)/.exec((await page.getByText(/p keeps/).textContent())!)![1]);
    const { pieces, rest } = await laid();
    expect(kept).toBe(200);
    const [, count, share] = /^(\d+) more are kept: ([\d.]+) %$/.exec(rest!)!;
    expect(Number(count)).toBe(kept - pieces.length);
    expect(Number(share) / 100).toBeCloseTo(1 - pieces.at(-1)!.end, 1);
  });

  it('on a phone number and pieces are of one answer, also while text is being written', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await go(page, { prompt, more: settings });
    await openSheet();
    await bar().evaluate((element) => {
      const wrong: string[] = [];
      const look = () => {
        const boxes = Array.from(element.children, (child) => ({
          tag: child.tagName,
          hit: child.classList.contains('hit'),
          ...{ left: child.getBoundingClientRect().left, right: child.getBoundingClientRect().right },
        }));
        const point = boxes.find(({ tag }) => tag === 'B');
        const hits = boxes.filter(({ hit }) => hit);
        const inside = hits.some(
          ({ left, right }) => point!.left >= left - 1.5 && point!.left <= right + 1.5,
        );
        if (point && hits.length > 0 && (hits.length > 1 || !inside)) wrong.push(JSON.stringify(boxes));
      };
      new MutationObserver(look).observe(element, { subtree: true, childList: true, attributes: true });
      Object.assign(window, { wrong });
    });
    await view.prompt.press('Control+End');
    await page.keyboard.type(' and the old boat, and he said', { delay: 30 });
    await view.ready();
    expect(await page.evaluate(() => (window as never as { wrong: string[] }).wrong)).toEqual([]);
  });
});
