// How fast the built page is: what a person waits for, in a real browser.
//
//   node scripts/measure-page.mjs [FOLDER...] [--rounds N] [--prompts N] [--tokens N,N...] [--isolated] [--json]
//
// FOLDER is a built page (dist/ if none is told). Several are measured in turn, round by round, so that what else the
// machine does falls on all of them alike; each figure is the median over the rounds. --tokens are the lengths at which
// every stage is opened: above 512 they want a FOLDER whose bundled model reads as many: a copy with another one
// in models/, in the bundled one's folder.
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { isMain, main, PLACES, Problem } from './project.mjs';
import { ear } from './bench/page-ear.mjs';
import { computing } from './bench/page-tasks.mjs';
import { serve } from './serve.mjs';
import { find } from './toolchain.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
const SENTENCE =
  'The old clock on the wall had stopped many years ago but nobody in the house had ever noticed it ';
/** What is typed at the end of a text: words, and signs that no word has. */
const TYPED = ' ever heard it strike, so one evening the children came down to look at it.';
const SIGNS = '#%&@=~^|$*';
/** From key to key, ms: 50 to 120 words a minute. */
const WRITING = [100, 240];
/**
 * Ways to press keys, how many a length and how far apart: as a person who writes words, as one who writes signs, as one
 * who thinks before each of those, and right after a frame.
 */
const WAYS = {
  typed: { strokes: 60, keys: TYPED, pace: WRITING },
  signs: { strokes: 30, keys: SIGNS, pace: WRITING },
  rested: { strokes: 30, keys: SIGNS, pace: [900, 1100] },
  paced: { strokes: 12, keys: TYPED, pace: null },
};
/** Keys after which the text is what it was: it stays about as long. */
const STRETCH = 15;
const LENGTHS = [20, 64, 200];
const SCRUB_MS = 1500;
/** Lengths at which everything is opened once, and stages whose blocks are stepped through. */
const OPENED = '6,64,200,480';
const STAGES = 'tokens embedding ln1 qkv attention attn_out ln2 mlp residual ln_final logits sampling'.split(
  ' ',
);
const STEPPED = ['qkv', 'attention', 'mlp', 'residual'];

const quantile = (values, q) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
};
const median = (values) => quantile(values, 0.5);

/** A text of about `tokens` tokens: English words here are one token each. */
const textOf = (tokens) => {
  const words = SENTENCE.trim().split(' ');
  return Array.from({ length: tokens - 2 }, (_, i) => words[i % words.length]).join(' ');
};

async function settled(page) {
  await page.waitForFunction(() => window.vitrine?.state().status === 'ready');
}

async function fill(page, text) {
  await page.evaluate((wanted) => window.vitrine.run(wanted), text);
  await settled(page);
}

/**
 * Types at the end of a text; ms until the distribution, and until all of it, has been painted. A person's keys come at any
 * moment between two frames. `paced`, each comes right after the last one's picture, thus always at about the same
 * moment, early in a frame, and before the page could think of it; what that measures depends on how much of the frame
 * is left then.
 */
async function type(page, text, { strokes, keys, pace }) {
  const waits = [];
  let last = 0;
  for (let i = 0; i < strokes; i += 1) {
    if (i % STRETCH === 0) {
      await fill(page, text);
      await page.getByRole('textbox', { name: 'Prompt', exact: true }).focus();
      await page.keyboard.press('Control+End');
      last = performance.now();
    }
    await page.evaluate(() => void (window.heard = window.ear.keystroke()));
    if (pace) {
      const [least, most] = pace;
      const due = last + least + Math.random() * (most - least);
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    }
    last = performance.now();
    await page.keyboard.press(keys[i % keys.length]);
    waits.push(await page.evaluate(() => window.heard));
  }
  return {
    distribution: median(waits.map((wait) => wait.distribution)),
    distributionMean: waits.reduce((sum, wait) => sum + wait.distribution, 0) / waits.length,
    distributionMost: quantile(
      waits.map((wait) => wait.distribution),
      0.9,
    ),
    ready: median(waits.map((wait) => wait.ready)),
    readyMost: quantile(
      waits.map((wait) => wait.ready),
      0.9,
    ),
  };
}

/** Drags a slider's knob to and fro; frames a second, the longest time between two, the long tasks meanwhile. */
async function drag(page, name) {
  const slider = page.getByRole('slider', { name, exact: true });
  const box = await slider.boundingBox();
  if (!box) throw new Problem(`the page shows no slider "${name}"`);
  const y = box.y + box.height / 2;
  const x = (part) => box.x + 8 + part * (box.width - 16);
  await page.mouse.move(x(0.5), y);
  await page.mouse.down();
  const heard = page.evaluate((span) => window.ear.frames(span), SCRUB_MS);
  const begun = performance.now();
  for (let i = 0; performance.now() - begun < SCRUB_MS; i += 1) {
    await page.mouse.move(x(0.5 + 0.45 * Math.sin(i / 12)), y);
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
  const figures = await heard;
  await page.mouse.up();
  await page.mouse.move(2, 2);
  await settled(page);
  return figures;
}

const longest = (page) => page.evaluate(() => window.ear.takeLongest());

/** Opens a stage, or goes back to the picture, as a link does. */
async function open(page, stage) {
  await page.evaluate((name) => {
    const link = new URLSearchParams(location.hash.slice(1));
    if (name) link.set('open', name);
    else link.delete('open');
    location.hash = link;
  }, stage);
  await page.waitForFunction((name) => window.vitrine.state().open === name, stage);
  await settled(page);
}

/** The longest task of the page's thread while a text is run and each stage is opened, stepped through and closed. */
async function stages(page, tokens) {
  const figures = {};
  const note = async (what, act) => {
    await longest(page);
    const task = await computing(page, async () => {
      await act();
      await settled(page);
      await page.evaluate(() => window.ear.painted());
    });
    figures[`${tokens} tokens, ${what}: longest task, ms`] = await longest(page);
    figures[`${tokens} tokens, ${what}: most computed, ms`] = task.longest;
  };
  await note('run', () => fill(page, textOf(tokens)));
  for (const stage of STAGES) {
    await note(`open ${stage}`, () => open(page, stage));
    if (STEPPED.includes(stage)) {
      const slider = page.getByRole('slider', { name: 'Layer', exact: true }).first();
      await note(`scrub ${stage}`, async () => {
        for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowRight', 'ArrowRight']) await slider.press(key);
      });
    }
    await note(`back from ${stage}`, () => open(page, null));
  }
  return figures;
}

async function memory(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { heapMb: usedSize / 2 ** 20, nodes, listeners: jsEventListeners };
}

async function leak(page, prompts) {
  const session = await page.context().newCDPSession(page);
  const words = SENTENCE.split(' ');
  const some = (i) => words.slice(i % 7, 3 + (i % 7) + (i % 13)).join(' ') + i;
  // What is made once and kept, such as colour tables, is made before.
  for (let i = 0; i < 10; i += 1) await fill(page, some(i));
  const before = await memory(session);
  for (let i = 0; i < prompts; i += 1) await fill(page, some(i));
  await fill(page, some(9));
  const after = await memory(session);
  await session.detach();
  return {
    heapMb: after.heapMb,
    heapGrowthMb: after.heapMb - before.heapMb,
    nodesGrowth: after.nodes - before.nodes,
    listenersGrowth: after.listeners - before.listeners,
  };
}

async function visit(folder, { prompts, lengths, isolated }) {
  const server = await serve(folder, { isolated });
  const browser = await chromium.launch({ executablePath: find('browser'), headless: true, args: FLAGS });
  try {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-US',
      serviceWorkers: 'block',
    });
    const page = await context.newPage();
    await page.addInitScript(ear);
    const scripts = [];
    page.on('response', (response) => {
      if (/\.js$/.test(response.url())) scripts.push(response.body().catch(() => Buffer.alloc(0)));
    });
    const begun = performance.now();
    const load = await computing(page, async () => {
      await page.goto(server.url);
      await settled(page);
    });
    const figures = {
      'load: to Ready, ms': performance.now() - begun,
      'load: most computed, ms': load.longest,
    };
    const bodies = await Promise.all([...scripts]);
    figures['load: JS gzip, KB'] = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1024;
    const paint = await page.evaluate(() => window.ear.load());
    figures['load: LCP, ms'] = paint.lcp;
    figures['load: CLS'] = paint.cls;
    figures['load: longest task, ms'] = await page.evaluate(() => window.ear.takeLongest());
    for (const length of LENGTHS) {
      const text = textOf(length);
      await fill(page, text);
      await page.evaluate(() => window.ear.takeLongest());
      const typed = await type(page, text, WAYS.typed);
      figures[`key ${length}: distribution, ms`] = typed.distribution;
      figures[`key ${length}: distribution mean, ms`] = typed.distributionMean;
      figures[`key ${length}: distribution p90, ms`] = typed.distributionMost;
      figures[`key ${length}: Ready, ms`] = typed.ready;
      figures[`key ${length}: Ready p90, ms`] = typed.readyMost;
      figures[`key ${length}: longest task, ms`] = await page.evaluate(() => window.ear.takeLongest());
      const signs = await type(page, text, WAYS.signs);
      figures[`key ${length}, signs: distribution, ms`] = signs.distribution;
      figures[`key ${length}, signs: Ready, ms`] = signs.ready;
      const rested = await type(page, text, WAYS.rested);
      figures[`key ${length}, signs after a pause: distribution, ms`] = rested.distribution;
      const paced = await type(page, text, WAYS.paced);
      figures[`key ${length}, right after a frame: distribution, ms`] = paced.distribution;
      // By itself: tracing takes time of its own.
      const { total } = await computing(page, () => type(page, text, WAYS.paced));
      figures[`key ${length}: computed, ms`] = total / WAYS.paced.strokes;
    }
    await fill(page, textOf(64));
    for (const name of ['Layer', 'Temperature', 'Head']) {
      const { fps, worst } = await drag(page, name);
      figures[`drag ${name}: frames a second`] = fps;
      figures[`drag ${name}: longest frame, ms`] = worst;
      figures[`drag ${name}: longest task, ms`] = await page.evaluate(() => window.ear.takeLongest());
    }
    for (const length of lengths) Object.assign(figures, await stages(page, length));
    if (prompts > 0) {
      const left = await leak(page, prompts);
      figures[`${prompts} prompts: heap, MB`] = left.heapMb;
      figures[`${prompts} prompts: heap growth, MB`] = left.heapGrowthMb;
      figures[`${prompts} prompts: nodes more`] = left.nodesGrowth;
      figures[`${prompts} prompts: listeners more`] = left.listenersGrowth;
    }
    return figures;
  } finally {
    await browser.close();
    await server.close();
  }
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '3' },
        prompts: { type: 'string', default: '200' },
        tokens: { type: 'string', default: OPENED },
        isolated: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const folders = positionals.length ? positionals : [PLACES.page];
    const rounds = Number(values.rounds);
    if (!(rounds >= 1)) throw new Problem(`--rounds is ${values.rounds}: it wants a number from 1`);
    const lengths = values.tokens.split(',').map(Number);
    if (!lengths.every((tokens) => tokens >= 3))
      throw new Problem(`--tokens is ${values.tokens}: it wants numbers from 3, with commas between`);
    const all = folders.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [i, folder] of folders.entries()) {
        // Memory once is enough, and takes longest.
        const prompts = round === 0 ? Number(values.prompts) : 0;
        all[i].push(await visit(folder, { prompts, lengths, isolated: values.isolated }));
      }
    }
    const names = Object.keys(all[0][0]);
    const table = names.map((name) => ({
      name,
      values: all.map((visits) => median(visits.map((figures) => figures[name]).filter(Number.isFinite))),
    }));
    if (values.json) {
      console.log(JSON.stringify(table, null, 2));
      return;
    }
    // "Computed" and "most computed" are time on the processor, all others the clock's.
    console.log(['', ...folders].join(' | '));
    for (const row of table)
      console.log(row.name.padEnd(52), ...row.values.map((value) => value.toFixed(2).padStart(10)));
  });
}
