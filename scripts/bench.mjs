// npm run bench: how fast the engine is here, against what this machine can do at most and against its peers.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { build, buildWasmBench } from './build.mjs';
import { bundleForChromium, bundleForNode } from './bench/bundle.mjs';
import { prepareModels } from './bench/models.mjs';
import { measureExperiments } from './bench/experiments.mjs';
import { readOptions, USAGE } from './bench/options.mjs';
import { preparePeers, PEERS } from './bench/peers/prepare.mjs';
import { jsonRow, lines, peerRow } from './bench/report.mjs';
import { startRuntime } from './bench/runtimes.mjs';
import { serveFolders } from './bench/site.mjs';
import { main, PLACES, Problem } from './project.mjs';
import { ensurePackages, ensureTools } from './setup.mjs';

const CONTEXTS = [32, 512];

/** Everything that is measured, one after the other, so that nothing competes: rows of {runtime, model, dtype, threads}. */
function configurations({ runtimes, dtypes, threads }, models) {
  return runtimes.flatMap((runtime) =>
    models.flatMap((model) =>
      dtypes.flatMap((dtype) => threads.map((count) => ({ runtime, model, dtype, threads: count }))),
    ),
  );
}

/** Peers by precision: name in the report, and what the page is asked for. */
const PEER_RUNS = {
  f32: [['onnxruntime-web fp32', { peer: 'onnxruntime-web', file: 'f32.onnx' }]],
  q8: [
    ['onnxruntime-web int8', { peer: 'onnxruntime-web', file: 'q8.onnx' }],
    ['wllama Q8_0', { peer: 'wllama', file: 'q8.gguf' }],
  ],
};

/** What each peer makes of the same prompts; one that fails says why and stops nothing. */
async function measurePeers(runtime, dtype, plan, report, exact) {
  const peers = {};
  for (const [name, asked] of PEER_RUNS[dtype]) {
    try {
      peers[name] = peerRow(report, await runtime.peer({ ...plan, ...asked }), exact);
    } catch (error) {
      peers[name] = { failed: error.message.split('\n')[0] };
    }
  }
  return peers;
}

/** Logits of the known prompt in F32, which all others are held against. */
const exactLogits = async (runtime, plan) =>
  (await runtime.engine({ ...plan, tokens: [], contexts: [], quick: true })).logits;

async function measure(options, tell) {
  await ensureTools('page', ...(options.runtimes.includes('chromium') ? ['e2e'] : []));
  await ensurePackages();
  await build('wasm');
  await buildWasmBench();
  // What peers differ by is told from F32, also where only int8 is measured.
  const dtypes = options.peers ? [...new Set([...options.dtypes, 'f32'])] : options.dtypes;
  const models = await prepareModels({ ...options, dtypes });
  const script = options.runtimes.includes('node') ? await bundleForNode() : undefined;
  const page = options.runtimes.includes('chromium') ? [['/', await bundleForChromium()]] : [];
  const folders = models.flatMap(({ name, folders }) =>
    Object.entries(folders).map(([dtype, folder]) => [`/models/${name}-${dtype}/`, folder]),
  );
  const compared = options.peers && options.runtimes.includes('chromium') ? models.at(-1) : undefined;
  const peers = compared ? [['/peers/', PEERS]] : [];
  if (compared) await preparePeers(compared.source);
  const site = await serveFolders([...page, ...peers, ['/engine/', PLACES.wasm], ...folders]);
  const rows = [];
  const planOf = (model, dtype, threads) => ({
    wasm: `${site.url}/engine/vitrine.wasm`,
    profiler: `${site.url}/engine/bench/vitrine.wasm`,
    model: `${site.url}/models/${model.name}-${dtype}/`,
    threads,
    tokens: options.tokens,
    contexts: CONTEXTS,
    quick: options.quick,
    byteKernel: !options.simd,
  });
  try {
    for (const name of options.runtimes) {
      const runtime = await startRuntime(name, { script, url: site.url });
      try {
        const exact =
          runtime.peer && compared ? await exactLogits(runtime, planOf(compared, 'f32', 1)) : undefined;
        for (const { model, dtype, threads } of configurations({ ...options, runtimes: [name] }, models)) {
          const plan = planOf(model, dtype, threads);
          const report = await runtime.engine(plan);
          const beside = runtime.peer && model === compared;
          const peerPlan = { ...plan, base: `${site.url}/peers/` };
          const others = beside ? await measurePeers(runtime, dtype, peerPlan, report, exact) : {};
          const label = { runtime: name, model: model.name, tokens: options.tokens, contexts: CONTEXTS };
          const row = jsonRow({ ...label, exact: beside ? exact : undefined }, report, others);
          rows.push(row);
          tell(lines(row).join('\n'));
        }
      } finally {
        await runtime.close();
      }
    }
  } finally {
    await site.close();
  }
  return rows;
}

async function experiments(options, tell) {
  await ensureTools('page');
  await ensurePackages();
  await build('wasm');
  return measureExperiments(options, tell);
}

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  // Said before minutes of measuring, not after them.
  if (options.jsonFile && !existsSync(dirname(resolve(options.jsonFile))))
    throw new Problem(`--json ${options.jsonFile}: there is no folder ${dirname(options.jsonFile)}`);
  const alone = options.json && !options.jsonFile;
  // JSON alone on standard output is for programs; a person's lines then go to standard error.
  const tell = alone ? console.error : console.log;
  if (alone) console.log = console.error;
  const rows = await (options.experiments ? experiments(options, tell) : measure(options, tell));
  const text = `${JSON.stringify(rows, null, 2)}\n`;
  if (options.jsonFile) writeFileSync(options.jsonFile, text);
  else if (options.json) process.stdout.write(text);
});
