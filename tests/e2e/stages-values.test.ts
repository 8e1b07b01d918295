/** Every opened stage shows the trace's numbers, and its arithmetic adds up to them. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { logit, number, percent, signed } from '../../web/src/format/format';
import { commandLine, screen } from './screen';
import { apart, at, sums, type Trace } from './stages-trace';
import { useTracedStages } from './traced-stages';

const prompt = 'The old man looked at the sea';
const words = ['The', 'old', 'man', 'looked', 'at', 'the', 'sea'];
const [layer, head, last] = [3, 4, 6];
const block = `blocks.${layer}`;

const traced = useTracedStages(prompt, `L${layer}H${head}`);
const { open } = traced;
let page: Page;
let trace: Trace;
beforeAll(() => {
  ({ page, trace } = traced);
});

async function rowTexts(name: string): Promise<string[][]> {
  const table = page
    .getByRole('table', { name, exact: true })
    .or(page.getByRole('grid', { name, exact: true }));
  await table.waitFor();
  return table
    .getByRole('row')
    .evaluateAll((rows) =>
      rows.map((row) => Array.from(row.children, (cell) => cell.textContent?.trim() ?? '')),
    );
}

/** The name of the cell that the keyboard would start from. */
const cellName = (grid: string) =>
  page
    .getByRole('grid', { name: grid, exact: true })
    .getByRole('gridcell')
    .first()
    .getAttribute('aria-label');

async function addsUp(expected: number[], scale = 1) {
  const found = await sums(page);
  expect(found.map(({ engine }) => engine)).toEqual(expected);
  for (const { sum, engine } of found) expect(Math.abs(sum - engine)).toBeLessThan(apart * scale);
}

/** How often the stage tells how an int8 model rounds what it multiplies. */
const roundingNotes = () => page.getByText(/^An int8 model rounds what it multiplies here/).count();

describe('the opened stages', () => {
  it('tokens: pieces, merges and ids', async () => {
    await open('tokens');
    const { tokens } = await screen(page).state();
    const rows = await rowTexts('Tokens with id, text and bytes');
    expect(rows.slice(1).map(([position, , id]) => [Number(position), Number(id)])).toEqual(
      tokens.map(({ id }, position) => [position, id]),
    );
    await page.getByRole('textbox', { name: /^Try a word/ }).fill('empowers');
    const steps = page.getByRole('table', { name: 'Merges step by step' }).getByRole('row');
    await steps.last().filter({ hasText: 'em' }).waitFor();
    const spelled = await steps.nth(-2).locator('span').allTextContents();
    expect(spelled.join('').trim()).toBe('·empowers');
    expect(await steps.count()).toBe(1 + 1 + ('·empowers'.length - spelled.length) + 1);
    const ids = await steps.last().locator('small').allTextContents();
    expect(ids.map(Number)).toEqual(commandLine(' empowers', 1).tokens.map(({ id }) => id));
    expect(ids.length).toBe(spelled.length);
    await page.getByText(/no rule for the neighbours that are left: “·em” \+ “powers”/).waitFor();
    const piece = page.getByRole('group', { name: 'The text in pieces', exact: true }).getByRole('button');
    await piece
      .and(page.getByRole('button', { name: '·empowers ·em 795 powers 30132', pressed: true }))
      .waitFor();
    expect(await steps.nth(2).getByRole('cell').nth(2).textContent()).toMatch(/^\S+ \+ \S+$/);
  });

  it('embedding: token and position add up to the residual stream', async () => {
    await open('embedding');
    expect(await cellName('token table, row for sea')).toBe(
      `dimension 0: ${signed(at(trace('hook_embed'), last, 0))}`,
    );
    expect(await cellName('position table, row for sea')).toBe(
      `dimension 0: ${signed(at(trace('hook_pos_embed'), last, 0))}`,
    );
    await addsUp([at(trace('blocks.0.hook_resid_pre'), last, 0)]);
    const nearest = await rowTexts('Nearest words');
    expect(nearest.length).toBe(13);
    const embed = trace('hook_embed');
    const [a, b] = [3, 5].map((token) =>
      Array.from({ length: embed.shape[1]! }, (_, c) => at(embed, token, c)),
    );
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, c) => sum + value * y[c]!, 0);
    const cosine = dot(a!, b!) / Math.sqrt(dot(a!, a!) * dot(b!, b!));
    await open('embedding', `&detail=pair-${3 * words.length + 5}`);
    await page.getByRole('heading', { name: `“looked” and “the”: cosine ${cosine.toFixed(3)}` }).waitFor();
  });

  it.each([
    ['ln1', `${block}.ln1`],
    ['ln2', `${block}.ln2`],
    ['ln_final', 'ln_final'],
  ] as const)('%s: scale, gain and bias', async (stage, stem) => {
    await open(stage, '&detail=dimension-17');
    const scale = trace(`${stem}.hook_scale`);
    await addsUp([at(trace(`${stem}.hook_normalized`), last, 17)]);
    const rows = await rowTexts('Mean and scale by token');
    expect(rows.slice(1).map((row) => row[2])).toEqual(words.map((_, token) => number(at(scale, token, 0))));
  });

  it('qkv: a value is its dot product', async () => {
    for (const [letter, name] of [
      ['q', 'query'],
      ['k', 'key'],
      ['v', 'value'],
    ] as const) {
      await open('qkv', `&detail=${letter}-5`);
      const value = at(trace(`${block}.attn.hook_${letter}`), last, head, 5);
      await addsUp([value]);
      const first = at(trace(`${block}.attn.hook_${letter}`), last, head, 0);
      expect(await cellName(`${name} of sea`)).toBe(`dimension 0: ${signed(first)}`);
    }
  });

  it('attention: scores, mask, pattern and values', async () => {
    await open('attention', '&cell=6.2');
    const pattern = trace(`${block}.attn.hook_pattern`);
    const scores = trace(`${block}.attn.hook_attn_scores`);
    const grid = page.getByRole('grid', { name: 'Attention, shares, L3H4', exact: true });
    await grid.waitFor();
    const names = await grid
      .getByRole('gridcell')
      .evaluateAll((cells) => cells.map((c) => c.getAttribute('aria-label')));
    const expected = words.flatMap((query, q) =>
      words.map(
        (key, k) => `${query} to ${key}: ${k > q ? 'later words, masked' : percent(at(pattern, head, q, k))}`,
      ),
    );
    expect(names).toEqual(expected);
    const masked = page.getByRole('grid', { name: 'Scaled and masked scores, L3H4', exact: true });
    expect(
      await masked
        .getByRole('gridcell')
        .nth(6 * 7 + 2)
        .getAttribute('aria-label'),
    ).toBe(`sea to man: ${signed(at(scores, head, 6, 2))}`);
    const size = trace(`${block}.attn.hook_q`).shape[2]!;
    const [product, value] = await sums(page);
    expect(product!.engine).toBeCloseTo(at(scores, head, 6, 2) * Math.sqrt(size), 5);
    expect(Math.abs(product!.sum - product!.engine)).toBeLessThan(apart);
    expect(value!.engine).toBe(at(trace(`${block}.attn.hook_z`), last, head, 0));
    expect(Math.abs(value!.sum - value!.engine)).toBeLessThan(apart);
    const rows = await rowTexts('Softmax row of sea');
    expect(rows.slice(1).map((row) => row.at(-1))).toEqual(
      words.map((_, key) => percent(at(pattern, head, 6, key))),
    );
    expect(await page.getByText(/shares add up to 1\.0000/).count()).toBe(1);
  });

  it('attn_out: the heads add up to what is written', async () => {
    await open('attn_out', '&detail=dimension-9');
    await addsUp([at(trace(`${block}.hook_attn_out`), last, 9)]);
    expect(await roundingNotes()).toBe(1);
  });

  it('mlp: neurons before and after, up and down', async () => {
    await open('mlp');
    const rows = await rowTexts('Strongest neurons');
    const [neuron, pre, post] = rows[1]!;
    const index = Number(neuron);
    expect(pre).toBe(signed(at(trace(`${block}.mlp.hook_pre`), last, index)));
    expect(post).toBe(signed(at(trace(`${block}.mlp.hook_post`), last, index)));
    const all = Array.from({ length: trace(`${block}.mlp.hook_post`).shape[1]! }, (_, f) =>
      Math.abs(at(trace(`${block}.mlp.hook_post`), last, f)),
    );
    expect(all[index]).toBeGreaterThan(0.5 * Math.max(...all));
    await addsUp([
      at(trace(`${block}.mlp.hook_pre`), last, index),
      at(trace(`${block}.hook_mlp_out`), last, 0),
    ]);
    expect(await roundingNotes()).toBe(1);
    expect(await page.getByText('Here h is rounded, in the same way as x', { exact: false }).count()).toBe(1);
  });

  it('residual: the writers add up to the residual stream', async () => {
    await open('residual', '&detail=dimension-30');
    const layers =
      (await page.getByRole('slider', { name: 'Layer', exact: true }).getAttribute('aria-valuemax')) ?? '7';
    await addsUp([at(trace(`blocks.${layers}.hook_resid_post`), last, 30)], 10);
    expect(await cellName('Residual stream of sea, one row an addition')).toBe(
      `token, dimension 0: ${signed(at(trace('hook_embed'), last, 0))}`,
    );
    await page
      .getByRole('slider', {
        name: 'The residual stream of sea after every addition, by the parts it is made of',
      })
      .waitFor();
  });

  it('logits: of any position, and the surprise of what came', async () => {
    const logits = trace('logits');
    await open('logits', '&token=2');
    const ranked = Array.from({ length: logits.shape[1]! }, (_, id) => ({ id, value: at(logits, 2, id) }));
    ranked.sort((a, b) => b.value - a.value || a.id - b.id);
    const rows = await rowTexts('Candidates at this position');
    expect(rows.slice(1, 9).map((row) => row[2])).toEqual(
      ranked.slice(0, 8).map(({ value }) => logit(value)),
    );
    await addsUp([ranked[0]!.value]);
    const { tokens } = await screen(page).state();
    const total = ranked.reduce((sum, { value }) => sum + Math.exp(value - ranked[0]!.value), 0);
    const share = Math.exp(at(logits, 2, tokens[3]!.id) - ranked[0]!.value) / total;
    const surprise = await rowTexts('Surprise by position');
    expect(surprise[3]!.at(-1)).toBe(`${(-Math.log2(share)).toFixed(1)} bits`);
  });

  it('sampling: temperature, k and p over the whole vocabulary', async () => {
    const [temperature, topK, topP] = [0.7, 30, 0.8];
    await open('sampling', `&t=${temperature}&k=${topK}&p=${topP}`);
    const logits = trace('logits');
    const ranked = Array.from({ length: logits.shape[1]! }, (_, id) => ({ id, value: at(logits, last, id) }));
    ranked.sort((a, b) => b.value - a.value || a.id - b.id);
    const weights = ranked.map(({ value }) => Math.exp((value - ranked[0]!.value) / temperature));
    const byK = weights.slice(0, topK).reduce((sum, weight) => sum + weight, 0);
    let kept = 0;
    let mass = 0;
    while (mass < topP * byK) mass += weights[kept++]!;
    const rows = await rowTexts('All candidates');
    const shown = rows.slice(1, 11);
    expect(shown.map((row) => row[3])).toEqual(ranked.slice(0, 10).map(({ value }) => logit(value)));
    expect(shown.map((row) => row.at(-1))).toEqual(
      weights.slice(0, 10).map((weight, rank) => percent(rank < kept ? weight / mass : 0)),
    );
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    await page.getByRole('grid', { name: 'All candidates' }).getByRole('row').nth(3).click();
    await page.getByRole('heading', { name: /^How “.+” comes to its share$/ }).waitFor();
    await page.getByText('rank 3 · choose another in the bar or in the table').waitFor();
    const [tempered, left] = await sums(page);
    for (const [found, wanted] of [
      [tempered!, weights[2]! / all],
      [left!, weights[2]! / mass],
    ] as const) {
      expect(found.engine).toBeCloseTo(wanted, 6);
      expect(found.sum).toBeCloseTo(wanted, 6);
    }
    const cut = page.getByText(/of the probability is cut/);
    expect(await cut.textContent()).toContain(
      `${percent(1 - mass / all)} of the probability is cut: ${percent(1 - byK / all)} by k, ${percent((byK - mass) / all)} by p`,
    );
    await page.getByRole('searchbox', { name: 'Where did a word end up?' }).fill('zoo');
    const zoo = page.getByText(/“·zoo” is rank [\d,]+ with/);
    await zoo.waitFor();
    expect(await zoo.textContent()).toContain('cut by top-k, which keeps ranks 1 to 30');
    await zoo.getByRole('button', { name: 'Go to its row' }).click();
    await page.getByRole('grid', { name: 'All candidates' }).getByRole('row', { selected: true }).waitFor();
    expect(await page.getByRole('row', { selected: true }).textContent()).toContain('·zoo');
  });
});
