/** Opened stages in use: pins, keys, links, languages, widths, and what is taken away. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { stages } from '../../web/src/state/stages';
import { useSite } from './browser';
import { usePage } from './one-page';
import { openSave } from './save';
import { screen } from './screen';
import { go } from './visits';

const text = 'The old man looked at the sea';
const prompt = encodeURIComponent(text);
const site = useSite();

const heading = (page: Page) => page.getByRole('article').getByRole('heading', { level: 2 });

describe('every stage, on the narrowest phone', () => {
  const here = usePage(site, '#prompt=Hello', { viewport: { width: 320, height: 700 } });

  it.each(stages)('%s fits 320 px', async (stage) => {
    const { page } = here;
    await go(page, { prompt: text, open: stage });
    await heading(page).waitFor();
    const found = await page.getByRole('article').evaluate((article) => {
      const scrolls = (element: Element) => element.scrollWidth > element.clientWidth + 1;
      const tables = Array.from(article.querySelectorAll('.table'));
      const scrollers = Array.from(article.querySelectorAll('*')).filter((element) =>
        ['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX),
      );
      const right = article.getBoundingClientRect().right;
      return {
        sideways: document.documentElement.scrollWidth - window.innerWidth,
        // What a table pushes out of sight, it says at its edge.
        unsaid: tables
          .filter((table) => scrolls(table) && !table.parentElement!.querySelector('.edge'))
          .map((table) => table.getAttribute('aria-label')),
        out: Array.from(article.querySelectorAll('*'))
          .filter((element) => !scrollers.some((box) => box !== element && box.contains(element)))
          .filter((element) => element.getBoundingClientRect().right > right + 1)
          .map((element) => element.outerHTML.slice(0, 80)),
      };
    });
    expect(found).toEqual({ sideways: expect.any(Number), unsaid: [], out: [] });
    expect(found.sideways).toBeLessThanOrEqual(0);
  });

  it('tells at the edge of a table on which side there is more', async () => {
    const { page } = here;
    await go(page, { prompt: text, open: 'tokens' });
    const table = page.getByRole('grid', { name: 'Tokens with id, text and bytes', exact: true });
    const edges = page.locator('.frame').filter({ has: table }).locator('.edge');
    const sides = () =>
      edges.evaluateAll((all) => all.map((edge) => (edge.classList.contains('before') ? 'before' : 'after')));
    await expect.poll(sides).toEqual(['after']);
    await table.evaluate((element) => element.scrollTo({ left: 1000 }));
    await expect.poll(sides).toEqual(['before']);
  });
});

describe('under a finger', () => {
  const here = usePage(site, '#prompt=Hello', {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });

  it('a figure says what a tap does, not what a pointer would', async () => {
    await go(here.page, { prompt: text, open: 'ln1' });
    await here.page.getByText('A tap shows and pins', { exact: true }).waitFor();
    expect(await here.page.getByText('Hover shows').count()).toBe(0);
  });
});

describe('tokens that are parts of a character', () => {
  const here = usePage(site, '#prompt=Hello');

  /** Everything that the page says, to the eye and to the ear. */
  const said = () =>
    here.page.evaluate(() =>
      Array.from(document.querySelectorAll('body, body *'), (element) =>
        [...element.attributes, ...element.childNodes]
          .map((part) => ('value' in part ? part.value : part.nodeType === 3 ? part.textContent : ''))
          .join(' '),
      ).join(' '),
    );

  it('are told by their bytes in the rail, as queries and keys, and in the grid', async () => {
    await go(here.page, { prompt: '안 👩 é' });
    const rail = await here.view.tokens.locator('bdi').allTextContents();
    // Without the space before it; a long one ends early where its share stands beside it.
    expect(rail).toEqual(['‹EC›', '‹95›', '‹88›', expect.stringMatching(/^‹F09F(91›|…)$/), '‹A9›', 'é']);
    for (const query of ['95', 'F09F91'])
      await here.page
        .getByRole('gridcell', { name: new RegExp(`^‹${query}› to ‹EC›: `) })
        .first()
        .waitFor();
    expect(await said()).not.toContain('\ufffd');
    await go(here.page, { prompt: '안녕 👩‍👩‍👧 é' });
    await here.page
      .getByRole('gridcell', { name: /^‹A9› to ‹EC›: / })
      .first()
      .waitFor();
    expect(await said()).not.toContain('\ufffd');
  });

  it('are told by their bytes among the next tokens', async () => {
    // About the thirteenth choice is one byte: listed where the window is high enough.
    await here.page.setViewportSize({ width: 1440, height: 1080 });
    await go(here.page, { prompt: '안녕', more: { k: '13', p: '1' } });
    const shown = (await here.view.rows()).map(({ token }) => token);
    expect(shown).toContainEqual(expect.stringMatching(/^‹[\dA-F]{2}›$/));
    expect(await said()).not.toContain('\ufffd');
    await here.page.setViewportSize({ width: 1440, height: 900 });
  });

  it.each(stages)('are told by their bytes in %s', async (stage) => {
    await go(here.page, { prompt: '안녕 👩‍👩‍👧 é', open: stage });
    expect(await said()).toContain('‹');
    expect(await said()).not.toContain('\ufffd');
  });

  it('are told by their bytes in the table', async () => {
    await go(here.page, { prompt: 'sea 한국', open: 'tokens' });
    const shown = await here.page
      .getByRole('grid', { name: 'Tokens with id, text and bytes', exact: true })
      .getByRole('row')
      .evaluateAll((rows) => rows.slice(1).map((row) => row.children[1]!.textContent!.trim()));
    expect(shown[0]).toBe('sea');
    expect(shown.slice(1).join('')).toMatch(/^(·|‹([\dA-F]{2})+›|[가-힣])+$/);
  });
});

describe('every stage, by its link', () => {
  it.each(stages)('%s is there at once', async (stage) => {
    const { page, problems } = await site.visit(`#prompt=${prompt}&at=L3H4&open=${stage}`);
    const view = screen(page);
    await view.ready();
    await heading(page).waitFor();
    expect((await view.state()).open).toBe(stage);
    expect(problems).toEqual([]);
  });
});

describe('moving about', () => {
  it('Close, Escape and the link go up level by level', async () => {
    const { page } = await site.visit(`#prompt=${prompt}&open=mlp&detail=neuron-7`);
    const view = screen(page);
    await view.ready();
    await page.getByRole('heading', { name: 'Neuron 7: input × weights' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Neuron 7: input × weights' }).waitFor({ state: 'detached' });
    expect((await view.state()).open).toBe('mlp');
    await page.keyboard.press('Escape');
    await heading(page).waitFor({ state: 'detached' });
    expect((await view.state()).open).toBeNull();
    await page.goto('about:blank');
    await page.goto(site.at(`#prompt=${prompt}&open=qkv`));
    await view.ready();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    expect((await view.state()).open).toBeNull();
  });

  it('the matrix is walked by keys and pinned by Enter', async () => {
    const { page } = await site.visit(`#prompt=${prompt}&at=L3H4&open=attention`);
    const view = screen(page);
    await view.ready();
    const grid = page.getByRole('grid', { name: 'Attention, shares, L3H4', exact: true });
    await grid.getByRole('gridcell').first().focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    expect(await focused()).toMatch(/^looked to old: /);
    await page.getByRole('heading', { name: 'q of “looked” times k of “old”' }).waitFor();
    await page.keyboard.press('Enter');
    expect((await view.state()).cell).toEqual({ query: 3, key: 1 });
    await page.keyboard.press('Control+End');
    expect(await focused()).toMatch(/^sea to sea: /);
    await page.keyboard.press('Home');
    expect(await focused()).toMatch(/^sea to The: /);
  });

  it('the name of a row or a column lights it in all three matrices', async () => {
    const { page } = await site.visit(`#prompt=${prompt}&at=L3H4&open=attention`);
    await screen(page).ready();
    /** Lanes lit in each matrix: [x, y] of their corners, in the matrix' own px. */
    const lanes = () =>
      page
        .getByRole('grid', { name: /L3H4$/ })
        .evaluateAll((grids) =>
          grids.map((grid) =>
            Array.from(grid.querySelectorAll('rect.lane'), (lane) => [
              Number(lane.getAttribute('x')),
              Number(lane.getAttribute('y')),
            ]),
          ),
        );
    expect(await lanes()).toEqual([[], [], []]);
    const names = page.locator('span[aria-hidden]').filter({ hasText: /^looked$/ });
    await names.nth(0).hover();
    const rows = await lanes();
    expect(new Set(rows.map((lit) => JSON.stringify(lit))).size, 'the same in all three').toBe(1);
    expect(rows[0]).toHaveLength(1);
    expect(rows[0]![0]![0]).toBe(0);
    expect(rows[0]![0]![1]).toBeGreaterThan(0);
    expect((await screen(page).tokens.nth(3).getAttribute('class')) ?? '').toContain('lit');
    await names.nth(1).hover();
    const columns = await lanes();
    expect(columns.map((lit) => lit.map(([, y]) => y))).toEqual([[0], [0], [0]]);
    expect(columns[0]![0]![0]).toBe(rows[0]![0]![1]);
  });

  it('a token chosen in a stage is pinned everywhere, and another layer shows its own numbers', async () => {
    const { page } = await site.visit(`#prompt=${prompt}&at=L3H4&open=residual`);
    const view = screen(page);
    await view.ready();
    await page.getByRole('radio', { name: '·old', exact: true }).click();
    expect((await view.state()).pinnedToken).toBe(1);
    await page.getByRole('grid', { name: 'Residual stream of old, one row an addition' }).waitFor();
    await page.getByRole('slider', { name: 'Layer', exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Block 4, from its entry to its exit' }).waitFor();
  });

  it('dragging temperature changes the bar and not the drawn point', async () => {
    const { page } = await site.visit(`#prompt=${prompt}&open=sampling`);
    const view = screen(page);
    await view.ready();
    const drawn = page.getByText(/^u = [\d.]+ falls in/);
    await drawn.waitFor();
    // Said once: the panel of the sliders leaves it to the figure beside it.
    expect(
      await page
        .getByRole('article')
        .getByText(/falls in/)
        .count(),
    ).toBe(1);
    const before = (await drawn.textContent())!;
    const point = (text: string) => /^u = [\d.]+/.exec(text)![0];
    await page.getByRole('slider', { name: 'Temperature', exact: true }).focus();
    for (let i = 0; i < 5; ++i) await page.keyboard.press('ArrowLeft');
    // The point is read anew among the pieces as they are now.
    await expect.poll(() => drawn.textContent()).not.toBe(before);
    await view.ready();
    expect(point((await drawn.textContent())!)).toBe(point(before));
  });

  it('a figure can be taken as SVG and a tensor as CSV', async () => {
    const { page } = await site.visit(`#prompt=${prompt}&at=L3H4&open=attention`);
    await screen(page).ready();
    await openSave(page);
    const take = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).first().click(),
      ]);
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
    };
    const svg = await take('SVG');
    expect(svg.name).toBe('vitrine-pattern-L3H4.svg');
    // Six rows of seven have a future, in the masked scores and in the pattern.
    expect(svg.text.match(/fill="url\(#masked/g)).toHaveLength(2 * 6);
    const whole = await take('All tensors (safetensors)');
    expect(whole.name).toBe('vitrine-trace.safetensors');
    expect(whole.text.slice(8, 2000)).toContain('blocks.0.attn.hook_pattern');
    const csv = await take('CSV');
    const lines = csv.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(8);
    const shares = lines[7]!.split(',').slice(-7).map(Number);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
  });
});
