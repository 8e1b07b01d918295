// npm run bench: how fast the engine is here, against what this machine can do at most and against its peers.
import { writeFileSync } from 'node:fs';
import { build } from './build.mjs';
import { bundleForChromium, bundleForNode } from './bench/bundle.mjs';
import { prepareModels } from './bench/models.mjs';
import { readOptions, USAGE } from './bench/options.mjs';
import { jsonRow, lines } from './bench/report.mjs';
import { startRuntime } from './bench/runtimes.mjs';
import { serveFolders } from './bench/site.mjs';
import { main, PLACES } from './project.mjs';
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

async function measure(options, tell) {
  await ensureTools('page', ...(options.runtimes.includes('chromium') ? ['e2e'] : []));
  await ensurePackages();
  await build('wasm');
  const models = await prepareModels(options);
  const script = options.runtimes.includes('node') ? await bundleForNode() : undefined;
  const page = options.runtimes.includes('chromium') ? [['/', await bundleForChromium()]] : [];
  const folders = models.flatMap(({ name, folders }) =>
    Object.entries(folders).map(([dtype, folder]) => [`/models/${name}-${dtype}/`, folder]),
  );
  const site = await serveFolders([...page, ['/engine/', PLACES.wasm], ...folders]);
  const rows = [];
  try {
    for (const name of options.runtimes) {
      const runtime = await startRuntime(name, { script, url: site.url });
      try {
        for (const { model, dtype, threads } of configurations({ ...options, runtimes: [name] }, models)) {
          const report = await runtime.engine({
            wasm: `${site.url}/engine/vitrine.wasm`,
            model: `${site.url}/models/${model.name}-${dtype}/`,
            threads,
            tokens: options.tokens,
            contexts: CONTEXTS,
            quick: options.quick,
          });
          const row = jsonRow({ runtime: name, model: model.name }, report);
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

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  const alone = options.json && !options.jsonFile;
  // JSON alone on standard output is for programs; a person's lines then go to standard error.
  const tell = alone ? console.error : console.log;
  if (alone) console.log = console.error;
  const rows = await measure(options, tell);
  const text = `${JSON.stringify(rows, null, 2)}\n`;
  if (options.jsonFile) writeFileSync(options.jsonFile, text);
  else if (options.json) process.stdout.write(text);
});
