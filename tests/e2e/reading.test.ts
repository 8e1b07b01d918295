/** Hover, pin, walk, open and go back: reading what is on screen, by pointer, keyboard, link and console. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { percent } from '../../web/src/format/format';
import { bundled } from '../bundled';
import { useSite } from './browser';
import { usePage } from './one-page';
import { screen } from './screen';
import { go, promptOf } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello');
const prompt = 'The old man looked at the sea';
let page: Page;
let view: typeof here.view;

beforeEach(async () => {
  ({ page, view } = here);
  await page.mouse.move(0, 0);
  await go(page, { prompt, more: { at: 'L2H5' } });
});

/** One weight of the pattern on screen, from the engine. */
const weight = (layer: number, head: number, query: number, key: number) =>
  page.evaluate(
    async ([l, h, q, k]) => {
      const { shape, data } = await window.vitrine!.tensor(`blocks.${l}.attn.hook_pattern`, { head: h });
      return data[q! * shape[1]! + k!]!;
    },
    [layer, head, query, key] as const,
  );

describe('the attention matrix', () => {
  it('names every cell with the weight that the engine computed', async () => {
    expect(await view.attention.getAttribute('aria-label')).toBe('Attention, layer 2, head 5');
    const cell = view.attention.getByRole('gridcell', { name: /^looked to old: / });
    expect(await cell.getAttribute('aria-label')).toBe(`looked to old: ${percent(await weight(2, 5, 3, 1))}`);
    expect(await view.attention.getByRole('gridcell', { name: 'old to sea: masked' }).count()).toBe(1);
  });

  it('is walked by arrows to rows out of sight, and keeps the focus on the way', async () => {
    await go(page, { prompt: promptOf(120) });
    const tokens = (await view.state()).tokens.length;
    const place = () =>
      page.evaluate(() => {
        const cell = document.activeElement!;
        const row = Number(cell.parentElement?.getAttribute('aria-rowindex'));
        return { role: cell.getAttribute('role'), row, column: Number(cell.getAttribute('aria-colindex')) };
      });
    await view.attention.focus();
    await page.keyboard.press('Tab');
    expect(await place()).toEqual({ role: 'gridcell', row: tokens, column: 1 });
    for (let up = 1; up <= 40; up += 1) {
      await page.keyboard.press('ArrowUp');
      expect(await place()).toEqual({ role: 'gridcell', row: tokens - up, column: 1 });
    }
    for (let on = 1; on <= 12; on += 1) await page.keyboard.press('ArrowRight');
    expect(await place()).toEqual({ role: 'gridcell', row: tokens - 40, column: 13 });
  });

  it('pins a cell by click and lets go by Escape', async () => {
    await view.attention.getByRole('gridcell', { name: /^looked to old: / }).click();
    expect((await view.state()).cell).toEqual({ query: 3, key: 1 });
    await page.getByText('How much “looked” looks at “old”').waitFor();
    await page.keyboard.press('Escape');
    expect((await view.state()).cell).toBeNull();
  });

  it('is walked by the arrows and pinned by Enter', async () => {
    await view.attention.getByRole('gridcell', { name: /^at to The: / }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect((await view.state()).cell).toEqual({ query: 5, key: 1 });
  });

  it('shows scores before and after the mask', async () => {
    await view.button('masked').click();
    await view.ready();
    const score = await page.evaluate(async () => {
      const { data } = await window.vitrine!.tensor('blocks.2.attn.hook_attn_scores', {
        head: 5,
        rows: [3, 4],
      });
      return data[1]!;
    });
    const name = await view.attention
      .getByRole('gridcell', { name: /^looked to old: / })
      .getAttribute('aria-label');
    expect(Number(name!.split(': ')[1])).toBeCloseTo(score, 2);
    await view.button('scores').click();
    await view.ready();
    const future = view.attention.getByRole('gridcell', { name: /^old to sea: [+-]?[\d.]/ });
    await future.waitFor();
    const dot = await page.evaluate(async () => {
      const q = await window.vitrine!.tensor('blocks.2.attn.hook_q', { head: 5 });
      const k = await window.vitrine!.tensor('blocks.2.attn.hook_k', { head: 5 });
      const width = q.shape[1]!;
      let sum = 0;
      for (let i = 0; i < width; i += 1) sum += q.data[width + i]! * k.data[6 * width + i]!;
      return sum / Math.sqrt(width);
    });
    expect(Number((await future.getAttribute('aria-label'))!.split(': ')[1])).toBeCloseTo(dot, 1);
  });

  it('adds up: the terms of the pinned cell are its score and its share', async () => {
    await view.attention.getByRole('gridcell', { name: /^sea to looked: / }).click();
    await view.ready();
    const sum = page.getByRole('region', { name: 'Attention weight' });
    await sum.getByText(/block 2, head 5/).waitFor();
    const share = percent(await weight(2, 5, 6, 3));
    await expect.poll(async () => (await sum.textContent())!.includes(`= ${share}`)).toBe(true);
  });
});

describe('tokens', () => {
  it('light on hover, stay on click, go by Escape', async () => {
    const sea = view.tokens.filter({ hasText: 'sea' });
    await sea.hover();
    await view.ready();
    await sea.click();
    expect((await view.state()).pinnedToken).toBe(6);
    expect(await sea.getAttribute('aria-current')).toBe('true');
    await page.keyboard.press('Escape');
    expect((await view.state()).pinnedToken).toBeNull();
  });

  it('are walked and pinned by keys', async () => {
    await view.tokens.first().focus();
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => view.tokens.nth(1).evaluate((item) => item === document.activeElement))
      .toBe(true);
    await page.keyboard.press('Enter');
    expect((await view.state()).pinnedToken).toBe(1);
  });
});

describe('dimensions', () => {
  it('light in every strip of the same vector space, and only there', async () => {
    const strip = (name: string) => page.getByRole('grid', { name, exact: true });
    const lit = (name: string) => strip(name).locator('i');
    // The first strips of the three that share a row.
    await strip('Token embedding').hover({ position: { x: 20, y: 3 } });
    const alike = ['Token embedding', 'Position embedding', 'Their sum', 'Heads joined by Wₒ'];
    for (const name of alike) await expect.poll(() => lit(name).count(), { message: name }).toBe(1);
    for (const name of ['Queries', 'Weighted values of the head'])
      expect(await lit(name).count(), name).toBe(0);
    await strip('Queries').hover({ position: { x: 20, y: 3 } });
    await expect.poll(() => lit('Keys').count()).toBe(1);
    expect(await lit('Token embedding').count()).toBe(0);
  });
});

describe('layers and heads', () => {
  it('are one click away, all of them', async () => {
    for (const name of ['L0H0', 'L7H7', 'L4H2']) {
      await page.getByRole('button', { name, exact: true }).click();
      await view.ready();
      const [, layer, head] = /L(\d)H(\d)/.exec(name)!;
      expect(await view.attention.getAttribute('aria-label')).toBe(`Attention, layer ${layer}, head ${head}`);
    }
    // On its number: a press on one of its pictures chooses that head.
    await page.getByTitle('Block 6: click to open it').click({ position: { x: 9, y: 8 } });
    expect(await view.state()).toMatchObject({ layer: 6, head: 2 });
  });

  it('are two sliders, and the keys G, brackets and arrows', async () => {
    await view.slider('Layer').press('End');
    await view.slider('Head').press('Home');
    expect(await view.state()).toMatchObject({ layer: bundled.lastLayer, head: 0 });
    await page.keyboard.press('g');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    expect(await view.state()).toMatchObject({ layer: 6, head: 1 });
    await page.keyboard.press('[');
    await page.keyboard.press('.');
    expect(await view.state()).toMatchObject({ layer: 5, head: 2 });
  });

  it('lists the keys', async () => {
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });
});

describe('levels', () => {
  it('open a stage in place; Escape and Back go up', async () => {
    await page.getByRole('button', { name: 'MLP', exact: true }).click();
    await page.getByRole('heading', { name: /MLP/, level: 2 }).first().waitFor();
    expect((await view.state()).open).toBe('mlp');
    await expect.poll(() => page.url()).toContain('open=mlp');
    expect(await view.tokens.count()).toBe(7);
    await page.goBack();
    await expect.poll(async () => (await view.state()).open).toBeNull();
    expect(await view.prompt.inputValue()).toBe('The old man looked at the sea');
    await page.getByRole('button', { name: 'MLP', exact: true }).click();
    await expect.poll(async () => (await view.state()).open).toBe('mlp');
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await view.state()).open).toBeNull();
  });
});

describe('the link', () => {
  it('rebuilds the screen', async () => {
    await view.attention.getByRole('gridcell', { name: /^looked to old: / }).click();
    await view.slider('Layer').press('ArrowRight');
    await page.getByRole('textbox', { name: 'Top-p, typed' }).fill('0.5');
    await page.keyboard.press('Enter');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await page.keyboard.press('Enter');
    await view.button('Next word').click();
    await expect.poll(async () => (await view.state()).appended.length).toBe(1);
    await view.ready();
    await expect.poll(() => page.url()).toContain('then=');
    const before = await view.state();
    const rows = await view.rows();
    const other = await site.visit(page.url().slice(site.url.length));
    const again = screen(other.page);
    await again.ready();
    const after = await again.state();
    for (const key of [
      'prompt',
      'appended',
      'tokens',
      'layer',
      'head',
      'cell',
      'sampling',
      'seed',
      'pinnedToken',
    ] as const) {
      expect(after[key], key).toEqual(before[key]);
    }
    expect(await again.rows()).toEqual(rows);
    expect(other.problems).toEqual([]);
  });

  it('bears anything', async () => {
    const other = await site.visit(
      '#at=L99H99&cell=900.1&token=77&open=nothing&t=-3&then=x&prompt=Hi&model=none&%%%',
    );
    const again = screen(other.page);
    await again.ready();
    expect(await again.state()).toMatchObject({
      prompt: 'Hi',
      layer: bundled.lastLayer,
      head: bundled.lastHead,
      cell: null,
      pinnedToken: null,
      open: null,
    });
    expect(other.problems).toEqual([]);
  });
});

describe('the console', () => {
  it('runs a text and hands out every tensor of it', async () => {
    const told = await page.evaluate(async () => {
      const { run } = await window.vitrine!.run('one two three');
      const { shape, data } = await window.vitrine!.tensor('blocks.3.attn.hook_pattern');
      const size = shape[1]!;
      const sums = Array.from({ length: shape[0]! * size }, (_, row) =>
        data.slice(row * size, (row + 1) * size).reduce((sum, value) => sum + value, 0),
      );
      const names = ((await window.vitrine!.tensors()) as { name: string }[]).map(({ name }) => name);
      return { run, shape, sums, names, help: window.vitrine!.help() };
    });
    expect(told.shape).toEqual([8, 3, 3]);
    for (const sum of told.sums) expect(sum).toBeCloseTo(1, 5);
    expect(told.names.length).toBeGreaterThan(20);
    expect(told.help).toContain('vitrine.tensor');
    expect(await view.prompt.inputValue()).toBe('one two three');
    expect((await view.state()).run).toBe(told.run);
  });
});

describe('a first visit', () => {
  it('is told what there is to do, and of what the pointer is on, until it has heard enough', async () => {
    const hint = page.getByRole('complementary', { name: 'What there is to do' });
    await hint.getByText(/Point at a token, cell or stripe/).waitFor();
    const top = async () => (await view.attention.boundingBox())!.y;
    const before = await top();
    await view.tokens.nth(3).hover();
    await hint.getByText('“·looked” and the tokens it looks at').waitFor();
    await view.attention.getByRole('gridcell', { name: /^looked to old: / }).hover();
    await hint.getByText('How much “·looked” looks at “·old”').waitFor();
    await page.getByRole('grid', { name: 'Queries', exact: true }).hover({ position: { x: 20, y: 3 } });
    await hint.getByText(/^Dimension \d+ of this head’s queries and keys/).waitFor();
    expect(await top()).toBe(before);
    await hint.getByRole('button', { name: 'Got it' }).click();
    await expect.poll(() => hint.count()).toBe(0);
    await page.reload();
    await view.ready();
    expect(await hint.count()).toBe(0);
  });
});

describe('what is heard', () => {
  it('comes once the keys are at rest, and says what was read and what comes next', async () => {
    expect(await view.status.getAttribute('aria-live')).toBe('off');
    const heard = page.locator('[aria-live="polite"]').filter({ hasText: /tokens read/ });
    await heard.filter({ hasText: /^7 tokens read/ }).waitFor();
    const region = await heard.elementHandle();
    await region!.evaluate((element) => {
      const said: { text: string; rested: number }[] = [];
      Object.assign(window, { said });
      let key = -Infinity;
      document.addEventListener('input', () => (key = performance.now()), { capture: true });
      new MutationObserver(() =>
        said.push({ text: element.textContent ?? '', rested: performance.now() - key }),
      ).observe(element, { childList: true, characterData: true, subtree: true });
    });
    await view.prompt.focus();
    await page.keyboard.press('End');
    await page.keyboard.type(' and the sky and the sun');
    await heard.filter({ hasText: /^13 tokens read\. Most likely next: “.+”, [\d.]+ %\.$/ }).waitFor();
    const said = await page.evaluate(
      () => (window as unknown as { said: { text: string; rested: number }[] }).said,
    );
    // However slowly the keys came: not between two of them, unless they were at rest.
    for (const { rested } of said) expect(rested).toBeGreaterThanOrEqual(1000);
    expect(said.at(-1)!.text).toContain(`“${(await view.rows())[0]!.token.replace('·', '')}”`);
  });
});

describe('on a phone', () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

  it('shows the picture before a third of the screen is gone, and what comes next at its foot', async () => {
    const { page: small, problems: told } = await site.visit('#prompt=The%20old%20man', phone);
    const hand = screen(small);
    await hand.ready();
    await small.getByRole('button', { name: 'Got it' }).tap();
    await small.getByRole('button', { name: 'Got it' }).waitFor({ state: 'detached' });
    expect((await hand.tokens.first().boundingBox())!.y).toBeLessThan(844 / 3);
    const sheet = small.getByRole('button', { name: /^Sampling T / });
    const [best] = await hand.rows();
    expect(await sheet.textContent()).toContain(`${best!.token} ${best!.probability}`);
    await sheet.tap();
    await hand.slider('Temperature').press('Home');
    expect((await hand.state()).sampling.temperature).toBe(0);
    await small.keyboard.press('Escape');
    await expect.poll(() => hand.slider('Temperature').count()).toBe(0);
    expect(told).toEqual([]);
  });

  it('keeps language, colours and link behind one button, which Escape and a tap elsewhere close', async () => {
    const { page: small } = await site.visit('#prompt=The%20old%20man', phone);
    const hand = screen(small);
    await hand.ready();
    const language = small.getByRole('combobox', { name: 'Language' });
    const button = small.getByRole('button', { name: 'Preferences' });
    expect(await language.count()).toBe(0);
    await button.tap();
    await small.getByText(/^\d of 3 reused · [\d.]+ m?s · 1 thread$/).waitFor();
    await language.press('Escape');
    await expect.poll(() => language.count()).toBe(0);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await button.tap();
    await small.getByRole('heading', { name: /Residual stream/ }).tap();
    await expect.poll(() => language.count()).toBe(0);
    await button.tap();
    await language.selectOption('ko');
    await hand.ready('준비됨');
  });

  it('keeps the way back and both axes at hand in an opened stage, however far it is scrolled', async () => {
    const { page: small } = await site.visit('#prompt=The%20old%20man&open=attn_out', phone);
    const hand = screen(small);
    await hand.ready();
    const back = small.getByRole('button', { name: 'Back to the overview' });
    await small.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    for (const control of [back, hand.slider('Layer'), hand.slider('Head')]) {
      const box = (await control.boundingBox())!;
      expect(box.y + box.height).toBeLessThanOrEqual(844);
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
    }
    await hand.slider('Layer').press('End');
    await hand.ready();
    expect(await hand.state()).toMatchObject({ layer: bundled.lastLayer, open: 'attn_out' });
    await back.tap();
    await expect.poll(async () => (await hand.state()).open).toBeNull();
  });
});
