/** From a typed sentence to the next token: the page's numbers are the engine's, and its controls do what they say. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { logit, percent } from '../../web/src/format/format';
import { bundled } from '../bundled';
import { useSite } from './browser';
import { usePage } from './one-page';
import { commandLine, visible } from './screen';
import { go } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello');
let page: Page;
let view: typeof here.view;

beforeEach(async () => {
  ({ page, view } = here);
  await go(page, { prompt: 'The old man' });
});

describe('what the page shows', () => {
  it.each([
    'The old man looked at the sea and the old man',
    'Hello',
    ' two  spaces\nand a line',
    'Größe, 한국어 & 👩‍👩‍👧!',
  ])('is what the command line says for %j', async (prompt) => {
    const expected = commandLine(prompt, 8);
    await view.write(prompt);
    const { tokens } = await view.state();
    expect(tokens.map(({ id }) => id)).toEqual(expected.tokens.map(({ id }) => id));
    // Of a text of more words than rows, those in sight: which they are is said under the column's title.
    const total = expected.tokens.length;
    const inSight = /^(\d+) to (\d+) of (\d+)$/.exec(
      (await page.getByText(/^\d+ to \d+ of \d+$/).allTextContents())[0] ?? `1 to ${total} of ${total}`,
    )!;
    const [from, to, all] = inSight.slice(1).map(Number) as [number, number, number];
    expect(all).toBe(total);
    expect(to - from + 1).toBeGreaterThanOrEqual(Math.min(total, 9));
    expect(
      await view.tokens.evaluateAll((rows) => rows.map((row) => Number(row.lastElementChild!.textContent))),
    ).toEqual(expected.tokens.slice(from - 1, to).map(({ id }) => id));
    const rows = await view.rows();
    const shown = Math.min(6, rows.length);
    expect(rows.slice(0, shown)).toEqual(
      expected.top.slice(0, shown).map(({ text, logit: score, p }) => ({
        token: visible(text),
        logit: logit(score),
        probability: percent(p),
      })),
    );
  });

  it('answers while one types, without a button', async () => {
    await view.prompt.press('End');
    await view.prompt.pressSequentially(' sat down');
    await page.waitForFunction(() => {
      const now = window.vitrine!.state();
      return now['status'] === 'ready' && (now['tokens'] as unknown[]).length === 5;
    });
    expect((await view.state()).tokens.map(({ text }) => text).join('')).toBe('The old man sat down');
  });

  it('explains an empty prompt, and offers a way on', async () => {
    await view.prompt.fill('');
    await view.ready();
    await page.getByRole('heading', { name: 'Type a sentence to see it read' }).waitFor();
    await page.getByRole('button', { name: 'She put her hand on his' }).click();
    await view.tokens.nth(5).waitFor();
    await view.ready();
    expect((await view.state()).tokens).toHaveLength(6);
  });

  it('says by how much a prompt is too long, and keeps what was there', async () => {
    await view.prompt.fill('word '.repeat(700));
    const alert = page
      .getByRole('alert')
      .filter({ hasText: `${bundled.positions} words are the most it reads` });
    await alert.waitFor();
    // Of what is not read the beginning stands there, struck.
    await alert.getByText(/^(word ?)+/).waitFor();
    expect(await view.status.textContent()).toBe('Too long');
    await view.write('The old man');
    expect((await view.state()).tokens).toHaveLength(3);
  });
});

describe('sampling', () => {
  it('never runs the model when a slider moves, and reads the word anew at the point that was drawn', async () => {
    const before = await view.state();
    const drawn = page.getByText(/^Drawn:/);
    const point = async () => /^Drawn: (0\.\d+) falls in “(.*)”/.exec((await drawn.textContent())!)!;
    const [, u] = await point();
    const table = JSON.stringify(await view.rows());
    await view.slider('Temperature').press('Home');
    await view.slider('Temperature').press('ArrowRight');
    await view.slider('Top-k').press('ArrowLeft');
    await view.slider('Top-p').press('ArrowLeft');
    await view.ready();
    const after = await view.state();
    expect(after.run).toBe(before.run);
    expect(after.sampling.temperature).toBeCloseTo(0.01, 9);
    expect(after.sampling.topK).not.toBe(before.sampling.topK);
    expect(after.sampling.topP).toBeCloseTo(before.sampling.topP - 0.01, 9);
    const [likeliest] = await view.rows();
    await expect.poll(async () => (await point())[2]).toBe(likeliest!.token);
    expect((await point())[1]).toBe(u);
    expect(JSON.stringify(await view.rows())).not.toBe(table);
  });

  it('reaches by typing what the slider does not', async () => {
    const field = page.getByRole('textbox', { name: 'Temperature, typed' });
    await field.fill('3.5');
    await field.press('Enter');
    expect((await view.state()).sampling.temperature).toBe(3.5);
    await field.fill('99');
    await field.press('Enter');
    expect((await view.state()).sampling.temperature).toBe(5);
    const k = page.getByRole('textbox', { name: 'Top-k, typed' });
    await k.fill('');
    await k.press('Enter');
    expect((await view.state()).sampling.topK).toBe(0);
  });

  it('shows what is cut as cut', async () => {
    const k = page.getByRole('textbox', { name: 'Top-k, typed' });
    await k.fill('2');
    await k.press('Enter');
    await view.ready();
    await expect.poll(() => view.next.getByRole('row').nth(3).textContent()).toContain('cut by top-k');
    await view.next.getByText('cut by top-k 2', { exact: true }).first().waitFor();
    expect(await view.next.getByRole('row').nth(2).textContent()).not.toContain('cut');
  });
});

describe('the token that was drawn, behind the text', () => {
  it('never moves a line, however long it is and however little of the line is left', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const words = 'The old man looked at the sea and the small boat and';
    const height = async () => (await view.prompt.boundingBox())!.height;
    const drawn = page.locator('.ghost');
    try {
      // The longest beginning that leaves the least room there is for a token.
      let text = words.slice(0, 30);
      await view.write(text);
      const line = await height();
      for (let end = 31; end <= words.length; end += 1) {
        await view.write(words.slice(0, end));
        if ((await height()) > line) break;
        text = words.slice(0, end);
      }
      expect(text.length).toBeLessThan(words.length);
      const widths: number[] = [];
      for (let seed = 1; seed <= 8; seed += 1) {
        await go(page, { prompt: text, more: { t: '2', k: '0', p: '1', seed: `${seed}` } });
        await drawn.filter({ hasText: /./ }).waitFor();
        widths.push((await drawn.boundingBox())!.width);
        expect(await height(), `${await drawn.textContent()}`).toBe(line);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
        ).toBeLessThanOrEqual(0);
      }
      expect(Math.max(...widths), 'some token is longer than the room that is kept').toBeGreaterThan(
        2.6 * 16,
      );
    } finally {
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  });
});

describe('the word that was drawn', () => {
  it('is a button of its own name, and Right at the text’s end takes it as well', async () => {
    const drawn = /“(.*)”/.exec((await page.getByText(/^Drawn:/).textContent())!)![1]!.replace(/^·/, '');
    const ghost = page.getByRole('button', { name: `Next word: ${drawn}`, exact: true });
    await ghost.click();
    await page.waitForFunction(() => (window.vitrine!.state()['appended'] as unknown[]).length === 1);
    await view.ready();
    await view.button('Undo').click();
    await page.waitForFunction(() => (window.vitrine!.state()['appended'] as unknown[]).length === 0);
    await view.ready();
    await view.prompt.press('End');
    await view.prompt.press('ArrowLeft');
    await view.prompt.press('ArrowRight');
    expect((await view.state()).appended).toEqual([]);
    await view.prompt.press('ArrowRight');
    await page.waitForFunction(() => (window.vitrine!.state()['appended'] as unknown[]).length === 1);
    await view.ready();
    expect(await view.prompt.inputValue()).toContain(`The old man${drawn.match(/^\w/) ? ' ' : ''}${drawn}`);
  });
});

describe('generation', () => {
  it('steps by the token that was drawn, and undoes it', async () => {
    const drawn = /“(.*)”/.exec((await page.getByText(/^Drawn:/).textContent())!)![1]!;
    await view.button('Next word').click();
    await page.waitForFunction(() => (window.vitrine!.state()['appended'] as unknown[]).length === 1);
    await view.ready();
    expect(visible((await view.state()).tokens[3]!.text)).toBe(drawn);
    expect(await view.prompt.inputValue()).toMatch(/^The old man./);
    await view.button('Undo').click();
    await page.waitForFunction(() => (window.vitrine!.state()['appended'] as unknown[]).length === 0);
    expect(await view.prompt.inputValue()).toBe('The old man');
  });

  it('streams until it is stopped, and draws the same from the same seed', async () => {
    const generate = async () => {
      // From within: without motion tokens follow one another as fast as frames do, and a click from here takes several.
      await view.button('Keep writing').click({ trial: true });
      await view.button('Keep writing').evaluate(async (generate: HTMLButtonElement) => {
        const { parentElement: bar } = generate;
        generate.click();
        while ((window.vitrine!.state()['appended'] as unknown[]).length < 4)
          await new Promise((next) => requestAnimationFrame(next));
        const stop = Array.from(bar!.querySelectorAll('button')).find(
          (one) => one.innerText.trim() === 'Stop',
        );
        stop!.click();
      });
      await view.ready();
      const { appended } = await view.state();
      await view.button('Undo').click();
      await page.waitForFunction(() => (window.vitrine!.state()['appended'] as unknown[]).length === 0);
      await view.ready();
      return appended;
    };
    const first = await generate();
    const second = await generate();
    expect(first.length).toBeGreaterThanOrEqual(4);
    expect(first.length).toBeLessThan(64);
    expect(second.slice(0, 4)).toEqual(first.slice(0, 4));
  });

  it('takes an edit of generated text as text', async () => {
    await view.button('Next word').click();
    await page.waitForFunction(() => (window.vitrine!.state()['appended'] as unknown[]).length === 1);
    await view.ready();
    await view.prompt.press('End');
    await view.prompt.pressSequentially('!');
    await view.ready();
    const state = await view.state();
    expect(state.appended).toEqual([]);
    expect(state.prompt).toMatch(/^The old man.+!$/);
  });
});
