/**
 * The way down and up as it is seen with motion: picture, stage, arithmetic of a cell, and back by each key. Every level
 * is one step, and a step that is cut short half-way leaves nothing of itself behind.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { useSite } from './browser';
import { usePage } from './one-page';
import { go } from './visits';

/** Notes what script animates; held, an animation stays at its beginning, so that whatever comes next cuts it short. */
function watch() {
  const steps: number[] = [];
  const motion = { steps, held: false };
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, options) {
    const animation = animate.call(this, frames, options);
    const duration = typeof options === 'number' ? options : Number(options?.duration ?? 0);
    if (duration > 1 && this.closest('main')) {
      steps.push(duration);
      if (motion.held) animation.pause();
    }
    return animation;
  };
  Object.assign(window, { motion });
}

interface Motion {
  steps: number[];
  held: boolean;
}

const site = useSite();
const here = usePage(site, '#prompt=Hello', { reducedMotion: 'no-preference' }, async ({ page, view }) => {
  await page.addInitScript(watch);
  await page.reload();
  await view.ready();
});
let page: Page;
let view: typeof here.view;

const motion = () => page.evaluate(() => (window as unknown as { motion: Motion }).motion.steps.splice(0));
const hold = (held: boolean) =>
  page.evaluate((to) => {
    (window as unknown as { motion: Motion }).motion.held = to;
  }, held);
/** Animations of the page that are on their way or stand still on it; those of the browser's own pieces apart. */
const left = () =>
  page.evaluate(
    () =>
      document
        .getAnimations()
        .filter(
          (one) =>
            one.playState !== 'finished' && !(one instanceof CSSAnimation) && !('transitionProperty' in one),
        ).length,
  );
const level = () =>
  page.evaluate(() => {
    const { open } = window.vitrine!.state() as { open: string | null };
    const detail = new URLSearchParams(location.hash.slice(1)).get('detail');
    return [open, detail];
  });

const title = () => page.getByRole('button', { name: 'MLP', exact: true });
const stage = () => page.getByRole('article').getByRole('heading', { level: 2, name: 'MLP', exact: true });
const strip = () => page.getByRole('grid', { name: 'after GELU of sea', exact: true });
const close = () => page.getByRole('button', { name: 'Close the computation', exact: true });

beforeEach(async () => {
  ({ page, view } = here);
  await hold(false);
  await page.mouse.move(2, 2);
  await go(page, { prompt: 'The old man looked at the sea', more: { at: 'L3H4' } });
  await motion();
});

const oneStep = (steps: number[]) => {
  expect(steps.length, 'one step, not a row of them').toBeGreaterThanOrEqual(1);
  expect(new Set(steps).size).toBe(1);
  expect(steps[0]).toBeGreaterThanOrEqual(150);
  expect(steps[0]).toBeLessThanOrEqual(300);
};

describe('with motion', () => {
  it.each([
    ['Escape', () => page.keyboard.press('Escape')],
    ['Back', () => page.goBack()],
  ] as const)('down to a number and up again by %s, a step a level', async (_, up) => {
    await title().click();
    await stage().waitFor();
    oneStep(await motion());
    await view.ready();
    await strip().click({ position: { x: 40, y: 8 } });
    await close().waitFor();
    oneStep(await motion());
    await expect.poll(level).toEqual(['mlp', expect.stringMatching(/^neuron-\d+$/)]);
    await up();
    await close().waitFor({ state: 'detached' });
    oneStep(await motion());
    await expect.poll(level).toEqual(['mlp', null]);
    await up();
    await stage().waitFor({ state: 'detached' });
    await title().waitFor();
    oneStep(await motion());
    await expect.poll(level).toEqual([null, null]);
    await view.ready();
    await expect.poll(left).toBe(0);
  });

  it('a stage goes back to what opened it, for the eye alone, and turns round on the way', async () => {
    const shown = () =>
      page.locator('article').evaluateAll((all) =>
        all.map((article) => {
          const { left, right, top, bottom } = article.getBoundingClientRect();
          return { width: right - left, x: (left + right) / 2, y: (top + bottom) / 2 };
        }),
      );
    await title().click();
    await stage().waitFor();
    await view.ready();
    await expect.poll(left).toBe(0);
    const [whole] = await shown();
    await hold(true);
    await page.keyboard.press('Escape');
    await stage().waitFor({ state: 'detached' });
    expect(await level()).toEqual([null, null]);
    await expect.poll(left).toBeGreaterThan(0);
    const halfway = () =>
      page.evaluate(() => {
        for (const one of document.getAnimations()) if (one.playState === 'paused') one.currentTime = 70;
      });
    await expect
      .poll(async () => {
        await halfway();
        return (await shown()).map(({ width }) => width < 0.8 * whole!.width);
      })
      .toEqual([true]);
    const [part] = await shown();
    expect(part!.width).toBeGreaterThan(0.3 * whole!.width);
    const to = (await title().boundingBox())!;
    const far = ({ x, y }: { x: number; y: number }) =>
      Math.hypot(x - to.x - to.width / 2, y - to.y - to.height / 2);
    expect(far(part!)).toBeLessThan(far(whole!));
    // The picture under it is there to be used.
    await title().click({ force: true });
    await stage().waitFor();
    expect(await shown(), 'the same one, no second').toHaveLength(1);
    await hold(false);
    await page.evaluate(() =>
      document.getAnimations().forEach((one) => one.playState === 'paused' && one.play()),
    );
    await expect.poll(left).toBe(0);
    expect((await shown()).map(({ width }) => width)).toEqual([whole!.width]);
    await view.ready();
    expect(await title().count()).toBe(0);
  });

  it('each step can be cut short where it stands, by the next one down or up', async () => {
    await hold(true);
    await title().click({ force: true });
    await stage().waitFor();
    expect(await left()).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await stage().waitFor({ state: 'detached' });
    expect(await level()).toEqual([null, null]);
    // The picture stands at the beginning of its own step, and is answered all the same.
    expect(await left()).toBeGreaterThan(0);
    await title().click({ force: true });
    await stage().waitFor();
    await view.ready();
    const box = (await strip().boundingBox())!;
    await strip().dispatchEvent('click', { clientX: box.x + box.width / 3, clientY: box.y + box.height / 2 });
    await close().waitFor();
    await page.goBack();
    await close().waitFor({ state: 'detached' });
    await hold(false);
    await page.goBack();
    await stage().waitFor({ state: 'detached' });
    await title().waitFor();
    await view.ready();
    // What was cut short went with what it moved; the last step ends by itself.
    await expect.poll(left).toBe(0);
    const picture = page.getByRole('region', { name: 'The model, from left to right', exact: true });
    const opacity = await picture.evaluate((element) => getComputedStyle(element).opacity);
    expect(opacity).toBe('1');
  });
});
