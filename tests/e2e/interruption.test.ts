/** A run that is half-way through the engine when the prompt changes: it ends there, and what it did is of use. */
import { describe, expect, it } from 'vitest';
import { useSite } from './browser';
import { screen } from './screen';
import { promptOf } from './visits';

const site = useSite();
/** Tokens that pass through all blocks together; only whole bands of them are of use to another run. */
const band = 64;
const attempts = 80;

describe('a long run', () => {
  it('is left between two blocks for a newer one, which goes on from there', async () => {
    const { page, problems } = await site.open(`?threads=1#${new URLSearchParams({ prompt: 'Hello' })}`);
    await screen(page).ready();
    const long = promptOf(480);
    const seen: { before: number; reused: number }[] = [];
    for (let attempt = 0; attempt < attempts; attempt++) {
      const one = await page.evaluate(
        async ([text, wait]) => {
          const vitrine = window.vitrine!;
          await vitrine.run('Hello');
          const older = vitrine.run(text).catch(() => undefined);
          await new Promise((done) => setTimeout(done, wait));
          const { tokens, reused } = await vitrine.run(`${text} Then`);
          await older;
          return { before: tokens.length - 1, reused };
        },
        // How long a run takes is the machine's affair: one of these moments lies within it.
        [long, 5 * attempt] as const,
      );
      seen.push(one);
      if (one.reused > 0 && one.reused < one.before) break;
    }
    const { before, reused } = seen.at(-1)!;
    expect(before).toBeGreaterThan(6 * band);
    expect(reused, JSON.stringify(seen)).toBeGreaterThan(0);
    expect(reused, JSON.stringify(seen)).toBeLessThan(before);
    expect(reused % band).toBe(0);
    expect(problems).toEqual([]);
  });
});
