/** Live without waste: what sliders, blocks and keystrokes ask of the engine, counted at the door of its worker. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { bundled } from '../bundled';
import { openSite, type Site } from './browser';
import { screen } from './screen';
import { go, promptOf } from './visits';

interface Traffic {
  /** Calls by name, since it was last asked. */
  calls: Record<string, number>;
  /** Tensors asked for, by name. */
  tensors: string[];
  /** Calls that neither were answered nor called off; the most of them that asked for the same tensor, whatever the block. */
  open: number;
  openAlike: number;
  /** The most draws that were open at a time, and the temperature of the last that was asked for. */
  openDraws: number;
  drawnAt: number | null;
  runsAnswered: number;
  frames: number[];
  longTasks: number[];
  /** How often each canvas in the page was painted, largest first. */
  paints: number[];
}

declare global {
  interface Window {
    traffic?: { take(): Traffic };
    order?: { part: 'next' | 'picture' | 'sampling'; frame: number }[];
  }
}

let site: Site;
let page: Page;
let view: ReturnType<typeof screen>;
let problems: string[];

/** Listens at the worker's two ends; runs in the page before anything else does. */
function listenAtTheDoor() {
  const open = new Map<number, string>();
  let calls: Record<string, number> = {};
  let tensors: string[] = [];
  let [most, mostAlike, mostDraws, runsAnswered] = [0, 0, 0, 0];
  let drawnAt: number | null = null;
  let frames: number[] = [];
  let longTasks: number[] = [];
  // What the page gives up waiting for on a machine that is slow (a frame, the tensors of a picture) it waits for here, so
  // that what is counted is what it does, not how fast the machine was.
  const later = window.setTimeout.bind(window);
  window.setTimeout = ((work: () => void, delay = 0, ...rest: unknown[]) =>
    later(work, delay >= 50 && delay <= 100 ? 30_000 : delay, ...rest)) as typeof window.setTimeout;
  const post = Worker.prototype.postMessage;
  const heard = new WeakSet<Worker>();
  const look = () => {
    most = Math.max(most, open.size);
    const alike = new Map<string, number>();
    for (const key of open.values()) alike.set(key, (alike.get(key) ?? 0) + 1);
    mostAlike = Math.max(mostAlike, ...alike.values());
    mostDraws = Math.max(mostDraws, alike.get('draw') ?? 0);
  };
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
    const told = message as {
      type?: string;
      id?: number;
      name?: string;
      args?: { name?: string; head?: number; rows?: number[]; temperature?: number };
    };
    if (!heard.has(this)) {
      heard.add(this);
      this.addEventListener('message', ({ data }: MessageEvent) => {
        const answers = (Array.isArray(data) ? data : [data]) as {
          type?: string;
          id?: number;
          answers?: unknown;
        }[];
        for (const one of answers.flatMap((answer) =>
          Array.isArray(answer.answers) ? (answer.answers as { type?: string; id?: number }[]) : [answer],
        )) {
          if (one.id === undefined) continue;
          if (open.get(one.id) === 'run') runsAnswered += 1;
          open.delete(one.id);
        }
      });
    }
    if (told.type === 'call' && told.id !== undefined && told.name) {
      calls[told.name] = (calls[told.name] ?? 0) + 1;
      if (told.name === 'tensor') tensors.push(`${told.args?.name} ${told.args?.head ?? ''}`);
      if (told.name === 'draw') drawnAt = told.args?.temperature ?? null;
      const tensor = told.args?.name?.replace(/^blocks\.\d+\./, 'blocks.*.');
      open.set(told.id, tensor ? `${tensor} ${told.args?.rows?.join('-') ?? 'all'}` : told.name);
      // What an effect asks for anew is let go of in the same turn.
      setTimeout(look, 0);
    } else if (told.type === 'cancel' && told.id !== undefined) open.delete(told.id);
    return (post as (...all: unknown[]) => void).call(this, message, ...rest);
  } as typeof post;
  new PerformanceObserver((list) =>
    longTasks.push(...list.getEntries().map(({ duration }) => duration)),
  ).observe({
    type: 'longtask',
  });
  // Each painting asks for the context once.
  let paints = new Map<HTMLCanvasElement, number>();
  const context = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...rest: unknown[]) {
    paints.set(this, (paints.get(this) ?? 0) + 1);
    return (context as (...all: unknown[]) => RenderingContext | null).apply(this, rest);
  } as typeof context;
  let last = 0;
  const step = (now: number) => {
    if (last) frames.push(now - last);
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  window.traffic = {
    take() {
      const painted = [...paints].filter(([canvas]) => canvas.isConnected).map(([, count]) => count);
      const taken = {
        ...{ calls, tensors, open: most, openAlike: mostAlike, openDraws: mostDraws, drawnAt },
        ...{ runsAnswered, frames, longTasks },
        paints: painted.sort((a, b) => b - a),
      };
      paints = new Map();
      calls = {};
      tensors = [];
      [most, mostAlike, mostDraws, runsAnswered] = [0, 0, 0, 0];
      drawnAt = null;
      frames = [];
      longTasks = [];
      return taken;
    },
  };
}

const take = () => page.evaluate(() => window.traffic!.take());

/** The machine's own speed: to be read, not asserted. */
function tell(what: string, { frames, longTasks }: Traffic): void {
  const sum = frames.reduce((all, frame) => all + frame, 0);
  const rate = sum > 0 ? (1000 * frames.length) / sum : 0;
  const longest = Math.max(0, ...longTasks);
  console.log(
    `${what}: ${rate.toFixed(0)} frames a second, ${longTasks.length} tasks over 50 ms, the longest ${longest.toFixed(0)} ms`,
  );
}

beforeAll(async () => {
  site = await openSite();
  ({ page, problems } = await site.open());
  await page.addInitScript(listenAtTheDoor);
  await page.goto(site.at(`#prompt=Hello`));
  await page.reload();
  view = screen(page);
  await view.ready();
});
afterAll(() => site?.close());
beforeEach(async () => {
  // The address follows what is typed after a pause: going by it to where it still is would be no step.
  await go(page, { prompt: 'Hello' });
  await go(page, { prompt: promptOf(64) });
  await take();
  return () => expect(problems).toEqual([]);
});

/** A drag's: the knob is pressed at one end, and there are 30 steps each way. */
const ticks = 61;

/** Drags a slider's knob from one end to the other and back. */
async function drag(name: string) {
  const box = (await view.slider(name).boundingBox())!;
  const y = box.y + box.height / 2;
  const at = (part: number) => box.x + 8 + part * (box.width - 16);
  await page.mouse.move(at(0), y);
  await page.mouse.down();
  await page.mouse.move(at(1), y, { steps: 30 });
  await page.mouse.move(at(0), y, { steps: 30 });
  await page.mouse.up();
  await view.ready();
}

/** From the first block to the last and back, by the keys of the slider over them: the pointer has the blocks themselves. */
async function scrub() {
  await view.slider('Layer').press('Home');
  for (const key of ['ArrowRight', 'ArrowLeft'])
    for (let step = 1; step < 8; step += 1) await view.slider('Layer').press(key);
  await view.ready();
}

describe('sliders', () => {
  it('scrubbing the blocks never runs the model, and asks for nothing that is here', async () => {
    await scrub();
    const first = await take();
    tell('scrubbing the blocks at 64 tokens', first);
    expect((await view.state()).layer).toBe(0);
    expect(first.calls['run'] ?? 0).toBe(0);
    for (let layer = 1; layer < bundled.layers; layer += 1) {
      await view.slider('Layer').press('ArrowRight');
      await view.ready();
    }
    await page.mouse.move(2, 2);
    await view.ready();
    await take();
    await scrub();
    const again = await take();
    // Whose key the sum beside the picture takes is known when the row of weights has come, so it may ask for another.
    expect(again.tensors.filter((name) => !name.includes('hook_k'))).toEqual([]);
    expect(again.calls['run'] ?? 0).toBe(0);
  });

  it('calls off what is scrubbed past before it came', async () => {
    await go(page, { prompt: promptOf(65), more: { at: 'L0H0' } });
    await take();
    // All within one task, in which no answer can come.
    await view.slider('Layer').evaluate(async (slider, end) => {
      for (let layer = 1; layer <= end; layer += 1) {
        (slider as HTMLInputElement).value = String(layer);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      }
    }, bundled.lastLayer);
    await view.ready();
    const told = await take();
    expect((await view.state()).layer).toBe(bundled.lastLayer);
    expect(told.tensors.length).toBeGreaterThan(20);
    expect(told.openAlike).toBe(1);
  });

  it('dragging the temperature asks for the distribution and the word under the point, one at a time', async () => {
    await drag('Temperature');
    const told = await take();
    tell('dragging the temperature at 64 tokens', told);
    expect(Object.keys(told.calls).sort()).toEqual(['distribution', 'draw']);
    // The table, and its rows around the cut.
    expect(told.openAlike).toBeLessThanOrEqual(2);
    expect(told.openDraws).toBe(1);
    // Never more than one word and two parts of the table a tick.
    expect(told.calls['draw']).toBeLessThanOrEqual(ticks);
    expect(told.calls['distribution']).toBeLessThanOrEqual(2 * ticks);
    // The word that is left is of the temperature that is left.
    expect(told.drawnAt).toBe((await view.state()).sampling.temperature);
  });

  it('ticks that come amid a read of the word have one more read for all of them', async () => {
    await view.slider('Temperature').evaluate(async (slider) => {
      for (const value of [0.5, 0.75, 1.25, 1.5, 1.75]) {
        (slider as HTMLInputElement).value = String(value);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      }
    });
    await view.ready();
    const told = await take();
    expect(told.calls['draw']).toBe(2);
    expect(told.openDraws).toBe(1);
    expect(told.drawnAt).toBe((await view.state()).sampling.temperature);
    expect(told.drawnAt).toBeGreaterThan(1.25);
  });
});

describe('keystrokes', () => {
  it('bring the next token with the run and the picture in one answer, and paint each canvas once', async () => {
    await view.prompt.press('Control+End');
    // What the first answer to a longer text finds out, such as the strongest key, is not asked for again.
    await page.keyboard.press('s');
    await view.ready();
    await take();
    await page.keyboard.press('t');
    await view.ready();
    const told = await take();
    expect(told.calls['run']).toBe(1);
    expect(told.calls['screen']).toBe(1);
    expect(told.calls['distribution']).toBeUndefined();
    expect(told.calls['draw']).toBeUndefined();
    expect(told.tensors.filter((name) => !name.includes('hook_k'))).toEqual([]);
    expect(told.paints.length).toBeGreaterThan(8);
    expect(told.paints[0]).toBe(1);
  });

  it('concern a form of the prompt alone, which sends nothing', async () => {
    // At each key browsers look through a field's form for what they could fill in, or else through the page.
    const fields = await view.prompt.evaluate(
      (box: HTMLTextAreaElement) =>
        Array.from(box.form?.elements ?? []).filter((one) => !(one instanceof HTMLButtonElement)).length,
    );
    expect(fields).toBe(1);
    await view.prompt.press('Control+End');
    const { pathname, search } = new URL(page.url());
    await page.keyboard.press('Enter');
    await view.ready();
    expect(await view.prompt.inputValue()).toBe(`${promptOf(64)}\n`);
    expect(new URL(page.url())).toMatchObject({ pathname, search });
  });

  it('show what comes next in an earlier frame than the picture', async () => {
    await view.prompt.press('Control+End');
    await page.evaluate(() => {
      let frame = 0;
      const count = () => requestAnimationFrame(() => ((frame += 1), count()));
      count();
      window.order = [];
      const parts = [
        { part: 'next', selector: 'table[aria-label="Next token"]' },
        { part: 'picture', selector: 'ul[aria-label="Tokens"]' },
        { part: 'sampling', selector: 'section[aria-label="Sampling"]' },
      ] as const;
      for (const { part, selector } of parts) {
        new MutationObserver(() => window.order!.push({ part, frame })).observe(
          document.querySelector(selector)!,
          { subtree: true, childList: true, characterData: true },
        );
      }
    });
    await page.keyboard.type(' home');
    await view.ready();
    const order = await page.evaluate(() => window.order!);
    const frameOf = (part: string) => order.filter((one) => one.part === part).map(({ frame }) => frame);
    expect(frameOf('picture').length).toBeGreaterThan(0);
    expect(Math.min(...frameOf('next'))).toBeLessThan(Math.min(...frameOf('picture')));
    // The table is all that the earlier frame lays out and paints.
    expect(frameOf('sampling').length).toBeGreaterThan(0);
    expect(Math.min(...frameOf('sampling'))).toBeGreaterThanOrEqual(Math.min(...frameOf('picture')));
  });

  it('leave every canvas as it is while a token is pointed at', async () => {
    const tokens = page.getByRole('list', { name: 'Tokens', exact: true }).getByRole('listitem');
    await tokens.nth(3).hover();
    await view.ready();
    await take();
    await tokens.nth(5).hover();
    await view.ready();
    expect((await take()).paints).toEqual([]);
  });

  it('run the model once each at most, and only the last one is on screen', async () => {
    await view.prompt.press('Control+End');
    await view.prompt.pressSequentially(' and then she went home');
    await page.waitForFunction(
      (wanted) => {
        const now = window.vitrine!.state();
        return now['status'] === 'ready' && now['prompt'] === wanted;
      },
      `${promptOf(64)} and then she went home`,
    );
    const told = await take();
    tell('typing at 64 tokens', told);
    expect(told.calls['run']).toBeLessThanOrEqual(23);
    expect(told.calls['run']).toBeGreaterThan(0);
    const { tokens, prompt } = await view.state();
    expect(tokens.map(({ text }) => text).join('')).toBe(prompt);
    expect((await page.evaluate(() => window.vitrine!.state()))['reused']).toBeGreaterThan(60);
  });
});
