// npm start: installs what is missing, builds what is stale, serves the page and says where.
//
//   npm start -- [--port N] [--host H] [--under /path/] [--isolated]
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { main, PLACES, Problem } from './project.mjs';
import { portAsked, serve, SERVE_OPTIONS } from './serve.mjs';
import { checkNode, ensurePackages, ensureTools } from './setup.mjs';

function readOptions() {
  try {
    return parseArgs({ options: SERVE_OPTIONS }).values;
  } catch (error) {
    throw new Problem(
      `${error.message}\nusage: npm start -- [--port N] [--host H] [--under /path/] [--isolated]`,
    );
  }
}

/** npm that is ended from outside leaves its script running: the server goes with the npm that started it. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const look = () => process.ppid !== parent && process.exit(0);
  setInterval(look, 500).unref();
}

await main(async () => {
  endWithNpm();
  const options = readOptions();
  const port = portAsked(options.port);
  checkNode();
  await ensureTools('page');
  await ensurePackages();
  await build('wasm', 'page');
  const { url } = await serve(PLACES.page, { ...options, ...port });
  console.log(`\nVitrine is at ${url}\nPress Ctrl+C to stop it.`);
});
