/** Likely keys are answered before they come: the letter and what follows it are on screen together. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite, type Site } from './browser';
import { screen } from './screen';
import { go } from './visits';

declare global {
  interface Window {
    door?: {
      /** Texts that the engine has answered ahead. */
      told: string[];
      /** Calls by name, and "table" each time that the table of next tokens has changed, with what it then says. */
      order: { what: string; says?: string }[];
      watch(): void;
    };
  }
}

/** The last word wants a letter, and has been long enough to be a word. */
const text = 'Once upon a time there was a little girl who lived in a small hous';
const word = `${text}e`;

let site: Site;
let page: Page;
let view: ReturnType<typeof screen>;
let problems: string[];

/** Listens at the worker's two ends; runs in the page before anything else does. */
function listenAtTheDoor() {
  const told: string[] = [];
  const order: { what: string; says?: string }[] = [];
  const post = Worker.prototype.postMessage;
  const heard = new WeakSet<Worker>();
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
    if (!heard.has(this)) {
      heard.add(this);
      this.addEventListener('message', ({ data }: MessageEvent) => {
        const { event } = data as { event?: { type: string; answers: { prompt: string }[] } };
        if (event?.type === 'ahead') told.push(...event.answers.map(({ prompt }) => prompt));
      });
    }
    const { type, name } = message as { type?: string; name?: string };
    if (type === 'call' && name) order.push({ what: name });
    return (post as (...all: unknown[]) => void).call(this, message, ...rest);
  } as typeof post;
  window.door = {
    told,
    order,
    watch() {
      const table = document.querySelector('table[aria-label="Next token"]')!;
      new MutationObserver(() => order.push({ what: 'table', says: table.textContent })).observe(table, {
        ...{ subtree: true, childList: true, characterData: true },
      });
    },
  };
}

/** What the engine was asked for since it was last looked at, and how the table changed. */
const takeOrder = () => page.evaluate(() => window.door!.order.splice(0));
/** The same but for the looking ahead itself, which goes on when a reader rests. */
const takeAnswers = async () => (await takeOrder()).filter(({ what }) => what !== 'ahead');
const says = () => page.getByRole('table', { name: 'Next token', exact: true }).textContent();
/** Resolves when the engine has answered a text; where a slow machine left it no time, it is asked once more. */
async function toldOf(text: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const told = await page.evaluate((wanted) => window.door!.told.includes(wanted), text);
        if (!told) await view.prompt.evaluate((box) => (box.blur(), box.focus()));
        return told;
      },
      { interval: 200, timeout: 45_000 },
    )
    .toBe(true);
}

beforeAll(async () => {
  site = await openSite();
  ({ page, problems } = await site.open());
  await page.addInitScript(listenAtTheDoor);
  await page.goto(`${site.url}#prompt=Hello`);
  view = screen(page);
});
afterAll(() => site?.close());
beforeEach(async () => {
  // A page that has been told nothing yet.
  await page.reload();
  await view.ready();
  await page.evaluate(() => window.door!.watch());
  await go(page, { prompt: text });
  await takeOrder();
  return () => expect(problems).toEqual([]);
});

describe('a key at the end of the text', () => {
  it.each([
    ['letter', text, 'e', word],
    ['space', word, ' ', `${word} `],
    ['Backspace', word, 'Backspace', text],
    ['key that is never likely, after a while', text, '#', `${text}#`],
  ])('finds its answer: a %s', async (_, from, key, to) => {
    await go(page, { prompt: from });
    await view.prompt.press('Control+End');
    await toldOf(to);
    await takeOrder();
    await view.prompt.press(key);
    await view.ready();
    const order = await takeAnswers();
    // The table changes before the text is even run; the run has nothing to add to it.
    expect(order.map(({ what }) => what).slice(0, 2)).toEqual(['table', 'run']);
    expect(order.filter(({ what }) => what === 'table').map(({ says: then }) => then)).toEqual([
      await says(),
    ]);
    expect((await view.state()).prompt).toBe(to);
  });

  it('has the numbers of a text that was run without any looking ahead', async () => {
    await go(page, { prompt: word });
    const run = await says();
    await go(page, { prompt: text });
    await view.prompt.press('Control+End');
    await toldOf(word);
    await takeOrder();
    await view.prompt.press('e');
    await view.ready();
    expect((await takeOrder()).find(({ what }) => what === 'table')?.says).toBe(run);
  });

  it('is answered by its run where nobody foresaw it', async () => {
    await view.prompt.press('Control+End');
    await toldOf(word);
    await takeOrder();
    // No key of a keyboard.
    await page.keyboard.insertText('§');
    await view.ready();
    const order = (await takeAnswers()).map(({ what }) => what);
    expect(order.slice(0, 2)).toEqual(['run', 'table']);
    expect((await view.state()).tokens.at(-1)?.text).toBe('§');
  });

  it('is answered by its run under settings that have moved', async () => {
    await view.prompt.press('Control+End');
    await toldOf(word);
    await view.slider('Temperature').press('ArrowRight');
    await view.ready();
    await takeOrder();
    // Within one task, in which nothing can be told.
    await view.prompt.evaluate((box: HTMLTextAreaElement) => {
      box.focus();
      document.execCommand('insertText', false, 'e');
    });
    await view.ready();
    const order = (await takeAnswers()).map(({ what }) => what);
    expect(order.slice(0, 2)).toEqual(['run', 'table']);
  });
});

describe('the engine looks ahead', () => {
  const asked = async () => (await takeOrder()).some(({ what }) => what === 'ahead');

  it('when the caret comes to the end of the text, and not before', async () => {
    await go(page, { prompt: word });
    expect(await asked()).toBe(false);
    await view.prompt.press('Control+Home');
    await takeOrder();
    await view.prompt.press('x');
    await view.ready();
    expect(await asked()).toBe(false);
    await view.prompt.press('Control+End');
    await toldOf(`x${word} `);
    expect(await asked()).toBe(true);
  });

  it('never of a text that is generated', async () => {
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await view.ready();
    expect(await asked()).toBe(false);
  });
});
