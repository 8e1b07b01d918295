/** One state for what is lit: a dimension under the pointer in one strip lights in every strip of its space. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { useSite } from './browser';
import { screen } from './screen';

const prompt = encodeURIComponent('The old man looked at the sea');

const site = useSite();

/** Rows of `tensor` that the page asks its engine for, from now on: [layer, begin, end]. */
async function rowsAskedFor(page: Page, tensor: string): Promise<() => Promise<number[][]>> {
  await page.addInitScript(() => {
    const asked: unknown[] = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...args: [unknown, ...unknown[]]) {
      asked.push(JSON.parse(JSON.stringify(args[0])));
      return (post as (...args: unknown[]) => void).apply(this, args);
    } as typeof post;
    Object.assign(window, { askedForRows: asked });
  });
  return async () => {
    const messages = await page.evaluate(() =>
      JSON.stringify((window as unknown as { askedForRows: unknown[] }).askedForRows),
    );
    const found = messages.matchAll(
      new RegExp(
        `"blocks\\.(\\d+)\\.${tensor.replace('.', '\\.')}","head":\\d+,"rows":\\[(\\d+),(\\d+)\\]`,
        'g',
      ),
    );
    return Array.from(found, ([, ...numbers]) => numbers.map(Number));
  };
}

describe('the arithmetic of a weight', () => {
  it('asks once a layer for the query on screen and for the keys it may see', async () => {
    const { page } = await site.open('icon.svg');
    const asked = {
      keys: await rowsAskedFor(page, 'attn.hook_k'),
      queries: await rowsAskedFor(page, 'attn.hook_q'),
    };
    await page.goto(site.at(`#prompt=${prompt}&at=L3H4`));
    await screen(page).ready();
    const slider = page.getByRole('slider', { name: 'Layer', exact: true });
    await slider.focus();
    const before = (await asked.keys()).length;
    for (const key of ['Home', 'ArrowRight', 'ArrowRight']) {
      await page.keyboard.press(key);
      await screen(page).ready();
    }
    const size = (await screen(page).state()).tokens.length;
    const ofArithmetic = (rows: number[][], wanted: [number, number]) =>
      rows.filter(([, begin, end]) => begin === wanted[0] && end === wanted[1]).map(([layer]) => layer);
    const keys = (await asked.keys()).slice(before);
    expect(new Set(ofArithmetic(keys, [0, size]))).toEqual(new Set([0, 1, 2]));
    const queries = ofArithmetic(await asked.queries(), [size - 1, size]);
    expect(new Set(queries)).toEqual(new Set([0, 1, 2, 3]));
    expect(queries).toHaveLength(4);
    await page.context().close();
  });
});

describe('a dimension under the pointer', () => {
  /** Strips of one space that lie in one view, and what is pointed at in the first of them. */
  const views: [name: string, hash: string, pointed: string, lit: string[], dark: string[]][] = [
    ['the overview', '', 'Queries', ['Keys'], ['Values', 'Token embedding']],
    [
      'the stage of Q, K and V',
      'open=qkv',
      'query of all tokens',
      ['key of all tokens', "All heads' key: choose a head"],
      ['value of all tokens'],
    ],
    ['the MLP', 'open=mlp', 'before GELU of sea', ['after GELU of sea'], []],
    [
      'the LayerNorm',
      'open=ln1',
      'x, from the residual stream of sea',
      ['after gain and bias of sea', 'gain of sea'],
      [],
    ],
  ];

  it.each(views)('is lit in every strip of its space, in %s', async (_, hash, pointed, lit, dark) => {
    const { page } = await site.visit(`#prompt=${prompt}&at=L3H4&${hash}`);
    await screen(page).ready();
    const grid = (name: string) => page.getByRole('grid', { name, exact: true });
    /** Where the frame around a dimension begins, as a part of the strip's width; null without one. */
    const frame = (name: string) =>
      grid(name).evaluate((strip) => {
        const box = strip.getBoundingClientRect();
        const marks = Array.from(strip.children, (child) => child.getBoundingClientRect());
        const found = marks.find(
          (mark) => Math.abs(mark.height - box.height) < 1 && mark.width < box.width / 4 && mark.width > 0,
        );
        return found ? (found.left - box.left) / box.width : null;
      });
    await grid(pointed).scrollIntoViewIfNeeded();
    const box = (await grid(pointed).boundingBox())!;
    await page.mouse.move(box.x + 0.62 * box.width, box.y + 3);
    const own = (await frame(pointed))!;
    expect(own).toBeGreaterThan(0.55);
    expect(own).toBeLessThan(0.65);
    for (const name of lit) {
      await page.waitForFunction((count) => count > 0, await grid(name).count());
      expect(await frame(name), name).toBeCloseTo(own, 2);
    }
    for (const name of dark) {
      const there = await frame(name);
      expect(there === null || Math.abs(there - own) > 0.05, name).toBe(true);
    }
  });
});
