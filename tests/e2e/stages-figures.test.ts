/** Every figure of every stage can be taken away: as SVG that stands alone, as PNG made of it, and its numbers as CSV. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { percent } from '../../web/src/format/format';
import { stages, type StageName } from '../../web/src/state/stages';
import { bundled } from '../bundled';
import { useSite } from './browser';
import { usePage } from './one-page';
import { openSave } from './save';
import { commandLine } from './screen';
import { go } from './visits';

const text = 'The old man looked at the sea';

const site = useSite();
const here = usePage(site, '#prompt=Hello', { colorScheme: 'dark' });
let page: Page;
beforeEach(() => {
  ({ page } = here);
});

/** Where the files are opened: in a page of nobody, as Vitrine's own policy holds in all that its page parses. */
let elsewhere: Page;
beforeAll(async () => {
  elsewhere = await site.browser.newPage();
});
afterAll(() => elsewhere?.close());

async function open(stage: StageName, lang: 'en' | 'ko' = 'en') {
  await go(page, { prompt: text, lang, open: stage, more: { at: 'L3H4' } });
  await page.getByRole('article').getByRole('heading', { level: 2 }).waitFor();
  await openSave(page, lang === 'ko' ? { save: '저장' } : {});
}

const figures = () => page.getByRole('group', { name: /^Take the figure: / });

/** Nobody clicks more than ten times a second: what a page downloads beyond that, browsers drop without a word. */
const pause = 120;
let last = 0;

async function take(figure: ReturnType<typeof figures>, kind: 'SVG' | 'PNG' | 'CSV') {
  await page.waitForFunction((soonest) => Date.now() >= soonest, last + pause);
  last = Date.now();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    figure.getByRole('button', { name: kind, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** What a program that reads SVG finds in the file. */
const read = (svg: string) =>
  elsewhere.evaluate((source) => {
    const document = new DOMParser().parseFromString(source, 'image/svg+xml');
    const all = Array.from(document.getElementsByTagName('*'));
    return {
      broken: document.getElementsByTagName('parsererror').length,
      title: document.getElementsByTagName('title')[0]?.textContent ?? '',
      description: document.getElementsByTagName('desc')[0]?.textContent ?? '',
      marks: all.filter(({ tagName }) => /^(rect|path|circle|line|image)$/.test(tagName)).length,
      text: all.filter(({ tagName }) => tagName === 'text').map(({ textContent }) => textContent ?? ''),
      outside: all.flatMap((element) =>
        Array.from(element.attributes, ({ name, value }) => `${name}=${value}`).filter((attribute) =>
          /var\(|currentColor|=[^,]*NaN|undefined|^class=|^href=(?!data:image)/.test(attribute),
        ),
      ),
    };
  }, svg);

describe('figures', () => {
  it.each(stages)('of %s', async (stage) => {
    await open(stage);
    const count = await figures().count();
    expect(count).toBeGreaterThanOrEqual(3);
    for (let i = 0; i < count; i += 1) {
      const group = figures().nth(i);
      const name = (await group.getAttribute('aria-label'))!.replace('Take the figure: ', '');
      const svg = await take(group, 'SVG');
      expect(svg.name).toMatch(/^vitrine-[\w.-]+\.svg$/);
      const found = await read(svg.bytes.toString('utf8'));
      expect(found.broken, name).toBe(0);
      expect(found.outside, name).toEqual([]);
      expect(found.title).toBe(name);
      expect(found.description).toContain('The·old·man·looked·at·the·sea');
      expect(found.description).toContain(bundled.name);
      expect(found.marks + found.text.length, name).toBeGreaterThan(5);
      const csv = await take(group, 'CSV');
      expect(csv.name).toBe(svg.name.replace(/svg$/, 'csv'));
      const [head, ...lines] = csv.bytes.toString('utf8').trimEnd().split('\r\n');
      expect(head, name).toMatch(/^[a-z]\w*(,[\w ]+)+$/);
      const numbers = lines.flatMap((line) => line.split(',')).filter((field) => /^-?\d/.test(field));
      expect(numbers.length, name).toBeGreaterThan(lines.length / 2);
      expect(lines.length, name).toBeGreaterThan(0);
      // Further down the vocabulary there are tokens of such names.
      expect(lines.slice(0, 100).join(), name).not.toMatch(/undefined|NaN|\bnan\b/);
    }
  });

  it('say where they are from: layer, and head where one is looked at', async () => {
    await open('attention');
    expect((await read((await take(figures().first(), 'SVG')).bytes.toString('utf8'))).description).toContain(
      'L3H4',
    );
    await open('mlp');
    expect((await read((await take(figures().first(), 'SVG')).bytes.toString('utf8'))).description).toMatch(
      / L3$/,
    );
  });

  it('show the numbers and marks that are on screen', async () => {
    await open('mlp');
    const curve = figures()
      .filter({ has: page.getByRole('button') })
      .nth(2);
    expect(await curve.getAttribute('aria-label')).toBe(
      'Take the figure: The neurons of this token on the curve',
    );
    const svg = (await take(curve, 'SVG')).bytes.toString('utf8');
    const neurons = await page.evaluate(
      async () => (await window.vitrine!.tensor('blocks.3.mlp.hook_pre')).shape[1],
    );
    expect(svg.match(/<circle /g)!.length, 'one point a neuron, and the ring of the one looked at').toBe(
      neurons! + 1,
    );
    await open('logits');
    const rows = await page
      .getByRole('grid', { name: 'Candidates at this position', exact: true })
      .getByRole('row')
      .evaluateAll((all) => all.slice(1, 6).map((row) => row.children[2]!.textContent!.trim()));
    const listed = await read((await take(figures().first(), 'SVG')).bytes.toString('utf8'));
    expect(listed.text).toEqual(expect.arrayContaining(rows));
  });

  it('become pictures of twice their size, in the colours of the theme', async () => {
    await open('sampling');
    const png = await take(figures().first(), 'PNG');
    expect(png.name).toBe('vitrine-draw.png');
    const seen = await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      context.drawImage(bitmap, 0, 0);
      const corner = Array.from(context.getImageData(2, 2, 1, 1).data.slice(0, 3));
      // The line that says what the figure was made from, in its own font.
      const line = context.getImageData(0, 2 * 36, bitmap.width, 2 * 14).data;
      let written = 0;
      for (let i = 0; i < line.length; i += 4) if (line[i]! > 100) written += 1;
      return { width: bitmap.width, corner, written };
    }, png.bytes.toString('base64'));
    expect(seen.corner).toEqual([0x13, 0x13, 0x18]);
    expect(seen.width).toBeGreaterThan(800);
    expect(seen.written).toBeGreaterThan(300);
  });

  it('are set in the page’s own fonts, also elsewhere', async () => {
    await open('ln1', 'ko');
    const svg = (
      await take(page.getByRole('group', { name: /^그림 내려받기: / }).first(), 'SVG')
    ).bytes.toString('utf8');
    const faces = Array.from(
      svg.matchAll(/@font-face\{font-family:'([^']+)'[^}]*url\(data:font\/woff2;base64,(\w{8})/g),
    );
    expect(new Set(faces.map(([, family]) => family))).toEqual(
      new Set(['Inter Variable', 'Noto Sans KR Variable']),
    );
    // wOF2, as base64 writes it.
    for (const [, , begin] of faces) expect(begin).toMatch(/^d09GMg/);
    expect(svg.length).toBeLessThan(3_000_000);
  });
});

describe('the overview', () => {
  it.each([
    [1440, 900, ['looked', 'sea']],
    [390, 844, ['·looked', '·sea']],
  ] as const)('is one figure, %s px wide', async (width, height, words) => {
    await page.setViewportSize({ width, height });
    await go(page, { prompt: text, more: { at: 'L3H4' } });
    const svg = await take(figures().first(), 'SVG');
    expect(svg.name).toBe('vitrine-L3H4.svg');
    const found = await read(svg.bytes.toString('utf8'));
    expect(found.broken).toBe(0);
    expect(found.outside).toEqual([]);
    expect(found.description).toContain('L3H4');
    expect(found.marks).toBeGreaterThan(500);
    const [first] = commandLine(text, 1).top;
    expect(found.text).toEqual(expect.arrayContaining(['The', ...words, percent(first!.p)]));
    const png = await take(figures().first(), 'PNG');
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
  });

  it('has its titles above their rows, also when a scrolled phone keeps them in sight', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await go(page, { prompt: text });
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    const svg = await take(figures().first(), 'SVG');
    const placed = await elsewhere.evaluate((source) => {
      const texts = new DOMParser().parseFromString(source, 'image/svg+xml').getElementsByTagName('text');
      return Array.from(texts, (one) => ({ says: one.textContent, y: Number(one.getAttribute('y')) }));
    }, svg.bytes.toString('utf8'));
    for (const title of ['Norm 1', 'Q · K · V', 'Attention', 'Heads joined', 'Norm 2', 'MLP']) {
      const at = placed.findIndex(({ says }) => says === title);
      const firstRow = placed.slice(at).find(({ says }) => says === '·old');
      expect([title, placed[at]!.y < firstRow!.y]).toEqual([title, true]);
    }
  });

  it('gives the attention of all heads of its block as one table, and says so', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await go(page, { prompt: text, more: { at: 'L3H4' } });
    expect(await figures().first().getByRole('button', { name: 'CSV' }).getAttribute('title')).toBe(
      `The attention of all ${bundled.heads} heads of block 3: a row for each head and query, under each key its share`,
    );
    const csv = await take(figures().first(), 'CSV');
    expect(csv.name).toBe('vitrine-L3-attention.csv');
    const lines = csv.bytes.toString('utf8').trimEnd().split('\r\n');
    expect(lines[0]).toBe('layer,head,query,token,0,1,2,3,4,5,6');
    const rows = lines.slice(1).map((line) => line.split(','));
    const places = Array.from({ length: 8 * 7 }, (_, row) => ['3', `${Math.floor(row / 7)}`, `${row % 7}`]);
    expect(rows.map((row) => row.slice(0, 3))).toEqual(places);
    const pattern = await page.evaluate(async () => {
      const { data } = await window.vitrine!.tensor('blocks.3.attn.hook_pattern');
      return Array.from(data as Float32Array);
    });
    expect(rows.flatMap((row) => row.slice(4)).map((share) => Math.fround(Number(share)))).toEqual(pattern);
  });

  it('gives the heads that are set side by side as one figure, and their shares as one table', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await go(page, { prompt: text, more: { at: 'L3H4', heads: 'L3H4 L5H2' } });
    const compared = page.getByRole('group', { name: 'Take the figure: Compare heads', exact: true });
    const svg = await take(compared, 'SVG');
    expect(svg.name).toBe('vitrine-heads-L3H4-L5H2.svg');
    const found = await read(svg.bytes.toString('utf8'));
    expect(found.outside).toEqual([]);
    expect(found.text).toEqual(expect.arrayContaining(['L3H4', 'L5H2']));
    const lines = (await take(compared, 'CSV')).bytes.toString('utf8').trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + 2 * 7);
    const pattern = await page.evaluate(
      async () => (await window.vitrine!.tensor('blocks.5.attn.hook_pattern')).data,
    );
    const last = lines[14]!.split(',');
    expect(last.slice(0, 3)).toEqual(['L5H2', '6', ' sea']);
    expect(last.slice(3).map((share) => Math.fround(Number(share)))).toEqual(
      Array.from(pattern.subarray((2 * 7 + 6) * 7, (2 * 7 + 7) * 7)),
    );
  });
});
