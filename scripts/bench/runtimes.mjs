// Where the engine is measured: a process of Node, or a page in Chromium.
import { chromium } from 'playwright-core';
import { mustRun, Problem } from '../project.mjs';
import { find } from '../toolchain.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Each runtime: {engine(plan) -> report, close()}, in Chromium also {peer(plan) -> report}. A configuration runs in a process or page of its own. */
export async function startRuntime(runtime, { script, url }) {
  if (runtime === 'node') {
    return {
      async engine(plan) {
        const output = await mustRun('measuring in Node', process.execPath, [script, JSON.stringify(plan)], {
          quiet: true,
        });
        return JSON.parse(output.trimEnd().split('\n').at(-1));
      },
      close: async () => {},
    };
  }
  const executablePath = find('browser');
  if (!executablePath)
    throw new Problem('no Chromium, Chrome or Edge is installed; VITRINE_BROWSER may name one');
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  const inPage = async (method, plan) => {
    const page = await browser.newPage();
    try {
      await page.goto(`${url}/`);
      return await page.evaluate(([name, asked]) => globalThis.bench[name](asked), [method, plan]);
    } finally {
      await page.close();
    }
  };
  return {
    engine: (plan) => inPage('engine', plan),
    peer: (plan) => inPage('peer', plan),
    close: () => browser.close(),
  };
}
