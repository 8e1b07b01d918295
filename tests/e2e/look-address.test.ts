/** The address says what is on screen at any moment, also when the page is left right after a change. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { fragment } from './address';
import { useSite } from './browser';
import { screen } from './screen';

const site = useSite();
const another = fragment({ prompt: 'Another', at: 'L6H1' });
let page: Page;
let view: ReturnType<typeof screen>;

beforeEach(async () => {
  ({ page } = await site.visit('#prompt=Hello&at=L2H5', { reducedMotion: 'reduce' }));
  view = screen(page);
  await view.ready();
});

/** What the page does in one go, so that nothing is written in between, and then is loaded anew. */
async function reloadAfter(change: (hash: string) => void): Promise<void> {
  const loaded = page.waitForEvent('load');
  await page.evaluate(`(${change})(${JSON.stringify(another)}); setTimeout(() => location.reload())`);
  await loaded;
  await view.ready();
}

describe('a page that is loaded anew right after', () => {
  it('a key has kept what it changed', async () => {
    await reloadAfter(() =>
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: ']', bubbles: true })),
    );
    expect((await view.state()).layer).toBe(3);
  });

  it('another link was put into the address shows that link, and Back leads to the one before', async () => {
    await reloadAfter((hash) => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: ']', bubbles: true }));
      location.hash = hash;
    });
    expect(await view.state()).toMatchObject({ prompt: 'Another', layer: 6, head: 1 });
    await page.goBack();
    await expect.poll(async () => (await view.state()).prompt).toBe('Hello');
    expect((await view.state()).head).toBe(5);
    await page.goForward();
    await expect.poll(async () => (await view.state()).prompt).toBe('Another');
  });

  it('Back leads to the link before, with what was done there, however often its address was written', async () => {
    await page.locator('main').press(']');
    await expect.poll(() => page.url()).toContain('at=L3H5');
    await page.evaluate((hash) => void (location.hash = hash), another);
    await expect.poll(async () => (await view.state()).prompt).toBe('Another');
    await page.locator('main').press(']');
    await expect.poll(() => page.url()).toContain('at=L7H1');
    await page.goBack();
    await expect.poll(() => view.state()).toMatchObject({ prompt: 'Hello', layer: 3, head: 5 });
    await page.goForward();
    await expect.poll(() => view.state()).toMatchObject({ prompt: 'Another', layer: 7, head: 1 });
    await view.ready();
    expect(page.url()).toContain('prompt=Another');
  });

  it('Escape closed a stage shows the overview, with what was typed while it was open', async () => {
    await page.getByRole('button', { name: 'MLP', exact: true }).click();
    await expect.poll(() => page.url()).toContain('open=mlp');
    await view.write('The sea');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toContain('open=');
    await page.reload();
    await view.ready();
    expect(await view.state()).toMatchObject({ prompt: 'The sea', open: null });
  });
});

describe('a stage opened in the moment in which another is closed', () => {
  it('has an entry of its own: Back closes it, and shows what was there before', async () => {
    await page.getByRole('button', { name: 'MLP', exact: true }).click();
    await view.ready();
    await expect.poll(() => page.url()).toContain('open=mlp');
    // Both before the browser has come back from the stage that was closed.
    await page.evaluate(async () => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      await Promise.resolve();
      const title = Array.from(document.querySelectorAll('button')).find(
        ({ textContent }) => textContent.trim() === 'Sampling',
      );
      title!.click();
    });
    await expect.poll(() => page.url()).toContain('open=sampling');
    await view.ready();
    await expect.poll(() => page.evaluate(() => (history.state as { depth: number }).depth)).toBe(1);
    await page.goBack();
    await expect.poll(() => view.state()).toMatchObject({ open: null, prompt: 'Hello', layer: 2 });
    expect(page.url()).not.toContain('open=');
    await page.goForward();
    await expect.poll(() => view.state()).toMatchObject({ open: 'sampling' });
  });

  it('and closed again leads back to where the first one was opened', async () => {
    await page.getByRole('button', { name: 'MLP', exact: true }).click();
    await view.ready();
    await expect.poll(() => page.url()).toContain('open=mlp');
    await page.evaluate(async () => {
      const escape = () =>
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      escape();
      await Promise.resolve();
      const title = Array.from(document.querySelectorAll('button')).find(
        ({ textContent }) => textContent.trim() === 'Sampling',
      );
      title!.click();
      await Promise.resolve();
      escape();
    });
    await expect.poll(() => page.url()).not.toContain('open=');
    await view.ready();
    expect(await view.state()).toMatchObject({ open: null });
    expect(await page.evaluate(() => (history.state as { depth: number }).depth)).toBe(0);
  });
});

describe('a link to a model that is not here', () => {
  it('goes on naming it while the page asks', async () => {
    const { page: fresh } = await site.visit('#model=somebody/something&prompt=Hello');
    const dialog = fresh.getByRole('dialog');
    await dialog.waitFor();
    await screen(fresh).ready();
    await expect.poll(() => fresh.url()).toContain('at=');
    expect(fresh.url()).toContain('model=somebody%2Fsomething');
    await fresh.reload();
    await dialog.waitFor();
    await screen(fresh).ready();
    await fresh.keyboard.press('Escape');
    await expect.poll(() => fresh.url()).not.toContain('somebody');
  });
});
