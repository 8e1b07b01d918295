// npm run bench -- --experiments: what the experiments cost here, each beside its budget. One thread, int8, in Node.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pageModule } from '../page-module.mjs';
import { PLACES } from '../project.mjs';
import { prepareModels } from './models.mjs';

const TOKENS = 20;

/** Budgets in ms by what is measured: [bundled, 124M]; those of EXPERIMENTS' table and of the page's promises. */
export const BUDGETS = {
  'base run, 20 tokens': [4, 42],
  'one more token': [1.5, 13],
  'one more token, a changed model beside it': [2, 13.5],
  'a head off, 20 tokens': [16, 60],
  'all heads off one by one, last position': [150, 1000],
  'lens, one column': [10, 35],
  'lens, points by positions': [60, 500],
  'why this word': [2, 8],
  'what a part says': [1, 3],
  'surprise of 20 tokens': [5, 20],
  'head scores': [1, 2],
  rollout: [1, 2],
};

const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Milliseconds of `work`, the median; `before` is not counted. */
function timed(work, { times, before = () => undefined }) {
  const taken = Array.from({ length: times }, () => {
    before();
    const begun = performance.now();
    work();
    return performance.now() - begun;
  });
  return middle(taken);
}

function runTo(abi, session, ids, changes = '') {
  abi.sessionStart(session, ids, changes);
  while (abi.sessionAdvance(session));
}

/** {name: milliseconds} of every row of the budgets. `readouts`: the page's module of that name. */
function measureModel(abi, readouts, model, quick) {
  const info = abi.modelInfo(model);
  const times = quick ? 3 : 15;
  const ids = Array.from({ length: TOKENS + 1 }, (_, i) => 100 + ((i * 7919) % (info.vocabulary - 100)));
  const short = ids.slice(0, TOKENS);
  const base = abi.sessionNew(model);
  const changed = abi.sessionNew(model);
  const swept = abi.sessionNew(model);
  const off = (layer, head, from = 0) => JSON.stringify({ heads: [{ layer, head, scale: 0, from }] });
  const again = () => runTo(abi, base, short);
  // Browsers and Node compile twice, the second time for speed.
  for (let i = 0; i < (quick ? 2 : 10); i += 1) {
    runTo(abi, base, ids.toReversed());
    again();
  }
  const rows = {};
  const note = (name, work, options = {}) => (rows[name] = timed(work, { times, ...options }));
  note('base run, 20 tokens', again, { before: () => runTo(abi, base, ids.toReversed()) });
  note('one more token', () => runTo(abi, base, ids), { before: again });
  runTo(abi, changed, short, off(0, 0));
  note('one more token, a changed model beside it', () => runTo(abi, base, ids), { before: again });
  again();
  note('a head off, 20 tokens', () => runTo(abi, changed, short, off(0, 0)), {
    before: () => runTo(abi, changed, ids.toReversed()),
  });
  const heads = Array.from({ length: info.layers * info.heads }, (_, i) => i);
  const sweep = () => {
    for (const i of heads) {
      runTo(abi, swept, short, off(Math.floor(i / info.heads), i % info.heads, TOKENS - 1));
      readouts.sessionCompare(abi, base, swept, 200, readouts.noRival);
    }
  };
  note('all heads off one by one, last position', sweep, { times: Math.min(times, 3) });
  const lens = (position) => readouts.sessionLens(abi, base, position, true, 5, []);
  note('lens, one column', () => lens(-1));
  note('lens, points by positions', () => short.forEach((_, position) => lens(position)), {
    times: Math.min(times, 3),
  });
  note('why this word', () => readouts.sessionWhy(abi, base, -1, 200, 300));
  const vector = new Float32Array(info.width).fill(0.1);
  note('what a part says', () => abi.sessionUnembed(base, vector, true));
  note('surprise of 20 tokens', () => abi.sessionSurprise(base, 0, TOKENS - 1));
  note('head scores', () => readouts.sessionHeadScores(abi, base, 1, false));
  note('rollout', () => readouts.sessionRollout(abi, base, -1, 'mean'));
  for (const session of [base, changed, swept]) abi.sessionFree(session);
  return rows;
}

/** One line a row: what, measured, budget, met or not. */
export function linesOf(name, rows, column) {
  return Object.entries(BUDGETS).map(([what, budgets]) => {
    const [measured, budget] = [rows[what], budgets[column]];
    const met = measured <= budget ? 'met' : 'OVER';
    return `${name.padEnd(12)} ${what.padEnd(44)} ${measured.toFixed(2).padStart(9)} ms  budget ${String(budget).padStart(6)} ms  ${met}`;
  });
}

/** Prints the lines, and returns rows of {model, milliseconds, budgets}. */
export async function measureExperiments(options, tell) {
  const [{ Abi, loadAs }, { instantiate }, readouts] = await Promise.all(
    ['wasm/abi.ts', 'wasm/wasm.ts', 'wasm/readouts.ts'].map((path) => pageModule(path)),
  );
  const models = await prepareModels({ ...options, dtypes: ['q8'] });
  const all = [];
  for (const { name, folders } of models) {
    const abi = new Abi(await instantiate(readFileSync(join(PLACES.wasm, 'vitrine.wasm'))));
    const config = join(folders.q8, 'config.json');
    const file = readFileSync(join(folders.q8, 'model.safetensors'));
    const loader = abi.loaderNew(existsSync(config) ? readFileSync(config) : '', loadAs.stored);
    abi.loaderBeginFile(loader, file.length);
    abi.loaderWrite(loader, file);
    const model = abi.loaderFinish(loader);
    // The smaller budgets are the bundled model's; another model is held against those of 124M.
    const column = name === basename(PLACES.bundledModel) ? 0 : 1;
    const milliseconds = measureModel(abi, readouts, model, options.quick);
    tell(linesOf(name, milliseconds, column).join('\n'));
    all.push({ model: name, threads: 1, dtype: 'q8', milliseconds, budget: column });
  }
  return all;
}
