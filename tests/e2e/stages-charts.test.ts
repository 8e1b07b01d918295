/** Charts and strips of the opened stages: walked by keys, and telling their numbers at once. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { number, percent, signed } from '../../web/src/format/format';
import { bundled } from '../bundled';
import type { Site } from './browser';
import { screen } from './screen';
import { at, rowAt, type Trace } from './stages-trace';
import { useTracedStages } from './traced-stages';

const prompt = 'The old man looked at the sea';
const [layer, last] = [3, 6];
const block = `blocks.${layer}`;

const traced = useTracedStages(prompt, `L${layer}H4`);
const { open } = traced;
let site: Site;
let page: Page;
let trace: Trace;
beforeAll(() => {
  ({ site, page, trace } = traced);
});

const row = (name: string, ...lead: number[]) => rowAt(trace(name), ...lead);
const length = (values: number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const chart = (name: string | RegExp) =>
  page.getByRole('slider', { name, exact: typeof name === 'string' }).and(page.locator('.chart'));
const said = (of: Locator) => of.getAttribute('aria-valuetext');

describe('charts', () => {
  it('of the writers: each length, walked by the arrows, chosen by Enter', async () => {
    await open('residual');
    const writers = chart(/^Lengths added to the residual stream of sea/);
    await writers.focus();
    await page.keyboard.press('Home');
    expect(await said(writers)).toContain(`token: length added ${number(length(row('hook_embed', last)))}`);
    const mlp = length(row('blocks.1.hook_mlp_out', last));
    const lane = length(row('blocks.1.hook_resid_post', last));
    await page.keyboard.press('End');
    for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowLeft');
    expect(await said(writers)).toBe(
      `L1 mlp: length added ${number(mlp)} · length of the stream ${number(lane)}`,
    );
    await page.keyboard.press('Enter');
    expect((await screen(page).state()).layer).toBe(1);
  });

  it('of what the stream is made of: each part after each addition', async () => {
    await open('residual');
    const stacked = chart(/^The residual stream of sea after every addition/);
    await stacked.focus();
    await page.keyboard.press('Control+End');
    const end = bundled.lastLayer;
    const final = row(`blocks.${bundled.lastLayer}.hook_resid_post`, last);
    const written = row(`blocks.${bundled.lastLayer}.hook_mlp_out`, last);
    const share = written.reduce((sum, value, c) => sum + value * final[c]!, 0) / length(final);
    expect(await said(stacked)).toBe(
      `L${end} mlp: ${number(share)} of ${number(length(final))} after L${end} mlp`,
    );
    await page.keyboard.press('ArrowLeft');
    expect(await said(stacked)).toBe(`L${end} mlp: not added yet after L${end} attn`);
  });

  it('of values: how many dimensions lie in each bin', async () => {
    await open('ln1');
    const values = chart('Values before: histogram for sea');
    await values.focus();
    await page.keyboard.press('Home');
    const bins = Number(await values.getAttribute('aria-valuemax')) + 1;
    let counted = 0;
    for (let bin = 0; bin < bins; bin += 1) {
      counted += Number(/: (\d+) dimensions?$/.exec((await said(values))!)![1]);
      await page.keyboard.press('ArrowRight');
    }
    expect(counted).toBe(trace(`${block}.hook_resid_pre`).shape[1]);
    const lowest = Math.min(...row(`${block}.hook_resid_pre`, last));
    await page.keyboard.press('Home');
    expect(await said(values)).toMatch(new RegExp(`^${number(lowest).replace('.', '\\.')} to `));
  });

  it('of probability by rank: over all of the vocabulary, also after a slider moved', async () => {
    await open('sampling', '&t=0.7&k=0&p=0.95');
    const logits = row('logits', last).sort((a, b) => b - a);
    const shareOf = (ranks: number, temperature: number) => {
      const weights = logits.map((value) => Math.exp((value - logits[0]!) / temperature));
      const sum = (list: number[]) => list.reduce((total, weight) => total + weight, 0);
      return percent(sum(weights.slice(0, ranks)) / sum(weights));
    };
    const curve = chart('Probability of the first ranks together, up to rank 50,257');
    await curve.focus();
    await page.keyboard.press('Home');
    expect(await said(curve)).toMatch(new RegExp(`the first 1 hold ${shareOf(1, 0.7)}$`));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await said(curve)).toMatch(new RegExp(`the first 3 hold ${shareOf(3, 0.7)}$`));
    await page.keyboard.press('ArrowUp');
    expect(await said(curve)).toMatch(new RegExp(`the first 4 hold ${shareOf(4, 0.7)}$`));
    await page.keyboard.press('PageUp');
    const page20 = Math.round(50257 / 20);
    expect(await said(curve)).toMatch(new RegExp(`the first ${(4 + page20).toLocaleString('en')} hold `));
    await page.keyboard.press('End');
    expect(await said(curve)).toMatch(/the first 50,257 hold (100|> 99\.9) %$/);
    // What was walked is left with the focus: from then on the line tells what is looked at elsewhere.
    await page.getByRole('slider', { name: 'Temperature', exact: true }).focus();
    for (let i = 0; i < 30; i += 1) await page.keyboard.press('ArrowRight');
    await screen(page).ready();
    const { temperature } = (await screen(page).state()).sampling;
    expect(temperature).toBeGreaterThan(0.7);
    await expect.poll(() => said(curve)).toMatch(new RegExp(`hold ${shareOf(1, temperature)}$`));
  });

  it.each([320, 390, 1440])(
    'of the cuts: their names cross no line and not each other, %s px wide',
    async (width) => {
      const size = page.viewportSize()!;
      await page.setViewportSize({ width, height: 844 });
      for (const [k, p] of [
        [1, 0.9],
        [6, 0.5],
        [40, 0.97],
        [2000, 0.99],
        [50256, 0.3],
      ]) {
        await open('sampling', `&t=1&k=${k}&p=${p}`);
        const curve = chart('Probability of the first ranks together, up to rank 50,257');
        const { lines, names, frame } = await curve.evaluate((element) => {
          const boxOf = (part: Element) => {
            const { left, right, top, bottom } = part.getBoundingClientRect();
            return { text: part.textContent!, left, right, top, bottom };
          };
          const dashed = (part: Element) => getComputedStyle(part).strokeDasharray !== 'none';
          return {
            lines: Array.from(element.querySelectorAll('svg line')).filter(dashed).map(boxOf),
            names: Array.from(element.querySelectorAll('svg text'))
              .map(boxOf)
              .filter(({ text }) => /^[kp]( =|$)/.test(text)),
            frame: boxOf(element),
          };
        });
        expect([lines.length, names.length], `k ${k}, p ${p}`).toEqual([2, 2]);
        for (const name of names) {
          expect(name.left).toBeGreaterThanOrEqual(frame.left - 0.5);
          expect(name.right).toBeLessThanOrEqual(frame.right + 0.5);
          for (const other of [...lines, ...names.filter((one) => one !== name)]) {
            const apart =
              name.right <= other.left ||
              other.right <= name.left ||
              name.bottom <= other.top + 3 ||
              other.bottom <= name.top + 3;
            expect(apart, `“${name.text}” and “${other.text}” at k ${k}, p ${p}`).toBe(true);
          }
        }
      }
      await page.setViewportSize(size);
    },
  );

  it('of the position table: the slowest wave first, position by position', async () => {
    await open('embedding');
    const wave = chart(/^Dimension \d+ over all positions$/);
    const dimension = Number(/\d+/.exec((await wave.getAttribute('aria-label'))!)![0]);
    await wave.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    expect(await said(wave)).toBe(
      `dimension ${dimension} at position 1: ${signed(at(trace('hook_pos_embed'), 1, dimension))}`,
    );
  });
});

describe('strips', () => {
  it('tell a number at once beside the pointer and beside the focus', async () => {
    await open('mlp');
    const strip = page.getByRole('grid', { name: 'after GELU of sea', exact: true });
    await strip.scrollIntoViewIfNeeded();
    const tip = strip.locator('.tip');
    expect(await tip.count()).toBe(0);
    const box = (await strip.boundingBox())!;
    const inner = trace(`${block}.mlp.hook_post`).shape[1]!;
    await page.mouse.move(box.x + (100.5 / inner) * box.width, box.y + 8);
    await tip.waitFor();
    expect(await tip.textContent()).toBe(
      `neuron 100: ${signed(at(trace(`${block}.mlp.hook_post`), last, 100))}`,
    );
    const shown = (await tip.boundingBox())!;
    expect(shown.y + shown.height).toBeLessThanOrEqual(box.y);
    await page.mouse.move(5, 5);
    await tip.waitFor({ state: 'detached' });
    await strip.getByRole('gridcell').focus();
    await page.keyboard.press('End');
    expect(await tip.textContent()).toBe(await strip.getByRole('gridcell').getAttribute('aria-label'));
    expect(await tip.textContent()).toContain(`neuron ${inner - 1}: `);
    const atEnd = (await tip.boundingBox())!;
    expect(atEnd.x + atEnd.width).toBeLessThanOrEqual(1440);
    await page.keyboard.press('Tab');
    await tip.waitFor({ state: 'detached' });
  });

  it('of weights can be walked too', async () => {
    await open('mlp', '&detail=neuron-7');
    const weights = page.getByRole('grid', { name: 'Input weights of neuron 7', exact: true });
    await weights.getByRole('gridcell').focus();
    await page.keyboard.press('ArrowRight');
    expect(await weights.getByRole('gridcell').getAttribute('aria-label')).toMatch(/^dimension 1: [+-]/);
  });
});

describe('the linked matrices', () => {
  it('tell the numbers of one cell beside it in all three: product, score and share', async () => {
    await open('attention');
    const grid = (name: string) => page.getByRole('grid', { name, exact: true });
    const pattern = grid('Attention, shares, L3H4');
    const cell = pattern.getByRole('gridcell', { name: /^sea to man: / });
    await cell.hover();
    const tip = (of: Locator) => of.locator('.tip').textContent();
    const score = at(trace(`${block}.attn.hook_attn_scores`), 4, 6, 2);
    expect(await tip(pattern)).toBe(
      `sea to man: ${percent(at(trace(`${block}.attn.hook_pattern`), 4, 6, 2))}`,
    );
    expect(await tip(grid('Scaled and masked scores, L3H4'))).toBe(`sea to man: ${signed(score)}`);
    const product = Number((await tip(grid('Products of query and key, L3H4')))!.split(': ')[1]);
    const size = trace(`${block}.attn.hook_q`).shape.at(-1)!;
    expect(product / Math.sqrt(size)).toBeCloseTo(score, 2);
    await pattern.getByRole('gridcell', { name: /^The to sea: / }).hover();
    expect(await tip(pattern)).toBe('The to sea: later words, masked');
    await page.mouse.move(5, 5);
    await pattern.locator('.tip').waitFor({ state: 'detached' });
  });
});

describe('the softmax of a row', () => {
  it('stays where its reader scrolled it when the pointer leaves', async () => {
    const many =
      'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen';
    await page.goto('about:blank');
    await page.goto(site.at(`#prompt=${many.replace(/ /g, '%20')}&at=L3H4&open=attention&cell=15.1`));
    await screen(page).ready();
    const table = page.getByRole('grid', { name: 'Softmax row of sixteen', exact: true });
    const pinned = page.getByRole('heading', { name: 'q of “sixteen” times k of “two”', exact: true });
    await pinned.waitFor();
    const body = table.locator('.body');
    const scrolled = () => body.evaluate((element) => element.scrollTop);
    await body.scrollIntoViewIfNeeded();
    await body.hover();
    await page.mouse.wheel(0, 600);
    const end = await body.evaluate((element) => element.scrollHeight - element.clientHeight);
    expect(end).toBeGreaterThan(48);
    await expect.poll(scrolled).toBe(end);
    // The row under the pointer is the pair that is looked at; off the table it is the pinned one again.
    await table.getByRole('row').last().hover();
    await pinned.waitFor({ state: 'detached' });
    await page.mouse.move(2, 2);
    await pinned.waitFor();
    expect(await scrolled()).toBe(end);
  });
});

describe('of a long prompt', () => {
  const long = 'Once upon a time there was a little girl. '.repeat(22).trim();

  it('the token looked at is in sight in the picker, in its tables, and among the cosines', async () => {
    await page.goto('about:blank');
    await page.goto(site.at(`#prompt=${encodeURIComponent(long)}&open=embedding`));
    await screen(page).ready();
    const { tokens } = await screen(page).state();
    expect(tokens.length).toBeGreaterThan(200);
    const inside = async (element: Locator, of: Locator) => {
      const [a, b] = [(await element.boundingBox())!, (await of.boundingBox())!];
      return a.y >= b.y - 1 && a.y + a.height <= b.y + b.height + 1;
    };
    const picker = page.getByRole('radiogroup', { name: 'Tokens to look at', exact: true });
    await expect.poll(() => inside(picker.getByRole('radio', { checked: true }), picker)).toBe(true);
    const cosines = page.getByRole('grid', { name: 'Cosines of the tokens of the prompt', exact: true });
    await cosines.waitFor();
    expect(Number(await cosines.getAttribute('aria-rowcount'))).toBe(160);
    await page.getByText(`160 of ${tokens.length} tokens, around the one that is chosen.`).waitFor();
    await cosines.getByRole('gridcell').first().focus();
    await page.keyboard.press('Control+End');
    await page.getByRole('heading', { name: /^“.+” and “.+”: cosine 1\.000$/ }).waitFor();
    await page.keyboard.press('Enter');
    const own = tokens.length ** 2 - 1;
    await page.waitForURL(new RegExp(`detail=pair-${own}(&|$)`));
    await page.goto('about:blank');
    await page.goto(site.at(`#prompt=${encodeURIComponent(long)}&open=logits`));
    await screen(page).ready();
    const table = page.getByRole('grid', { name: 'Surprise by position', exact: true });
    await table.getByRole('row', { selected: true }).waitFor();
    expect(await table.getByRole('row', { selected: true }).getAttribute('aria-rowindex')).toBe(
      `${tokens.length + 1}`,
    );
  });
});

describe('a link to a layer that the model does not have', () => {
  it('is followed to the last one, and the page says so until it is read', async () => {
    await page.goto('about:blank');
    await page.goto(site.at(`#prompt=${encodeURIComponent(prompt)}&at=L20H1&open=mlp`));
    await screen(page).ready();
    const note = page.getByRole('note').filter({ hasText: 'L20H1 is asked for' });
    await note.waitFor();
    expect(await note.textContent()).toContain(
      `this model ends with L${bundled.lastLayer}H${bundled.lastHead}: L${bundled.lastLayer}H1 is shown.`,
    );
    expect((await screen(page).state()).layer).toBe(bundled.lastLayer);
    await note.getByRole('button', { name: 'Close', exact: true }).click();
    await note.waitFor({ state: 'detached' });
    expect((await screen(page).state()).open).toBe('mlp');
  });
});
