/** A stage that a link opens is told ready once: when its program, its tensors and all of its parts are there. */
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { useSite } from './browser';
import { screen } from './screen';
import { promptOf } from './visits';

const site = useSite();

declare global {
  interface Window {
    /** What the engine's status has said, in order. */
    said: string[];
  }
}

const noteStatus = (page: Page) =>
  page.addInitScript(() => {
    window.said = [];
    new MutationObserver(() => {
      const text = document.querySelector('[role="status"][aria-label="Engine"]')?.textContent?.trim();
      if (text && text !== window.said.at(-1)) window.said.push(text);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });

const still = { reducedMotion: 'reduce' } as const;

/** A page whose status is noted from its first word on; one that `before` prepares is a fresh one. */
async function follow(link: string, before?: (page: Page) => Promise<unknown>): Promise<Page> {
  if (!before) return (await site.visit(`#${link}`, still, noteStatus)).page;
  const { page } = await site.open('icon.svg', { ...still, serviceWorkers: 'block' });
  await noteStatus(page);
  await before(page);
  await page.goto(site.at(`#${link}`));
  return page;
}

const frames = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

const readyOnce = async (page: Page) => {
  await screen(page).ready();
  await frames(page);
  const said = await page.evaluate(() => window.said);
  expect(said.filter((text) => text === 'Ready')).toHaveLength(1);
  expect(said.at(-1)).toBe('Ready');
};

it('not before its program has come', async () => {
  let send = () => {};
  const held = new Promise<void>((resolve) => (send = resolve));
  const page = await follow('prompt=The old man looked at the sea&open=attention', (fresh) =>
    fresh.route(/\/Attention-[^/]*\.js$/, async (route) => {
      await held;
      await route.continue();
    }),
  );
  // Everything else is there: what is next, and the heads.
  await screen(page).next.getByRole('row').nth(5).waitFor();
  await page.getByRole('group', { name: 'All heads' }).getByRole('button').nth(63).waitFor();
  await frames(page);
  expect(await page.evaluate(() => window.said)).not.toContain('Ready');
  send();
  await page.getByRole('grid', { name: /^Attention, shares/ }).waitFor();
  await readyOnce(page);
  await page.context().close();
});

it.each([
  ['embedding', 'nearest', 'Nearest words to'],
  ['tokens', 'tokens', 'Around number'],
] as const)('not before the words of %s have come', async (stage, call, part) => {
  const page = await follow(`prompt=The old man looked at the sea&open=${stage}`, (fresh) =>
    fresh.addInitScript((held) => {
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
        const send = () => (post as (...all: unknown[]) => void).call(this, message, ...rest);
        if ((message as { name?: string }).name === held) Object.assign(window, { send });
        else send();
      } as typeof post;
    }, call),
  );
  await page.waitForFunction(() => 'send' in window);
  await page.getByRole('group', { name: 'All heads' }).getByRole('button').nth(63).waitFor();
  await frames(page);
  expect(await page.evaluate(() => window.said)).not.toContain('Ready');
  await page.evaluate(() => (window as unknown as { send: () => void }).send());
  await readyOnce(page);
  await page.getByRole('heading', { name: part }).waitFor();
  await page.context().close();
});

it.each(['attention', 'embedding', 'mlp', 'residual', 'logits', 'tokens'])(
  'not before all of %s is there',
  async (stage) => {
    const page = await follow(`prompt=${promptOf(60)}&open=${stage}`);
    await readyOnce(page);
  },
);

it('and with a long text, whose products take turns with the frames', async () => {
  const page = await follow(`prompt=${promptOf(420)}&open=attention`);
  await readyOnce(page);
  expect(await page.getByRole('grid', { name: /, L\d+H\d+$/ }).count()).toBe(3);
});
