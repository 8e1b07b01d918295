/** Figures of the opened stages taken away as CSV: the numbers are the trace's. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openSave } from './save';
import { screen } from './screen';
import { at, rowAt, type Trace } from './stages-trace';
import { useTracedStages } from './traced-stages';
import { go } from './visits';

const [layer, last] = [3, 6];
const block = `blocks.${layer}`;

const traced = useTracedStages('The old man looked at the sea', `L${layer}H4`);
const { open } = traced;
let page: Page;
let trace: Trace;
beforeAll(() => {
  ({ page, trace } = traced);
});

const row = (name: string, ...lead: number[]) => rowAt(trace(name), ...lead);

/** Lines of the CSV of a figure, as fields. */
async function csvOf(title: string): Promise<string[][]> {
  await openSave(page);
  const figure = page.getByRole('group', { name: `Take the figure: ${title}`, exact: true });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    figure.getByRole('button', { name: 'CSV', exact: true }).click(),
  ]);
  const text = readFileSync(await download.path(), 'utf8');
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
}

describe('CSV', () => {
  it('of the vocabulary holds all of it, with what was cut and why', async () => {
    await open('sampling', '&t=1&k=30&p=0.8');
    const lines = await csvOf('The whole vocabulary');
    expect(lines).toHaveLength(1 + 50257);
    expect(lines[0]!.join()).toBe('rank,id,token,logit,tempered,softmax,softmax_tempered,kept,probability');
    const logits = row('logits', last);
    // A token may hold a comma, so the numbers are counted from the end.
    for (const line of [lines[1]!, lines[2]!, lines[40000]!])
      expect(Number(line.at(-6))).toBeCloseTo(logits[Number(line[1])]!, 5);
    const kept = lines.slice(1).map((line) => line.at(-2));
    expect(kept.slice(30).every((why) => why === 'k')).toBe(true);
    expect(kept.slice(0, 30).every((why) => why === 'yes' || why === 'p')).toBe(true);
    const left = lines.slice(1).reduce((sum, line) => sum + Number(line.at(-1)), 0);
    expect(left).toBeCloseTo(1, 5);
  });

  it('of a dot product holds every term, and they add up', async () => {
    await open('attention', '&cell=6.2');
    const lines = await csvOf('q of “sea” times k of “man”');
    expect(lines[0]).toEqual(['dimension', 'q rounded', 'k rounded', 'product']);
    const sum = lines.slice(1).reduce((total, line) => total + Number(line[3]), 0);
    const score = at(trace(`${block}.attn.hook_attn_scores`), 4, 6, 2);
    expect(sum / Math.sqrt(lines.length - 1)).toBeCloseTo(score, 4);
  });

  it('of queries, keys and values is one table that says which is which', async () => {
    await open('qkv');
    const tokens = trace(`${block}.attn.hook_q`).shape[0]!;
    for (const [title, names, rows] of [
      ['The split into heads', ['part', 'head'], 8],
      ['All tokens, this head', ['part', 'position', 'token'], tokens],
    ] as const) {
      const lines = await csvOf(title);
      expect(lines[0]!.slice(0, names.length + 2)).toEqual([...names, '0', '1']);
      expect(lines).toHaveLength(1 + 3 * rows);
      expect(lines.slice(1).map(([part]) => part)).toEqual(
        ['q', 'k', 'v'].flatMap((part) => Array<string>(rows).fill(part)),
      );
    }
    const lines = await csvOf('The split into heads');
    const values = row(`${block}.attn.hook_v`, last, 4);
    expect(lines[1 + 2 * 8 + 4]!.slice(2).map((value) => Math.fround(Number(value)))).toEqual(values);
  });

  it('of the attention is called after what it holds', async () => {
    await open('attention');
    const figure = page.getByRole('group', { name: 'Take the figure: From products to shares', exact: true });
    const name = async () => {
      await openSave(page);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        figure.getByRole('button', { name: 'CSV', exact: true }).click(),
      ]);
      return download.suggestedFilename();
    };
    expect(await name()).toBe('vitrine-pattern-L3H4.csv');
    await page.getByRole('switch', { name: 'Set the first token aside', exact: true }).check();
    expect(await name()).toBe('vitrine-pattern-aside-L3H4.csv');
    await page.getByRole('switch', { name: 'Times the size of the value', exact: true }).check();
    expect(await name()).toBe('vitrine-carried-aside-L3H4.csv');
  });

  it('of a long text is made between the frames, a row a query', async () => {
    const words = Array.from({ length: 480 }, (_, i) => ['sea', 'man', 'old'][i % 3]).join(' ');
    // By way of the picture: the switches are off again.
    await go(page, { prompt: words });
    await go(page, { prompt: words, open: 'attention', more: { at: `L${layer}H4` } });
    await screen(page).ready();
    await openSave(page);
    // Frames from the press of a button until its file is there.
    await page.evaluate(() => {
      let frames = 0;
      const count = () => {
        frames += 1;
        requestAnimationFrame(count);
      };
      addEventListener('click', () => requestAnimationFrame(count), { capture: true, once: true });
      const make = URL.createObjectURL;
      URL.createObjectURL = (file) => {
        Object.assign(window, { framesMade: frames });
        return make.call(URL, file);
      };
    });
    const lines = await csvOf('From products to shares');
    const frames = await page.evaluate(() => (window as unknown as { framesMade: number }).framesMade);
    expect(frames).toBeGreaterThan(1);
    const { tokens } = await screen(page).state();
    expect(lines.map((line) => line.length)).toEqual(Array(tokens.length + 1).fill(tokens.length + 2));
    for (const [query, line] of lines.slice(1).entries()) {
      const shares = line.slice(2).map(Number);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
      expect(shares.slice(query + 1).every((share) => share === 0)).toBe(true);
    }
  });

  it('of a histogram counts every dimension, from the least value to the most', async () => {
    await open('ln2');
    const values = row(`${block}.hook_resid_mid`, last);
    const bins = (await csvOf('Values before')).slice(1).map((line) => line.map(Number));
    expect(bins).toHaveLength(48);
    expect(bins.reduce((sum, [, , count]) => sum + count!, 0)).toBe(values.length);
    expect(bins[0]![0]).toBeCloseTo(Math.min(...values), 5);
    expect(bins.at(-1)![1]).toBeCloseTo(Math.max(...values), 5);
    const [from, to, most] = bins.reduce((a, b) => (b[2]! > a[2]! ? b : a));
    expect(values.filter((value) => value >= from! && value < to!)).toHaveLength(most!);
  });

  it('of one dimension’s norm adds up to what the engine holds', async () => {
    await open('ln1', '&detail=dimension-7');
    const steps = Object.fromEntries(await csvOf('Dimension 7, with its own numbers'));
    const value = (name: string) => Number(steps[name]);
    expect(value('x')).toBeCloseTo(at(trace(`${block}.hook_resid_pre`), last, 7), 5);
    expect(value('output')).toBeCloseTo(
      ((value('x') - value('mean')) / Math.sqrt(value('variance') + value('epsilon'))) * value('gain') +
        value('bias'),
      5,
    );
    expect(value('engine_output')).toBeCloseTo(at(trace(`${block}.ln1.hook_normalized`), last, 7), 5);
    expect(value('output')).toBeCloseTo(value('engine_output'), 4);
  });

  it('of the curve holds the point of every neuron', async () => {
    await open('mlp');
    const lines = (await csvOf('The neurons of this token on the curve')).slice(1);
    const points = lines.map((line) => line.map(Number));
    expect(points.map(([neuron]) => neuron)).toEqual(points.map((_, i) => i));
    expect(points.map(([, pre]) => Math.fround(pre!))).toEqual(row(`${block}.mlp.hook_pre`, last));
    // A sheet knows one zero.
    expect(points.map(([, , post]) => Math.fround(post!))).toEqual(
      row(`${block}.mlp.hook_post`, last).map((value) => value + 0),
    );
  });

  it('of the merges goes from bytes to ids, step by step', async () => {
    await open('tokens', '&detail=piece-0');
    const typed = page.getByRole('textbox', { name: /^Try a word/ });
    await typed.fill('empowers');
    await page.getByRole('heading', { name: '“·empowers”: bytes, merges, tokens', exact: true }).waitFor();
    const lines = (await csvOf('“·empowers”: bytes, merges, tokens')).slice(1);
    expect(lines[0]![4]).toBe('· | e | m | p | o | w | e | r | s');
    // As the table says it: the ranks, and what stands at the end.
    const ranks = await page
      .getByRole('table', { name: 'Merges step by step', exact: true })
      .getByRole('row')
      .evaluateAll((rows) =>
        rows.slice(2, -1).map((row) => row.children[1]!.textContent!.replace(/,/g, '').trim()),
      );
    expect(lines.slice(1).map(([, rank]) => rank)).toEqual(ranks);
    expect(ranks.length).toBeGreaterThan(4);
    expect(lines.at(-1)!.slice(4)).toEqual(['·em | powers', '20 65 6D | 70 6F 77 65 72 73', '795 30132']);
  });

  it('of a share tells each step from the logit on', async () => {
    await open('sampling', '&t=0.8&k=30&p=0.8&detail=rank-2');
    const heading = page.getByRole('heading', { name: /^How “.+” comes to its share$/ });
    await heading.waitFor();
    const steps = Object.fromEntries(await csvOf((await heading.textContent())!));
    const logits = row('logits', last).sort((a, b) => b - a);
    expect(Number(steps['logit'])).toBeCloseTo(logits[2]!, 5);
    expect(Number(steps['tempered'])).toBeCloseTo(logits[2]! / 0.8, 4);
    expect(Number(steps['exp']) / Number(steps['sum_of_exp'])).toBeCloseTo(
      Number(steps['softmax_tempered']),
      5,
    );
    expect(Number(steps['softmax_tempered']) / Number(steps['share_left'])).toBeCloseTo(
      Number(steps['probability']),
      5,
    );
  });

  it('of the neurons is the trace’s', async () => {
    await open('mlp');
    const lines = await csvOf('Strongest neurons');
    expect(lines).toHaveLength(1 + trace(`${block}.mlp.hook_post`).shape[1]!);
    for (const [neuron, pre, post] of lines.slice(1, 9)) {
      expect(Math.fround(Number(pre))).toBe(at(trace(`${block}.mlp.hook_pre`), last, Number(neuron)));
      expect(Math.fround(Number(post))).toBe(at(trace(`${block}.mlp.hook_post`), last, Number(neuron)));
    }
  });
});
