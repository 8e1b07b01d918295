// Measures what the presets of Experiments (web/src/experiments/presets.ts) do to a model's answers, to order them:
//
//   node scripts/presets.mjs [--model FOLDER]
//
// A line a preset, the largest effect first: the mean over the page's examples of KL(unchanged || changed), in bits.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareModel } from './build.mjs';
import { pageModule } from './page-module.mjs';
import { isMain, main, PLACES, Problem, program } from './project.mjs';

/**
 * Rows of a preset each, the largest effect first; `changed` counts the examples whose first word changes.
 *
 * @returns {Promise<{preset: string, bits: number, changed: number}[]>}
 */
export async function measurePresets({
  folder = PLACES.bundledModel,
  tool = program(PLACES.native, 'vitrine'),
} = {}) {
  const { presets, codesOf } = await pageModule('experiments/presets.ts');
  const { flagsOf } = await pageModule('experiments/command.ts');
  const { parseChanges } = await pageModule('state/changes.ts');
  const { examples } = await pageModule('state/examples.ts');
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const shape = { layers: config.n_layer, headSize: config.n_embd / config.n_head };
  const texts = examples.filter(({ needsGpt2 }) => !needsGpt2).map(({ text }) => text);
  const rows = presets.map((preset) => {
    const { interventions } = parseChanges(codesOf(preset, shape).join());
    const flags = flagsOf(interventions).flat().map(String);
    const answers = texts.map((text) =>
      JSON.parse(
        execFileSync(tool, ['compare', folder, '--prompt', text, ...flags, '--json'], { encoding: 'utf8' }),
      ),
    );
    const bits = answers.reduce((sum, { kl_nats: nats }) => sum + nats / Math.LN2, 0) / texts.length;
    return { preset, bits, changed: answers.filter(({ first_same: same }) => !same).length };
  });
  return rows.sort((a, b) => b.bits - a.bits);
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const { values } = parseArgs({ options: { model: { type: 'string' } } });
    const tool = program(PLACES.native, 'vitrine');
    if (!existsSync(tool)) throw new Problem(`${tool} is missing: run \`npm run build\` first`);
    await prepareModel();
    for (const { preset, bits, changed } of await measurePresets({ folder: values.model, tool }))
      console.log(
        `${preset.padEnd(12)} ${bits.toFixed(2).padStart(10)} bits, first word changed in ${changed}`,
      );
    return 0;
  });
}
