/** Heads side by side, blocks opened in their place, levels to go down and up, and what is said when something is missing. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { axes } from '../../web/src/i18n/en/axes';
import { headOrders, measureHeads } from '../../web/src/layout/heads';
import { stages, type StageName } from '../../web/src/state/stages';
import { useSite } from './browser';
import { usePage } from './one-page';
import { screen } from './screen';
import { go } from './visits';

const site = useSite();
const at = '#prompt=The%20old%20man%20looked%20at%20the%20sea&at=L2H5';
// Levels are seen with their motion.
const here = usePage(site, at, { reducedMotion: 'no-preference' });
let page: Page;
let view: typeof here.view;

beforeEach(async () => {
  ({ page, view } = here);
  await page.mouse.move(0, 0);
  await go(page, { prompt: 'The old man looked at the sea', more: { at: 'L2H5' } });
});

describe('heads', () => {
  const heads = () => page.getByRole('group', { name: 'All heads' }).getByRole('button');
  const names = () => heads().evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!));

  /** Measures of a layer's heads, from the pattern that the console gives. */
  const measured = async (layer: number) => {
    const { shape, data } = await page.evaluate(async (l) => {
      const tensor = await window.vitrine!.tensor(`blocks.${l}.attn.hook_pattern`);
      return { shape: tensor.shape, data: Array.from(tensor.data) };
    }, layer);
    const [count = 0, rows = 0, keys = 0] = shape;
    return measureHeads(Float32Array.from(data), { heads: count, rows, keys, first: 0 });
  };

  it('are sorted by what their patterns are like, and say by how much', async () => {
    expect((await names())[1]).toBe('L0H1');
    await page.getByRole('combobox', { name: 'Sort heads by' }).selectOption('first');
    await view.ready();
    await expect.poll(async () => (await names())[0]).toMatch(/, first token: /);
    const shares = (await names()).map((name) => Number(/: ([\d.]+) %$/.exec(name)![1]));
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    const [, layer, head, share] = /^L(\d+)H(\d+), first token: ([\d.]+) %$/.exec((await names())[0]!)!;
    const best = (await measured(Number(layer)))[Number(head)]!;
    expect(best.first * 100).toBeCloseTo(Number(share), 1);
    await expect.poll(() => page.url()).toMatch(/order=first/);
  });

  it('keep their order in a link, in every order', async () => {
    for (const order of headOrders.slice(1)) {
      await page.goto(site.at(`${at}&order=${order}`));
      await view.ready();
      // Its own words, as those of the order before it may still be there.
      const own = new RegExp(`^L\\d+H\\d+, ${axes.orders[order]}: [\\d.]+ (%|bits)$`);
      await expect.poll(async () => (await names())[0]).toMatch(own);
    }
  });

  it('are pinned by P, up to four, shown side by side and lit together', async () => {
    for (const key of ['.', '.', ']', ',', '[']) {
      await page.keyboard.press('p');
      await page.keyboard.press(key);
    }
    const squares = page.getByRole('grid', { name: /^Compared: / });
    await expect.poll(() => squares.count()).toBe(4);
    expect(await page.evaluate(() => window.vitrine!.state()['pinnedHeads'])).toEqual([
      'L2H6',
      'L2H7',
      'L3H7',
      'L3H6',
    ]);
    const region = page.getByRole('region', { name: 'Compare heads' });
    await view.ready();
    await squares
      .nth(1)
      .getByRole('gridcell', { name: /^looked to old: / })
      .hover();
    const weight = await squares
      .nth(3)
      .getByRole('gridcell', { name: /^looked to old: / })
      .getAttribute('aria-label');
    await expect.poll(() => region.textContent()).toContain(`looked → old ${weight!.split(': ')[1]}`);
    await page.getByRole('button', { name: 'Unpin L3H7' }).click();
    await expect.poll(() => squares.count()).toBe(3);
    await expect.poll(() => page.url()).toMatch(/heads=L2H6\+L2H7\+L3H6/);
    await page.getByRole('button', { name: 'Attention weight' }).click();
    await page.getByRole('region', { name: 'Attention weight' }).waitFor();
  });
});

describe('the blocks in their places', () => {
  const slider = () => view.slider('Layer');
  const boxOf = async (name: string) =>
    (await page.getByRole('button', { name, exact: true }).boundingBox())!;

  it('are opened by the slider over them, which says where it is', async () => {
    expect(await slider().getAttribute('aria-valuetext')).toBe('Block 2 of 0 to 7, open');
    const before = await view.attention.boundingBox();
    await slider().press('ArrowRight');
    expect((await view.state()).layer).toBe(3);
    expect(await slider().getAttribute('aria-valuetext')).toBe('Block 3 of 0 to 7, open');
    await view.ready();
    // One more closed block stands before it.
    expect((await view.attention.boundingBox())!.x).toBeGreaterThan(before!.x + 10);
    expect((await view.attention.boundingBox())!.width).toBe(before!.width);
  });

  it('stand in the order of the pass: embedding, those before, the open one, those after, the answer', async () => {
    const names = ['Tokens', 'Embedding', 'Blocks 0–1', 'Q · K · V', 'Attention', 'Heads joined', 'MLP'];
    const lefts: number[] = [];
    for (const name of [...names, 'Blocks 3–7', 'Next token']) lefts.push((await boxOf(name)).x);
    expect(lefts).toEqual([...lefts].sort((a, b) => a - b));
    const norms = ['Norm 1', 'Norm 2', 'Final norm'];
    const bars: number[] = [];
    for (const name of norms) bars.push((await boxOf(name)).x);
    expect(bars).toEqual([...bars].sort((a, b) => a - b));
    expect(bars[1]).toBeLessThan(lefts[6]!);
    expect(bars[2]).toBeGreaterThan(lefts[7]!);
  });

  it('are opened where they are pressed, with the head that was pressed', async () => {
    const closed = page.getByTitle('Block 5: click to open it');
    const { width, height } = (await closed.boundingBox())!;
    await closed.click({ position: { x: width / 2, y: height - 60 } });
    await expect.poll(async () => (await view.state()).layer).toBe(5);
    expect((await view.state()).head).toBeGreaterThan(4);
    await view.ready();
    expect(await page.getByTitle('Block 5: click to open it').count()).toBe(0);
  });
});

describe('levels', () => {
  /** The button in the overview that opens a stage. */
  const opens: Record<StageName, [string]> = {
    tokens: ['Tokens'],
    embedding: ['Embedding'],
    ln1: ['Norm 1'],
    qkv: ['Q · K · V'],
    attention: ['Attention'],
    attn_out: ['Heads joined'],
    ln2: ['Norm 2'],
    mlp: ['MLP'],
    residual: ['Blocks 3–7'],
    ln_final: ['Final norm'],
    logits: ['Next token'],
    sampling: ['Sampling'],
  };

  const shown = (stage: StageName | null) =>
    page.waitForFunction((wanted) => window.vitrine!.state()['open'] === wanted, stage);

  it.each(stages)('%s opens, and Escape, a click beside it and Back close it', async (stage) => {
    const [name] = opens[stage];
    const button = page.getByRole('button', { name, exact: true });
    const close = page.getByRole('button', { name: 'Close', exact: true });
    for (const leave of [
      () => page.keyboard.press('Escape'),
      () => page.mouse.click(8, 500),
      () => page.goBack(),
    ]) {
      await button.click();
      await shown(stage);
      await close.waitFor();
      expect(await view.tokens.count()).toBe(7);
      await leave();
      await shown(null);
      await button.waitFor();
      await view.ready();
    }
  });

  it('gives the focus back to what had opened', async () => {
    const button = page.getByRole('button', { name: 'MLP', exact: true });
    await button.press('Enter');
    await shown('mlp');
    await page.getByRole('button', { name: 'Close', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});

describe('on a phone', () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const opens = [
    ['tokens', 'Tokens'],
    ['ln1', 'Norm 1'],
    ['attention', 'Attention'],
    ['residual', 'Residual stream'],
    ['ln_final', 'Final norm'],
    ['logits', 'Next token'],
    ['sampling', 'Sampling'],
  ] as const;

  it('a tap takes the place of hovering, every stage opens, and nothing is wider than the page', async () => {
    const { page: small, problems: told } = await site.visit(at, phone);
    const hand = screen(small);
    await hand.ready();
    const width = () => small.evaluate(() => document.documentElement.scrollWidth);
    // A tap is a click only when the browser has made one of it.
    await hand.tokens.nth(5).tap();
    await expect.poll(async () => (await hand.state()).pinnedToken).toBe(5);
    expect(await width()).toBe(390);
    for (const [stage, name] of opens) {
      await small.getByRole('button', { name, exact: true }).tap();
      await small.waitForFunction((wanted) => window.vitrine!.state()['open'] === wanted, stage);
      const close = small.getByRole('button', { name: 'Close', exact: true });
      await close.waitFor();
      expect(await width()).toBe(390);
      await close.tap();
      await small.waitForFunction(() => window.vitrine!.state()['open'] === null);
    }
    const sheet = small.getByRole('button', { name: /^Sampling T / });
    await sheet.tap();
    await hand.slider('Temperature').waitFor();
    expect(await width()).toBe(390);
    await sheet.tap();
    await small.getByRole('button', { name: 'L5H6' }).tap();
    await expect.poll(() => hand.state()).toMatchObject({ layer: 5, head: 6 });
    expect(told).toEqual([]);
  });
});
