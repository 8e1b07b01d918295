/** Long texts, many heads, many prompts: what is drawn stays in its place and is read, and nothing is left behind. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { useSite, waits } from './browser';
import { usePage } from './one-page';
import { screen } from './screen';
import { go, promptOf } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello');
let page: Page;
let view: typeof here.view;

beforeEach(() => {
  ({ page, view } = here);
});

const sentence = 'The old man looked at the sea';
const boxOf = async (name: string) => (await page.getByRole('group', { name }).boundingBox())!;

describe('the grid of heads', () => {
  it('grows over the picture and goes back by Escape, one level alone, or with the head that was chosen', async () => {
    await go(page, { prompt: sentence, more: { token: '3' } });
    const small = await boxOf('All heads');
    const enlarge = page.getByRole('button', { name: 'Enlarge the grid of heads' });
    await enlarge.click();
    await expect.poll(async () => (await boxOf('All heads')).width).toBeGreaterThan(small.width * 1.3);
    await expect.poll(async () => (await boxOf('All heads')).height).toBeGreaterThan(small.height * 1.3);
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await boxOf('All heads')).width).toBe(small.width);
    expect((await view.state()).pinnedToken).toBe(3);
    await enlarge.click();
    await page.getByRole('button', { name: 'L6H2', exact: true }).click();
    await expect.poll(async () => (await boxOf('All heads')).width).toBe(small.width);
    expect(await view.state()).toMatchObject({ layer: 6, head: 2 });
  });
});

describe('arcs', () => {
  const arcs = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll<SVGPathElement>('.arcs path'), (path) => {
        const { top, bottom } = path.getBoundingClientRect();
        return { colour: path.getAttribute('stroke')!, top, bottom };
      }),
    );

  it('are drawn for each pinned head in its colour, and for the chosen one beside them', async () => {
    await go(page, { prompt: sentence, more: { token: '6', at: 'L3H4', heads: 'L0H0 L1H1' } });
    await expect
      .poll(async () => [...new Set((await arcs()).map(({ colour }) => colour))].sort())
      .toEqual(['var(--attention)', 'var(--ink)', 'var(--pin2)']);
    await page.getByText('arcs by head').waitFor();
  });

  it('stay beside the rows that are in sight', async () => {
    await go(page, { prompt: promptOf(200), more: { token: '205', at: 'L5H2' } });
    await expect.poll(async () => (await arcs()).length).toBeGreaterThan(0);
    const rows = (await page.getByRole('list', { name: 'Tokens', exact: true }).boundingBox())!;
    const all = await view.tokens.all();
    const last = (await all.at(-1)!.boundingBox())!;
    for (const { top, bottom } of await arcs()) {
      expect(top).toBeGreaterThanOrEqual(rows.y - 20);
      expect(bottom).toBeLessThanOrEqual(last.y + last.height + 20);
    }
  });
});

describe('a long text', () => {
  it('keeps the height of its rows, the keys that are looked at most, and tells the number of a cell', async () => {
    await go(page, { prompt: promptOf(200) });
    const grid = (await view.attention.boundingBox())!;
    const rows = await view.tokens.count();
    expect(rows).toBeLessThanOrEqual(15);
    expect(grid.height / rows).toBeGreaterThanOrEqual(26);
    // Ten keys: none is thinner than a bar that can be pointed at.
    expect(grid.width / 10).toBeGreaterThanOrEqual(10);
    await page.mouse.move(grid.x + 4, grid.y + grid.height - 8);
    const tip = page.getByText(/ to .*: [\d.<> ]+ %$/);
    await tip.waitFor();
    await page.mouse.move(2, 2);
    await tip.waitFor({ state: 'detached' });
  });
});

describe('prompt after prompt', () => {
  it('leaves nothing behind: no nodes, no listeners, no memory, neither in the page nor in the engine', async () => {
    const context = await site.browser.newContext({ serviceWorkers: 'block', locale: 'en-US' });
    context.setDefaultTimeout(waits);
    const fresh = await context.newPage();
    // The engine's memory is its worker's own affair: it is handed out here.
    await fresh.route(/\/worker-[\w-]+\.js$/, async (route) => {
      const script = await (await route.fetch()).text();
      const ear =
        'const made=WebAssembly.instantiate;WebAssembly.instantiate=async(...all)=>{const it=await made(...all);self.engine=it.exports;return it};';
      await route.fulfill({ body: ear + script, contentType: 'text/javascript' });
    });
    await fresh.goto(site.at(`#prompt=Hello`));
    const here = screen(fresh);
    await here.ready();
    const session = await context.newCDPSession(fresh);
    const look = async () => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
      const engine = await fresh
        .workers()[0]!
        .evaluate(
          () =>
            (self as unknown as { engine: { memory: WebAssembly.Memory } }).engine.memory.buffer.byteLength,
        );
      return { heap: usedSize, nodes, listeners: jsEventListeners, engine };
    };
    const words = promptOf(40).split(' ');
    const prompt = (i: number) => words.slice(i % 9, 3 + (i % 9) + ((i * 5) % 23)).join(' ');
    const round = async () => {
      for (let i = 0; i < 46; i += 1) await here.write(`${prompt(i)} ${i}`);
      await here.write(sentence);
      return look();
    };
    const before = await round();
    const after = await round();
    // What a leak of one token's row or of one tensor a prompt would exceed by far.
    expect(after.nodes - before.nodes).toBeLessThan(400);
    expect(after.listeners - before.listeners).toBeLessThan(400);
    expect(after.heap - before.heap).toBeLessThan(2 * 2 ** 20);
    expect(after.engine).toBe(before.engine);
    await context.close();
    // Nearly a hundred prompts: a minute where the machine has other work.
  }, 240_000);
});
