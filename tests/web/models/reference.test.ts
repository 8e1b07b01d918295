import { expect, test } from 'vitest';
import published from '../../../web/src/models/gpt2-small.json';
import {
  agreement,
  compareCase,
  concerns,
  diverge,
  judge,
  largest,
  type Reference,
  type ReferenceCase,
  TOLERANCE,
} from '../../../web/src/models/reference';

const reference = published as unknown as Reference;

/** An answer that is the published one, moved by `shift`, with changes. */
function answer(one: ReferenceCase, shift = 0, change: Record<number, number> = {}) {
  const logits = new Float64Array(reference.shape.vocabulary).fill(-1e6);
  for (const [id, logit] of one.top) logits[id] = logit + shift + (change[id] ?? 0);
  return { ids: one.ids, logits, attention: one.attention };
}

test('the published figures are whole', () => {
  expect(reference.cases).toHaveLength(5);
  for (const { ids, top, attention } of reference.cases) {
    expect(top).toHaveLength(20);
    expect(top.every(([, logit], place) => place === 0 || logit <= top[place - 1]![1])).toBe(true);
    for (const row of Object.values(attention)) {
      expect(row).toHaveLength(ids.length);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
    }
  }
});

test('a common shift of all logits is no difference', () => {
  const verdict = judge(
    reference.cases.map((one) => compareCase(one, answer(one, 3.25), TOLERANCE.f32)),
    TOLERANCE.f32,
  );
  expect(verdict).toMatchObject({ passed: true, idsEqual: 5, inPlace: 100, places: 100, attention: 0 });
  expect(verdict.logit).toBeLessThan(1e-9);
});

test('one logit that is off is told with its size', () => {
  const [one] = reference.cases as [ReferenceCase];
  const [id] = one.top[4]!;
  const figures = compareCase(one, answer(one, 0, { [id]: 0.1 }), TOLERANCE.f32);
  // The shift takes a twentieth of it.
  expect(figures.logit).toBeCloseTo(0.095, 6);
  expect(judge([figures], TOLERANCE.f32).passed).toBe(false);
  expect(judge([compareCase(one, answer(one, 0, { [id]: 0.1 }), TOLERANCE.q8)], TOLERANCE.q8).passed).toBe(
    true,
  );
});

test('tokens that change places count unless they are as close as the tolerance', () => {
  const one: ReferenceCase = {
    prompt: '',
    ids: [1],
    top: [
      [0, 3],
      [1, 2.98],
      [2, 1],
    ],
    attention: {},
  };
  const logits = (values: number[]) => ({ ids: [1], logits: values, attention: {} });
  expect(compareCase(one, logits([2.98, 3, 1, -9]), 0.05).inPlace).toBe(3);
  expect(compareCase(one, logits([1, 2.98, 3, -9]), 0.05).inPlace).toBe(1);
  // A stranger in the middle.
  expect(compareCase(one, logits([3, 2.98, 1, 2]), 0.05).inPlace).toBe(2);
});

test('wrong ids, missing attention and numbers that are none do not pass', () => {
  const [one] = reference.cases as [ReferenceCase];
  const right = answer(one);
  expect(compareCase(one, { ...right, ids: one.ids.slice(1) }, 1).idsEqual).toBe(false);
  expect(compareCase(one, { ...right, attention: {} }, 1).attention).toBe(Infinity);
  const broken = right.logits.map(() => NaN);
  expect(judge([compareCase(one, { ...right, logits: broken }, 0.5)], 0.5).passed).toBe(false);
  expect(judge([], 0.5).passed).toBe(false);
});

test('the reference concerns GPT-2 small by any of its names, and nothing else', () => {
  const { shape } = reference;
  for (const name of [
    'gpt2',
    'openai-community/gpt2',
    'openai-community/gpt2@main:f32',
    'GPT2',
    'gpt2-small',
  ])
    expect(concerns(reference, name, shape)).toBe(true);
  expect(concerns(reference, 'gpt2-medium', shape)).toBe(false);
  expect(concerns(reference, 'acme/kogpt2', shape)).toBe(false);
  expect(concerns(reference, 'gpt2', { ...shape, layers: shape.layers - 1 })).toBe(false);
});

test('largest picks by value, ties by index', () => {
  expect(largest([1, 5, 3, 5, 2], 3)).toEqual([1, 3, 2]);
  expect(largest([2], 5)).toEqual([0]);
  expect(largest([NaN, 1], 2)).toContain(1);
});

test('divergence of a distribution from itself is nothing, from a shifted one too, and by hand for two tokens', () => {
  const none = { kl: 0, logit: 0, exactTop: 2, testedTop: 2, inPlace: 3, places: 3 };
  expect(diverge([1, 2, 3], [1, 2, 3])).toEqual(none);
  expect(diverge([1, 2, 3], [6, 7, 8]).kl).toBeLessThan(1e-12);
  // p = (1/2, 1/2), q = (1/3, 2/3); half of log 2 is left of the one difference.
  const { kl, logit, ...rest } = diverge([0, 0], [0, Math.log(2)]);
  expect(kl).toBeCloseTo(0.5 * Math.log(3 / 2) + 0.5 * Math.log(3 / 4), 12);
  expect(logit).toBeCloseTo(Math.log(2) / 2, 12);
  expect(rest).toEqual({ exactTop: 0, testedTop: 1, inPlace: 0, places: 2 });
});

test('the order is counted by places, among as many tokens as are asked for', () => {
  expect(diverge([5, 4, 3, 2], [5, 3, 4, 9], 3)).toMatchObject({
    exactTop: 0,
    testedTop: 3,
    inPlace: 1,
    places: 3,
  });
  expect(diverge([5, 4, 3, 2], [5, 3, 4, 2], 4)).toMatchObject({ inPlace: 2, places: 4 });
});

test('agreement over a prompt: counts are summed, divergences meant, differences the largest', () => {
  const one = { kl: 0.1, logit: 0.5, exactTop: 3, testedTop: 3, inPlace: 18, places: 20 };
  const two = { kl: 0.3, logit: 0.2, exactTop: 4, testedTop: 5, inPlace: 11, places: 20 };
  const { kl, ...rest } = agreement([one, two]);
  expect(kl).toBeCloseTo(0.2, 12);
  expect(rest).toEqual({ positions: 2, sameTop: 1, inPlace: 29, places: 40, worstKl: 0.3, logit: 0.5 });
});
