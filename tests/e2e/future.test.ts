/** What the mask hides can be looked at: q·k with a later token, that it is struck out, and that nothing of it is left. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { number, percent, signed } from '../../web/src/format/format';
import { useSite } from './browser';
import { usePage } from './one-page';
import { go, promptOf } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello');
let page: Page;
let view: typeof here.view;
beforeEach(() => {
  ({ page, view } = here);
});

/** q·k of two tokens at L2H5, from the engine's own vectors. */
const dot = (query: number, key: number) =>
  page.evaluate(
    async ([query, key]) => {
      const q = await window.vitrine!.tensor('blocks.2.attn.hook_q', { head: 5 });
      const k = await window.vitrine!.tensor('blocks.2.attn.hook_k', { head: 5 });
      const size = q.shape[1]!;
      let sum = 0;
      for (let d = 0; d < size; d += 1) sum += q.data[query * size + d]! * k.data[key * size + d]!;
      return { sum, size };
    },
    [query, key] as const,
  );

describe('a cell of the future in the stage', () => {
  const pair = () => page.getByRole('region', { name: /^q of “.+” times k of “.+”$/ });

  async function opens(query: number, key: number) {
    const { sum, size } = await dot(query, key);
    const total = pair().locator('[data-sum]');
    await expect.poll(async () => Number(await total.getAttribute('data-sum'))).toBeCloseTo(sum, 3);
    const said = (await pair().textContent())!.replace(/\s+/g, ' ');
    expect(said).toContain(
      `÷ √${size} = ${signed(sum / Math.sqrt(size))} → + mask → −∞ → softmax → ${percent(0)}`,
    );
    expect(said).toContain('the mask adds minus infinity');
    expect(said).not.toContain('NaN');
  }

  it('opens to its products by a click, and by Enter', async () => {
    await go(page, { prompt: 'The old man looked at the sea', open: 'attention', more: { at: 'L2H5' } });
    const grid = page.getByRole('grid', { name: 'Attention, shares, L2H5', exact: true });
    await grid.getByRole('gridcell', { name: 'old to sea: later words, masked', exact: true }).click();
    expect((await view.state()).cell).toEqual({ query: 1, key: 6 });
    await opens(1, 6);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    expect((await view.state()).cell).toEqual({ query: 1, key: 5 });
    await opens(1, 5);
  });

  it('has its product also in a text of hundreds of tokens', async () => {
    // Neither the pointer nor the focus is on a cell, so that the linked one is looked at.
    await page.mouse.move(2, 2);
    await view.prompt.focus();
    await go(page, {
      prompt: promptOf(300),
      open: 'attention',
      more: { at: 'L2H5', cell: '20.250', detail: 'pair' },
    });
    expect((await view.state()).tokens.length).toBeGreaterThan(280);
    await opens(20, 250);
    const products = page.getByRole('grid', { name: 'Products of query and key, L2H5', exact: true });
    await products.getByRole('gridcell').first().focus();
    await page.keyboard.press('Control+Home');
    for (let i = 0; i < 5; i += 1) await page.keyboard.press('ArrowRight');
    const { sum } = await dot(0, 5);
    const cell = products.getByRole('gridcell').and(page.locator(':focus'));
    await expect
      .poll(async () => Number((await cell.getAttribute('aria-label'))!.split(': ').at(-1)))
      .toBeCloseTo(sum, 1);
  });
});

describe('a cell of the future in the picture', () => {
  it('opens to its products, says why it is hidden, and comes back by its link', async () => {
    await go(page, { prompt: 'The old man looked at the sea', more: { at: 'L2H5' } });
    const cell = view.attention.getByRole('gridcell', { name: /^old to sea: / });
    await cell.click();
    expect((await view.state()).cell).toEqual({ query: 1, key: 6 });
    const { sum: own, size } = await dot(1, 6);
    // Against the mean of the keys it may see, which the softmax cannot tell from the sum itself.
    const seen = [await dot(1, 0), await dot(1, 1)];
    const sum = own - (seen[0]!.sum + seen[1]!.sum) / 2;
    const weight = page.getByRole('region', { name: 'Attention weight' });
    const said = async () => (await weight.textContent())!.replace(/\s+/g, ' ');
    await expect.poll(said).toContain('exp(−∞)');
    expect(await said()).toContain(`= ${number(sum / Math.sqrt(size))} → + mask = −∞`);
    expect(await said()).toMatch(/exp\(−∞\) = 0 ÷ the sum over 2 words [\d.]+ = 0 %/);
    await page.getByText('“old” cannot see “sea”, which comes later').waitFor();
    await page.waitForURL(/[#&]cell=1\.6(&|$)/);
  });
});
