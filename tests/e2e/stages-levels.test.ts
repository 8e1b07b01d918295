/** From a stage to the arithmetic of a cell and back: one animated step, which can be cut short, and instant where motion is not wanted. */
import { describe, expect, it } from 'vitest';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { useSite } from './browser';
import { screen } from './screen';

const prompt = encodeURIComponent('The old man looked at the sea');

const site = useSite();

interface Step {
  milliseconds: number;
  easing: string;
  first: string;
}

/** Notes every animated step of an element that script asks for. */
const noteSteps = (page: Page) =>
  page.addInitScript(() => {
    const steps: unknown[] = [];
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (frames, options) {
      const { duration, easing } = options as KeyframeAnimationOptions;
      const first = (frames as Keyframe[])[0]?.['transform'];
      steps.push({ milliseconds: duration, easing, first: String(first) });
      return animate.call(this, frames, options);
    };
    Object.assign(window, { stepsTaken: steps });
  });

async function visit(hash: string, context?: BrowserContextOptions): Promise<Page> {
  const { page } = await site.visit(`#prompt=${prompt}&at=L3H4&${hash}`, context, noteSteps);
  await screen(page).ready();
  return page;
}

/** The steps since the last look. */
const steps = (page: Page) =>
  page.evaluate(() => {
    const { stepsTaken } = window as unknown as { stepsTaken: Step[] };
    return stepsTaken.splice(0).filter(({ first }) => first.startsWith('translate'));
  });

const inSight = (locator: Locator) =>
  locator.evaluate((element) => {
    const box = element.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= window.innerHeight;
  });

/** Nothing is on its way any more: neither the stage itself nor a computation in it. */
const settled = (page: Page) =>
  page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running'));

const strip = (page: Page) => page.getByRole('grid', { name: 'after GELU of sea', exact: true });
const arithmetic = (page: Page) => page.getByRole('heading', { name: /^Neuron \d+: input × weights$/ });
const close = (page: Page) => page.getByRole('button', { name: 'Close the computation', exact: true });
const choose = (page: Page) => strip(page).click({ position: { x: 40, y: 8 } });

describe('the arithmetic of a cell', () => {
  it('grows out of the cell in one step of 150 to 300 ms, over the foot of its stage', async () => {
    const page = await visit('open=mlp');
    expect(await inSight(arithmetic(page))).toBe(false);
    await steps(page);
    await choose(page);
    await close(page).waitFor();
    const taken = await steps(page);
    expect(taken).toHaveLength(1);
    expect(taken[0]!.milliseconds).toBeGreaterThanOrEqual(150);
    expect(taken[0]!.milliseconds).toBeLessThanOrEqual(300);
    expect(taken[0]!.easing).toMatch(/cubic-bezier\(0\.33, 1/);
    expect(await inSight(arithmetic(page))).toBe(true);
    expect(await inSight(strip(page)), 'the cell can still be seen').toBe(true);
  });

  it.each([
    ['Escape', (page: Page) => page.keyboard.press('Escape')],
    ['a click beside it', (page: Page) => page.getByRole('heading', { level: 2, name: 'MLP' }).click()],
    ['Back', (page: Page) => page.goBack()],
    ['its button', (page: Page) => close(page).click()],
  ])('%s goes back to the stage in one step', async (_, up) => {
    const page = await visit('open=mlp');
    await choose(page);
    await close(page).waitFor();
    await steps(page);
    await up(page);
    await close(page).waitFor({ state: 'detached' });
    expect(await steps(page)).toHaveLength(1);
    expect((await screen(page).state()).open).toBe('mlp');
    await expect.poll(() => inSight(arithmetic(page))).toBe(false);
    await page.keyboard.press('Escape');
    await page.getByRole('article').waitFor({ state: 'detached' });
  });

  it('can be cut short: the way back begins where the way there was', async () => {
    const page = await visit('open=mlp');
    await steps(page);
    const box = (await strip(page).boundingBox())!;
    // In one turn of the page, so that the step has certainly not ended.
    await page.evaluate(
      async ({ x, y }) => {
        const target = document.elementFromPoint(x, y)!;
        target.dispatchEvent(new PointerEvent('pointerdown', { clientX: x, clientY: y, bubbles: true }));
        target.dispatchEvent(new MouseEvent('click', { clientX: x, clientY: y, bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      },
      { x: box.x + 40, y: box.y + 8 },
    );
    await close(page).waitFor({ state: 'detached' });
    const [there, back, ...more] = await steps(page);
    expect(more).toEqual([]);
    const scale = (step: Step) => Number(/scale\(([\d.]+)/.exec(step.first)?.[1]);
    expect(scale(there!)).toBeCloseTo(0.3, 1);
    expect(back).toBeDefined();
    expect(
      await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'paused').length),
    ).toBe(0);
  });

  it('is instant where motion is not wanted', async () => {
    const page = await visit('open=mlp', { reducedMotion: 'reduce' });
    await choose(page);
    await close(page).waitFor();
    expect(await inSight(arithmetic(page))).toBe(true);
    await page.keyboard.press('Escape');
    await close(page).waitFor({ state: 'detached' });
    expect(await steps(page)).toEqual([]);
  });

  it('opens from the keyboard, and stays where it is when that is in sight', async () => {
    const page = await visit('open=logits');
    const table = page.getByRole('grid', { name: 'Candidates at this position', exact: true });
    const row = table.getByRole('row').nth(3);
    await row.focus();
    const heading = page.getByRole('heading', { name: /: final vector · its row of the table$/ });
    await settled(page);
    const before = (await heading.boundingBox())!;
    await page.keyboard.press('Enter');
    await close(page).waitFor();
    await settled(page);
    const after = (await heading.boundingBox())!;
    expect([after.x, after.y]).toEqual([before.x, before.y]);
    expect(await page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('detail'))).toMatch(
      /^word-\d+$/,
    );
  });

  it('is there when a link says so, however far below its place is', async () => {
    const page = await visit('open=residual&detail=dimension-7');
    const heading = page.getByRole('heading', { name: 'Dimension 7: every part', exact: true });
    await page.getByRole('slider', { name: /^The residual stream of sea after every addition/ }).waitFor();
    await close(page).waitFor();
    // The figures above it have pushed its place out of sight by now, so that it floats.
    await expect.poll(() => page.locator(':popover-open').count()).toBe(1);
    await expect.poll(() => inSight(heading)).toBe(true);
    // Scrolled to its own place, it is read there, and stays there.
    await page.mouse.move(700, 300);
    await page.mouse.wheel(0, 4000);
    await expect.poll(() => page.locator(':popover-open').count()).toBe(0);
    await expect.poll(() => inSight(heading)).toBe(true);
  });

  it('is there when a link says so, and can be reached on a phone', async () => {
    const page = await visit('open=mlp&detail=neuron-7', { viewport: { width: 390, height: 844 } });
    const heading = page.getByRole('heading', { name: 'Neuron 7: input × weights', exact: true });
    await expect.poll(() => page.locator(':popover-open').count()).toBe(1);
    await expect.poll(() => inSight(heading)).toBe(true);
    const foot = (await page.locator(':popover-open').boundingBox())!;
    const bar = (await page.getByRole('slider', { name: 'Layer', exact: true }).boundingBox())!;
    expect(foot.y + foot.height, 'the bar with layer and head stays free').toBeLessThanOrEqual(bar.y);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
    ).toBeLessThanOrEqual(0);
    await close(page).click();
    await close(page).waitFor({ state: 'detached' });
    await expect.poll(() => inSight(heading.or(arithmetic(page)).first())).toBe(false);
  });
});

describe('the large grid of heads over a stage', () => {
  it('closes nothing when it is pressed, goes back alone by a click beside it, and hands its focus on', async () => {
    const page = await visit('open=mlp', { reducedMotion: 'reduce' });
    const view = screen(page);
    const enlarge = page.getByRole('button', { name: 'Enlarge the grid of heads', exact: true });
    const reduce = page.getByRole('button', { name: 'Make the grid small again', exact: true });
    const focused = (name: string) =>
      expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(name);
    await enlarge.click();
    await page.getByRole('heading', { name: 'All heads', exact: true }).click();
    await reduce.waitFor();
    expect((await view.state()).open).toBe('mlp');
    const rail = (await view.tokens.first().boundingBox())!;
    const blank = { x: rail.x + rail.width + 6, y: rail.y + 2 };
    await page.mouse.click(blank.x, blank.y);
    await enlarge.waitFor();
    expect((await view.state()).open, 'one click, one level').toBe('mlp');
    await enlarge.click();
    await page.keyboard.press('Escape');
    await enlarge.waitFor();
    await focused('L3H4');
    await enlarge.click();
    await page.getByRole('button', { name: 'L5H2', exact: true }).click();
    await enlarge.waitFor();
    await focused('L5H2');
    expect((await view.state()).open).toBe('mlp');
    await page.mouse.click(blank.x, blank.y);
    await page.getByRole('article').waitFor({ state: 'detached' });
  });
});
