/** The presets of Experiments stand in the order of what they do to the bundled model, and each does something. */
import { expect, test } from 'vitest';
import { measurePresets } from '../../scripts/presets.mjs';
import { prepareModel } from '../../scripts/build.mjs';
import { presets } from '../../web/src/experiments/presets';

test('the presets that change the bundled model most come first, and none changes nothing', async () => {
  await prepareModel();
  const measured = await measurePresets({ tool: process.env.VITRINE_NATIVE });
  expect(measured.map(({ preset }) => preset)).toEqual([...presets]);
  for (const { preset, bits } of measured) expect(bits, preset).toBeGreaterThan(0.1);
});
