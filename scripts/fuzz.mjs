// Fuzzes the engine's readers of untrusted bytes: each target of tests/fuzz in turn, for an equal share of the time.
//
//   npm run fuzz -- [--seconds N] [TARGET...]        600 seconds and all targets when not told
//
// What was found interesting is kept in build/fuzz/corpus; an input that fails is written to build/fuzz/findings.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildInstrumented } from './build.mjs';
import { say } from './log.mjs';
import { at, isMain, main, PLACES, Problem, program, run } from './project.mjs';
import { ensureTools } from './setup.mjs';
import { find } from './toolchain.mjs';

const SOURCES = at('tests/fuzz');

export function fuzzTargets() {
  if (!existsSync(SOURCES)) return [];
  return readdirSync(SOURCES)
    .filter((name) => name.endsWith('_fuzz.cpp'))
    .map((name) => name.slice(0, -'.cpp'.length))
    .sort();
}

async function fuzzOne(target, seconds) {
  const corpus = join(PLACES.fuzz, 'corpus', target);
  const findings = join(PLACES.fuzz, 'findings');
  for (const folder of [corpus, findings]) mkdirSync(folder, { recursive: true });
  // tests/fuzz/corpus/TARGET, where there is one, seeds the corpus and is only read.
  const seeds = join(SOURCES, 'corpus', target);
  const folders = existsSync(seeds) ? [corpus, seeds] : [corpus];
  const args = [
    `-max_total_time=${seconds}`,
    '-timeout=10',
    '-rss_limit_mb=2048',
    '-print_final_stats=1',
    `-artifact_prefix=${join(findings, `${target}-`)}`,
    ...folders,
  ];
  const { code, output } = await run(program(PLACES.instrumented, target), args, {
    quiet: true,
    seconds: seconds * 2 + 60,
  });
  const executions = Number(/^stat::number_of_executed_units:\s*(\d+)/m.exec(output)?.[1] ?? 0);
  const passed = code === 0 && executions > 0;
  say(`fuzz: ${target}: ${executions} executions in ${seconds} s${passed ? '' : ', FAILED'}`);
  if (!passed) say(output.trimEnd().split('\n').slice(-60).join('\n'));
  return passed;
}

/** Spends `seconds` of fuzzing on all `targets` together, `workers` of them at a time. A target is a test case. */
export async function fuzz(seconds, { targets = fuzzTargets(), workers = availableParallelism() } = {}) {
  const each = Math.max(1, Math.floor(seconds / targets.length));
  const waiting = [...targets];
  const counts = { passed: 0, failed: 0 };
  const work = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      counts[(await fuzzOne(target, each)) ? 'passed' : 'failed'] += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, targets.length) }, work));
  return counts;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      options: { seconds: { type: 'string', default: '600' } },
      allowPositionals: true,
    });
    const seconds = Number(values.seconds);
    if (!(seconds >= 1)) throw new Problem(`--seconds ${values.seconds}: a number from 1 up is wanted`);
    const known = fuzzTargets();
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown) throw new Problem(`${unknown} is no fuzz target: ${known.join(', ')}`);
    await ensureTools('native', 'fuzz');
    if (!find('clang')) throw new Problem('fuzzing needs clang with libFuzzer, which is not installed');
    await buildInstrumented();
    const { failed } = await fuzz(seconds, { targets: positionals.length > 0 ? positionals : known });
    return failed > 0 ? 1 : 0;
  });
}
