/** One state for what is lit: a dimension under the pointer in one strip lights in every strip of its space. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite, type Site } from './browser';
import { screen } from './screen';

const prompt = encodeURIComponent('The old man looked at the sea');

let site: Site;

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** Rows of `tensor` that the page asks its engine for, from now on: [layer, row]. */
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
      new RegExp(`"blocks\\.(\\d+)\\.${tensor.replace('.', '\\.')}","head":\\d+,"rows":\\[(\\d+),`, 'g'),
    );
    return Array.from(found, ([, layer, row]) => [Number(layer), Number(row)]);
  };
}

describe('the arithmetic of a weight', () => {
  it('asks for the key of the row on screen, and for no other layer’s', async () => {
    const { page } = await site.open('#prompt=Hello');
    const rows = await rowsAskedFor(page, 'attn.hook_k');
    await page.goto('about:blank');
    await page.goto(`${site.url}#prompt=${prompt}&at=L3H4`);
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
    // The picture asks for all rows from the first; the arithmetic for one, which is not the first here.
    const single = asked.filter(([, row]) => row > 0);
    expect(single).toEqual(
      expect.arrayContaining(
        strongest.map((row, layer) => [layer, row]).filter(([layer, row]) => row! > 0 && layer! < 5),
      ),
    );
    for (const [layer, row] of single) expect(row).toBe(strongest[layer]);
    await page.context().close();
  });
});
