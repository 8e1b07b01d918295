/** The stage of sampling in use: sliders over the whole vocabulary, what they ask of the engine, and greedy choice. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { logit, percent } from '../../web/src/format/format';
import { useSite } from './browser';
import { usePage } from './one-page';
import { ranked } from './ranked';
import { go } from './visits';

interface Heard {
  name: string;
  /** Objects in the answer that are neither arrays of numbers nor its own. */
  objects: number;
}

/** Notes every call at the worker's door with the answer to it; runs in the page before anything else does. */
function listen() {
  const names = new Map<number, string>();
  const heard: Heard[] = [];
  const ears = new WeakSet<Worker>();
  const objectsIn = (value: unknown): number => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return 0;
    const inner = Object.values(value).reduce((sum: number, one) => sum + objectsIn(one), 0);
    return inner + (Array.isArray(value) ? 0 : 1);
  };
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
    const { type, id, name } = message as { type?: string; id?: number; name?: string };
    if (type === 'call' && id !== undefined && name) names.set(id, name);
    if (!ears.has(this)) {
      ears.add(this);
      this.addEventListener('message', ({ data }: MessageEvent) => {
        const told = data as { id?: number; result?: unknown; answers?: { id: number; result: unknown }[] };
        for (const { id, result } of told.answers ?? [told])
          if (id !== undefined && names.has(id))
            heard.push({ name: names.get(id)!, objects: objectsIn(result) - 1 });
      });
    }
    return (post as (...all: unknown[]) => void).call(this, message, ...rest);
  } as typeof post;
  Object.assign(window, { heard });
}

const site = useSite();
const here = usePage(site, '#prompt=Hello', {}, async ({ page, view }) => {
  await page.addInitScript(listen);
  await page.reload();
  await view.ready();
});
let page: Page;
let view: typeof here.view;
beforeEach(() => {
  ({ page, view } = here);
});

const prompt = 'The old man looked at the sea';
const table = () => page.getByRole('grid', { name: 'All candidates', exact: true });
const cells = (row: ReturnType<typeof table>) =>
  row.getByRole('gridcell').evaluateAll((all) => all.map((cell) => cell.textContent!.trim()));

describe('a slider that moves', () => {
  it('is followed at every step down to the last rank, and asks for numbers alone', async () => {
    await go(page, { prompt, open: 'sampling', more: { t: '1', k: '0', p: '1' } });
    await table().getByRole('row').nth(1).focus();
    await page.keyboard.press('End');
    const row = table().getByRole('row').and(page.locator('[aria-rowindex="50258"]'));
    await row.waitFor();
    await view.ready();
    await page.evaluate(() => (window as unknown as { heard: Heard[] }).heard.splice(0));
    const slider = page.getByRole('article').getByRole('slider', { name: 'Temperature', exact: true });
    await slider.focus();
    for (let step = 0; step < 3; step += 1) {
      await page.keyboard.press('ArrowRight');
      await view.ready();
      const { temperature } = (await view.state()).sampling;
      const { logits, shares } = await ranked(page, temperature);
      const last = logits.at(-1)!;
      const said = await cells(row);
      expect(said[0]).toBe('50,257');
      expect(said[1]).not.toBe('…');
      expect(said.slice(3, 5)).toEqual([logit(last), logit(last / temperature)]);
      expect(said[6]).toBe(percent(shares.at(-1)!));
      const first = page.getByRole('slider', { name: /^The 50,257 tokens that are left/ });
      expect(await first.getAttribute('aria-valuetext')).toContain(percent(shares[0]!));
    }
    const heard = await page.evaluate(() => (window as unknown as { heard: Heard[] }).heard);
    expect(new Set(heard.map(({ name }) => name))).toEqual(
      new Set(['distribution', 'draw', 'ranks', 'tensor']),
    );
    for (const { name, objects } of heard)
      // The list of the next tokens beside the stage; ranks come as numbers.
      expect(objects, name).toBeLessThanOrEqual(name === 'distribution' ? 30 : 0);
  });

  it('leaves a draw on the bar where it fell, also far down', async () => {
    await go(page, { prompt, open: 'sampling', more: { t: '5', k: '0', p: '1', seed: '3' } });
    const said = (await page.getByText(/^u = [\d.]+ falls in/).textContent())!;
    const u = Number(/u = ([\d.]+)/.exec(said)![1]);
    const bar = page.getByRole('slider', { name: /^The 50,257 tokens that are left/ });
    const [hit, point, box] = await Promise.all([
      bar.locator('rect.hit').boundingBox(),
      bar.locator('circle').boundingBox(),
      bar.locator('svg').boundingBox(),
    ]);
    const at = box!.x + u * box!.width;
    expect(Math.abs(point!.x + point!.width / 2 - at)).toBeLessThan(2);
    expect(hit!.x).toBeLessThanOrEqual(at + 1);
    expect(hit!.x + hit!.width).toBeGreaterThanOrEqual(at - 1);
  });
});

describe('the table of candidates', () => {
  it('is walked from end to end by keys, the focus on the row that each leads to', async () => {
    await go(page, { prompt, open: 'sampling' });
    await table().getByRole('row').nth(1).focus();
    for (const [key, row] of [
      ['End', 50258],
      ['ArrowUp', 50257],
      ['Home', 2],
      ['ArrowDown', 3],
    ] as const) {
      await page.keyboard.press(key);
      const there = table().locator(`[aria-rowindex="${row}"]`);
      await expect
        .poll(() => there.evaluate((one) => one === document.activeElement), { message: key })
        .toBe(true);
      // The table has heard where it was scrolled to, and the row is still there and has the focus.
      await page.evaluate(
        () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))),
      );
      expect(await there.evaluate((one) => one === document.activeElement), key).toBe(true);
    }
  });
});

describe('temperature 0', () => {
  it.each([
    [
      'en',
      'Greedy',
      'Temperature 0 is greedy: the smaller',
      'is the largest of all',
      'is not the largest',
      'Formula and sizes',
      'greedy (τ 0)',
      ' %',
    ],
    [
      'ko',
      '그리디',
      '온도 0은 그리디 선택이에요. 온도를 낮출수록',
      '보다 큰 로짓은 없어요',
      '가장 큰 것은',
      '식과 크기',
      '그리디(τ 0)',
      '%',
    ],
  ] as const)(
    'is explained where it is seen, %s',
    async (lang, button, greedy, isFirst, isOther, more, fact, of) => {
      await go(page, { prompt, lang, open: 'sampling' });
      const stage = page.getByRole('article');
      await stage.getByRole('button', { name: button, exact: true }).click();
      await view.ready('(Ready|준비됨)');
      expect((await view.state()).sampling.temperature).toBe(0);
      const said = stage.getByText(greedy);
      await said.waitFor();
      const best = page.getByRole('grid', { name: /^(All candidates|모든 후보)$/ }).getByRole('row');
      await best.nth(1).focus();
      await page.keyboard.press('Home');
      await best.and(page.locator('[aria-rowindex="2"]')).waitFor();
      const token = (await cells(best.nth(1)))[1]!;
      await expect.poll(() => said.textContent()).toContain(`“${token}”`);
      expect((await cells(best.nth(1))).at(-1)).toBe(`100${of}`);
      expect((await cells(best.nth(2))).slice(-2)).toEqual([
        expect.stringMatching(/^(not first|1위 아님)$/),
        `0${of}`,
      ]);
      await stage.getByText(isFirst).waitFor();
      await best.nth(3).click();
      await stage.getByText(isOther).waitFor();
      const facts = stage.locator('details');
      // The page is shared: what one language has opened is open for the other.
      if ((await facts.getAttribute('open')) === null) await facts.getByText(more, { exact: true }).click();
      await stage.getByText(fact).waitFor();
      expect(await stage.getByText(/NaN|Infinity|∞/).count()).toBe(0);
    },
  );
});
