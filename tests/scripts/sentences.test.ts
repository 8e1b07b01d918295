/** The sentences that the page offers do what they promise, measured on the bundled model. */
import { beforeAll, describe, expect, test } from 'vitest';
import { prepareModel } from '../../scripts/build.mjs';
import { explainedByKey, measure } from '../../scripts/sentences.mjs';
import { examples, firstExample } from '../../web/src/state/examples';

const tool = process.env.VITRINE_NATIVE;
const measured = (text: string) => measure(text, { tool });
beforeAll(() => prepareModel());

const ours = examples.filter((example) => !example.needsGpt2);

describe.each(ours)('$text', ({ text, shown, expects }) => {
  let found: Awaited<ReturnType<typeof measure>>;
  beforeAll(async () => (found = await measured(text)));

  test('its next words come first, in this order', () => {
    const words = found.next.slice(0, expects!.words.length).map((token) => token.text.trim());
    expect(words).toEqual(expects!.words);
    expect(found.next[0]!.p).toBeGreaterThanOrEqual(expects!.least);
  });

  test('in its head one word looks at the other, more than at any', () => {
    const { layer, head, query, key, least } = shown!;
    const count = found.tokens.length;
    const row = found.patterns[layer]!.subarray((head * count + query) * count).subarray(0, count);
    expect(Math.max(...row)).toBe(row[key]);
    expect(row[key]).toBeGreaterThanOrEqual(least);
  });
});

test('those that need GPT-2 are not what the bundled model would say', async () => {
  const wanted: Record<string, string> = { giving: 'Mary', sun: 'west', counting: 'five' };
  for (const { id, text } of examples.filter((example) => example.needsGpt2))
    expect((await measured(text)).next[0]!.text.trim(), text).not.toBe(wanted[id]);
});

test('a fresh page looks at the head that the rule chooses, in which queries matter', async () => {
  const { heads, tokens } = await measured(firstExample.text);
  const { layer, head, key } = firstExample.shown!;
  expect(heads[0]).toMatchObject({ layer, head, key });
  expect(heads[0]!.byKey).toBeLessThan(0.95);
  expect(tokens[key]!.text).toBe(' York');
});

test('the rule finds the hand in "She put her hand on his"', async () => {
  expect((await measured('She put her hand on his')).heads[0]).toMatchObject({ layer: 6, head: 6, key: 3 });
});

describe('what the key alone explains', () => {
  const visible = (score: (query: number, key: number) => number) =>
    Float32Array.from({ length: 36 }, (_, at) => {
      const [query, key] = [Math.floor(at / 6), at % 6];
      return key > query ? -Infinity : score(query, key);
    });
  test('is all where each query sees the same', () => {
    expect(
      explainedByKey(
        visible((query, key) => 10 * query + key ** 2),
        6,
      ),
    ).toBeCloseTo(1, 4);
  });
  test('is half where each query has a key of its own, as the last keys have few queries', () => {
    expect(
      explainedByKey(
        visible((query, key) => Number(key === query)),
        6,
      ),
    ).toBeCloseTo(0.493, 3);
  });
});
