/** The way through the stages: previous, next, a dot for each and the arrow keys; the figure stands first. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { common } from '../../web/src/i18n/en/stages-common';
import { stages, type StageName } from '../../web/src/state/stages';
import { useSite } from './browser';
import { usePage } from './one-page';
import { go } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello');
let page: Page;
beforeEach(() => {
  ({ page } = here);
});

const shown = (stage: StageName) =>
  page.waitForFunction((wanted) => window.vitrine!.state()['open'] === wanted, stage);
const heading = (stage: StageName) =>
  page.getByRole('article').getByRole('heading', { level: 2, name: common.stages[stage] });
const open = (stage: StageName, prompt = 'The old man looked at the sea') =>
  go(page, { prompt, open: stage, more: { at: 'L3H4' } });
const dot = (stage: StageName) =>
  page.getByRole('button', {
    name: common.stageOf(common.stages[stage], stages.indexOf(stage) + 1, stages.length),
  });

describe('the way through the stages', () => {
  it('leads through all twelve by arrow keys, while nothing has the focus', async () => {
    await open('tokens');
    for (const stage of stages.slice(1)) {
      await page.keyboard.press('ArrowRight');
      await shown(stage);
      await heading(stage).waitFor();
    }
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await shown('logits');
  });

  it('leaves the arrows to what has the focus', async () => {
    await open('mlp');
    await here.view.slider('Head').press('ArrowRight');
    expect(await here.view.state()).toMatchObject({ open: 'mlp', head: 5 });
    await here.view.prompt.press('ArrowLeft');
    expect((await here.view.state()).open).toBe('mlp');
  });

  it('names the stage before and the one after', async () => {
    await open('attention');
    await page.getByRole('button', { name: common.following(common.stages.attn_out) }).click();
    await shown('attn_out');
    await page.getByRole('button', { name: common.previous(common.stages.attention) }).click();
    await shown('attention');
    await open('tokens');
    expect(await page.getByRole('button', { name: /^Previous stage/ }).count()).toBe(0);
    await open('sampling');
    expect(await page.getByRole('button', { name: /^Next stage/ }).count()).toBe(0);
  });

  it('has a dot for each, all of them one stop of the tab key', async () => {
    await open('qkv');
    const dots = page.getByRole('navigation', { name: common.way }).getByRole('listitem').getByRole('button');
    expect(await dots.count()).toBe(12);
    expect(
      await dots.evaluateAll((all) => all.filter((one) => (one as HTMLElement).tabIndex === 0).length),
    ).toBe(1);
    expect(await dot('qkv').getAttribute('aria-current')).toBe('step');
    await dot('qkv').press('End');
    await shown('sampling');
    await expect.poll(() => dot('sampling').evaluate((one) => one === document.activeElement)).toBe(true);
    await dot('sampling').press('ArrowLeft');
    await shown('logits');
    await dot('mlp').click();
    await shown('mlp');
  });

  it('begins each stage with its figure, its formula folded', async () => {
    await page.setViewportSize({ width: 1100, height: 800 });
    for (const stage of stages) {
      await open(stage);
      await heading(stage).waitFor();
      const article = page.getByRole('article');
      const figure = article.locator('section .figure').first();
      await figure.waitFor();
      const [top, begins] = await figure.evaluate((one) => [
        one.closest('article')!.parentElement!.getBoundingClientRect().top,
        one.getBoundingClientRect().top,
      ]);
      expect(begins! - top!, stage).toBeLessThanOrEqual(130);
      expect(await article.locator('math').first().isVisible(), stage).toBe(false);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('what a stage gives away', () => {
  it('is one list, which Escape closes before the stage', async () => {
    await open('mlp');
    const save = page.getByRole('article').getByRole('button', { name: 'Save', exact: true });
    expect(await page.getByRole('button', { name: 'SVG', exact: true }).count()).toBe(0);
    await save.click();
    await expect
      .poll(() => page.getByRole('group', { name: /^Take the figure: / }).count())
      .toBeGreaterThan(2);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('button', { name: 'SVG', exact: true }).count()).toBe(0);
    expect((await here.view.state()).open).toBe('mlp');
  });
});
