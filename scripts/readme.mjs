// Runs the README's commands as written: each block fenced as ```sh ci, from the project's root.
import { readFileSync } from 'node:fs';
import { say } from './log.mjs';
import { at, run, which, WINDOWS } from './project.mjs';

const SECONDS_A_BLOCK = 300;

/** [{line, commands}] of the marked blocks of a Markdown text. */
export function markedBlocks(text) {
  const blocks = [];
  for (const match of text.matchAll(/^```sh ci\n(.*?)^```$/gms)) {
    const line = text.slice(0, match.index).split('\n').length + 1;
    blocks.push({ line, commands: match[1] });
  }
  return blocks;
}

/** Runs the blocks; a block is a test case. */
export async function runReadme() {
  const counts = { passed: 0, failed: 0 };
  // Windows has no shell that reads them; elsewhere there always is one.
  const shell = WINDOWS ? undefined : which('bash');
  if (!shell) return counts;
  for (const { line, commands } of markedBlocks(readFileSync(at('README.md'), 'utf8'))) {
    const { code, output } = await run(shell, ['-euo', 'pipefail', '-c', commands], {
      quiet: true,
      seconds: SECONDS_A_BLOCK,
    });
    counts[code === 0 ? 'passed' : 'failed'] += 1;
    if (code !== 0) say(`README.md:${line} ended with ${code}:\n${commands}${output}`);
  }
  return counts;
}
