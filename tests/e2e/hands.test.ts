/** What hands do to the prompt: they undo, compose syllables, write from right to left, and choose files on a phone. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { useSite } from './browser';
import { screen } from './screen';

const site = useSite();
const open = async (prompt: string) => {
  const { page, problems } = await site.open(`?threads=1#${new URLSearchParams({ prompt })}`);
  await screen(page).ready();
  return { page, problems, view: screen(page) };
};
const generating = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true });

describe('Undo by the keyboard', () => {
  it('takes back a word, then what was typed after it, and mangles nothing', async () => {
    const { page, view } = await open('one two');
    await view.prompt.focus();
    await page.keyboard.press('End');
    await page.keyboard.type(' three');
    await view.ready();
    await view.button('Next word').click();
    await expect.poll(() => view.prompt.inputValue()).not.toBe('one two three');
    await view.ready();
    const grown = await view.prompt.inputValue();
    expect(grown.startsWith('one two three')).toBe(true);
    await view.prompt.focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('!?');
    await view.ready();
    expect(await view.prompt.inputValue()).toBe(`${grown}!?`);
    const back = [grown, 'one two three', 'one two', 'one two'].map((text) => ['Control+z', text] as const);
    const forth = ['one two three', grown].map((text) => ['Control+Shift+z', text] as const);
    for (const [keys, wanted] of [...back, ...forth]) {
      await page.keyboard.press(keys);
      await expect.poll(() => view.prompt.inputValue()).toBe(wanted);
      await view.ready();
    }
    await page.context().close();
  });

  it('takes back a word whole, however slowly it was typed', async () => {
    const { page, view } = await open('one');
    await view.prompt.focus();
    await page.keyboard.press('End');
    await page.keyboard.type(' two', { delay: 700 });
    await page.keyboard.press('Control+z');
    await expect.poll(() => view.prompt.inputValue()).toBe('one');
    await page.context().close();
  });
});

describe('a syllable that is composed while words come', () => {
  it('stands once, and the writing goes on behind it', async () => {
    const { page, view } = await open('Once upon a time');
    await view.button('Keep writing').click();
    await generating(page).waitFor();
    await view.prompt.focus();
    await page.keyboard.press('Control+End');
    const client = await page.context().newCDPSession(page);
    for (const text of ['ㅎ', '하', '한'])
      await client.send('Input.imeSetComposition', { text, selectionStart: 1, selectionEnd: 1 });
    await expect.poll(() => view.prompt.inputValue()).toMatch(/한$/);
    const composed = await view.prompt.inputValue();
    // Twice as long as a word takes: none has come.
    const runs = await page.evaluate(async () => {
      const before = window.vitrine!.state();
      for (let i = 0; i < 20; i++) await new Promise((done) => requestAnimationFrame(done));
      return [before.prompt, window.vitrine!.state().prompt];
    });
    expect(runs[1]).toBe(runs[0]);
    expect(await view.prompt.inputValue()).toBe(composed);
    await client.send('Input.insertText', { text: '한' });
    await expect.poll(async () => (await view.prompt.inputValue()).length).toBeGreaterThan(composed.length);
    const after = await view.prompt.inputValue();
    expect(after.startsWith(composed)).toBe(true);
    expect(after.match(/한/g)).toHaveLength(1);
    await view.button('Stop').click();
    await page.context().close();
  });
});

describe('text from right to left', () => {
  it.each([
    ['Arabic', 'مرحبا بالعالم', 'rtl'],
    ['Hebrew', 'שלום עולם', 'rtl'],
    ['English', 'Hello world', 'ltr'],
  ])('%s reads as it should, and the next token stands after it', async (_, text, direction) => {
    const { page, view } = await open(text);
    const directions = await page.evaluate(() => {
      const field = document.querySelector('textarea')!;
      const mirror = field.previousElementSibling!;
      return [field, mirror].map((element) => getComputedStyle(element).direction);
    });
    expect(directions).toEqual([direction, direction]);
    // Each token is on its own: what stands beside it keeps its place.
    const isolated = await view.tokens.evaluateAll((items) =>
      items.every((item) => {
        const inner = item.querySelector('bdi');
        return inner !== null && getComputedStyle(inner).unicodeBidi === 'isolate';
      }),
    );
    expect(isolated).toBe(true);
    await page.context().close();
  });
});

it('files are chosen without a filter, which greys weights out on iPhones', async () => {
  const { page } = await open('one');
  await page.getByRole('combobox', { name: 'Model' }).selectOption('ask:files');
  const inputs = page.getByRole('dialog').locator('input[type=file]');
  await inputs.first().waitFor({ state: 'attached' });
  expect(await inputs.evaluateAll((all) => all.map((input) => input.getAttribute('accept')))).toEqual([
    null,
    null,
  ]);
  await page.context().close();
});

it('an address that the browser refuses to change is no fault of the page', async () => {
  const context = await site.browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const thrown: string[] = [];
  page.on('pageerror', (error) => thrown.push(error.message));
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('Attempt to use history.replaceState() more than 100 times', 'SecurityError');
    };
    history.replaceState = refuse;
    history.pushState = refuse;
  });
  await page.goto(site.at('?threads=1#prompt=one'));
  await screen(page).ready();
  await screen(page).write('one two');
  await page.getByRole('button', { name: /^MLP/ }).first().click();
  await screen(page).ready();
  expect(thrown).toEqual([]);
  await context.close();
});

describe('a text too long for an address', () => {
  const long = 'The old man looked at the sea. '.repeat(150);

  it('is there after a reload, and in the link that is copied', async () => {
    const context = await site.browser.newContext({
      locale: 'en-US',
      viewport: { width: 1440, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    await page.goto(site.at('?threads=1#prompt=one'));
    await screen(page).ready();
    await screen(page).prompt.fill(long);
    await page.getByRole('alert').filter({ hasText: 'words are the most it reads' }).waitFor();
    await page.waitForURL((url) => !url.hash.includes('prompt='));
    await page.reload();
    await expect.poll(() => screen(page).prompt.inputValue()).toBe(long);

    const copy = page.getByRole('button', { name: 'Copy link', exact: true });
    if (!(await copy.isVisible()))
      await page.getByRole('button', { name: 'Preferences', exact: true }).click();
    await copy.click();
    await page.getByText('Link copied', { exact: true }).waitFor();
    const address = await page.evaluate(() => navigator.clipboard.readText());
    expect(address.length).toBeLessThan(3000);
    const other = await context.newPage();
    await other.goto(address);
    await expect.poll(() => screen(other).prompt.inputValue()).toBe(long);
    await context.close();
  });
});
