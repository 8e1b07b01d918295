/** The experiments' views: their numbers are the engine's, as the page's console tells them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { SweepCell } from '../../web/src/protocol/experiments';
import { experimentViews } from '../../web/src/state/stages';
import { barriers } from './barriers';
import { useSite, waits } from './browser';
import { usePage } from './one-page';
import { go } from './visits';

const prompt = 'He lived in New York and worked in New';
const site = useSite();
const here = usePage(site, '#prompt=Hello');
let page: Page;

beforeEach(() => {
  ({ page } = here);
});

/** The likeliest token and the second, and the model's sizes. */
const facts = () =>
  page.evaluate(async () => {
    const points = await window.vitrine!.lens({ top: 2 });
    const [first, second] = points.at(-1)!.top;
    const { layers, heads } = window.vitrine!.state()['model'] as { layers: number; heads: number };
    return { first: first!, second: second!, layers, heads };
  });
const panel = () => page.getByRole('tabpanel');

describe('the views', () => {
  it('why: the strongest part first, and the parts add up', async () => {
    await go(page, { prompt, open: 'why' });
    const { first } = await facts();
    const why = await page.evaluate((id) => window.vitrine!.why(id), first.id);
    const parts = [why.embed, why.posEmbed, ...why.heads.flat(), ...why.attentionBias, ...why.mlp];
    const strongest = parts.reduce((best, part) => (Math.abs(part) > Math.abs(best) ? part : best));
    const rows = panel()
      .getByRole('list', { name: 'Parts by what they add to the logit' })
      .getByRole('listitem');
    await rows.nth(5).waitFor();
    expect(await rows.count()).toBe(6);
    expect(await rows.first().textContent()).toContain(Math.abs(strongest).toFixed(2));
    expect(await panel().textContent()).toContain('the parts add up to');
    await rows
      .getByRole('button', { name: /^Switch off/ })
      .first()
      .click();
    await rows
      .getByRole('button', { name: /^Switch on again|^Switch off/ })
      .first()
      .waitFor();
    await page.waitForFunction(() => /[#&]x=[hm]\d/.test(location.hash), null, { timeout: waits });
  });

  it('lens: the last rung is the run', async () => {
    await go(page, { prompt, open: 'lens' });
    const { first, layers } = await facts();
    const table = panel().getByRole('table', { name: 'Words that lead somewhere' });
    await table
      .getByRole('row')
      .nth(layers + 1)
      .waitFor();
    const last = await table.getByRole('row').last().textContent();
    expect(last).toContain(first.text.trim());
    expect(last).toContain(`${(100 * first.p).toFixed(1)} %`);
    expect(last).toContain('0.00 bits');
  });

  it('break: every head once, and the cell that changes most is the engine’s', async () => {
    await go(page, { prompt, open: 'break' });
    const { first, layers, heads } = await facts();
    const all = layers * heads;
    await panel().getByText(`${all} of ${all}`, { exact: true }).waitFor({ timeout: waits });
    const cells: SweepCell[] = await page.evaluate((id) => window.vitrine!.sweep(id, 'heads'), first.id);
    expect(cells).toHaveLength(all);
    const most = cells.reduce((best, cell) =>
      Math.abs(cell.effect!.deltaLogit) > Math.abs(best.effect!.deltaLogit) ? cell : best,
    );
    const heading = await panel().getByRole('heading', { level: 3 }).textContent();
    expect(heading).toContain(`head ${most.index} of block ${most.layer}`);
    expect(heading).toContain(Math.abs(most.effect!.deltaLogit).toFixed(2));
  });

  it('compare: two prompts, and the map fills', async () => {
    const b = 'He lived in New Orleans and worked in New';
    await go(page, { prompt, open: 'compare', more: { b } });
    const { layers } = await facts();
    const cells = layers * (prompt.split(' ').length - 4);
    await panel().getByText(`${cells} of ${cells}`, { exact: true }).waitFor({ timeout: waits });
    expect(await panel().textContent()).toContain('They part at piece 4: “York” and “Orleans”');
  });

  it('cache: both ways write the same', async () => {
    await go(page, { prompt, open: 'cache' });
    await panel().getByRole('button', { name: '8', exact: true }).click();
    await panel().getByRole('button', { name: 'Start', exact: true }).click();
    await panel().getByText('8 of 8', { exact: true }).waitFor({ timeout: waits });
    expect(await panel().textContent()).toContain('Both ways wrote the same');
  });
});

it.each(experimentViews)('%s: axe finds nothing serious', async (open) => {
  await go(page, { prompt: 'She put her hand on his', open, more: { b: 'She put her hat on his' } });
  await panel().getByRole('heading', { level: 3 }).waitFor();
  expect(await barriers(page)).toEqual([]);
});
