/** One state for what is lit: a dimension under the pointer in one strip lights in every strip of its space. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { useSite } from './browser';
import { screen } from './screen';

const prompt = encodeURIComponent('The old man looked at the sea');

const site = useSite();

/** Single rows of `tensor` that the page asks its engine for, from now on: [layer, row]. */
async function rowsAskedFor(page: Page, tensor: string): Promise<() => Promise<[number, number][]>> {
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
    return Array.from(found, ([, ...numbers]) => numbers.map(Number)).flatMap(([layer, begin, end]) =>
      end === begin! + 1 ? [[layer!, begin!] as [number, number]] : [],
    );
  };
}

describe('the arithmetic of a weight', () => {
  it('asks for the key of the row on screen, and for no other layer’s', async () => {
    const { page } = await site.open('icon.svg');
    const rows = await rowsAskedFor(page, 'attn.hook_k');
    await page.goto(site.at(`#prompt=${prompt}&at=L3H4`));
    await screen(page).ready();
    const slider = page.getByRole('slider', { name: 'Layer', exact: true });
    await slider.focus();
    for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight']) {
      await page.keyboard.press(key);
      await screen(page).ready();
    }
    const asked = (await rows()).filter(([layer]) => layer < 5);
    const strongest = await page.evaluate(async () => {
      const all: number[] = [];
      for (let layer = 0; layer < 5; layer += 1) {
        const { data, shape } = await window.vitrine!.tensor(`blocks.${layer}.attn.hook_pattern`);
        const size = shape[1]!;
        const row = Array.from(data.slice((4 * size + size - 1) * size, (4 * size + size) * size));
        all.push(row.indexOf(Math.max(...row)));
      }
      return all;
    });
    expect(new Set(strongest).size, 'the layers differ, else this shows nothing').toBeGreaterThan(1);
    expect(asked).toEqual(expect.arrayContaining(strongest.map((row, layer) => [layer, row])));
    for (const [layer, row] of asked) expect(row).toBe(strongest[layer]);
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
