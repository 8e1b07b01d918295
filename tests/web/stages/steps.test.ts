import { describe, expect, it } from 'vitest';
import type { Candidate, Ranks, Surprise } from '../../../web/src/protocol/protocol';
import { leadOf, pieceAt, replay, unjoined } from '../../../web/src/stages/arithmetic/merges';
import { tokenText } from '../../../web/src/format/format';
import { candidateAt, keptAt, numberAt } from '../../../web/src/stages/arithmetic/ranks';
import {
  blockOf,
  cumulative,
  segments,
  shareSteps,
  spreadRanks,
  thresholdHeight,
} from '../../../web/src/stages/arithmetic/sampling';
import { bits, perplexity } from '../../../web/src/stages/arithmetic/surprise';

const utf8 = (text: string) => new TextEncoder().encode(text);
const single = (text: string) => Array.from(utf8(text), (byte) => Uint8Array.of(byte));
const texts = (symbols: Uint8Array[]) => symbols.map(tokenText);

describe('merges', () => {
  const step = (position: number, rank: number, left: string, right: string) => ({
    piece: 0,
    position,
    rank,
    left: utf8(left),
    right: utf8(right),
  });
  it('are replayed one at a time from single bytes', () => {
    const states = replay(single(' man'), [
      step(2, 16, 'a', 'n'),
      step(0, 29, ' ', 'm'),
      step(0, 326, ' m', 'an'),
    ]);
    expect(states.map((state) => texts(state.symbols))).toEqual([
      [' ', 'm', 'a', 'n'],
      [' ', 'm', 'an'],
      [' m', 'an'],
      [' man'],
    ]);
    expect(states.map((state) => [state.made, state.rank])).toEqual([
      [null, null],
      [2, 16],
      [0, 29],
      [0, 326],
    ]);
    expect(states.map(({ joined }) => joined && texts([...joined]))).toEqual([
      null,
      ['a', 'n'],
      [' ', 'm'],
      [' m', 'an'],
    ]);
  });
  it('leave neighbours that no rule joins, of which the first are told', () => {
    const left = ['em', 'pow', 'ers'].map(utf8);
    expect(unjoined(left, 3).map(texts)).toEqual([
      ['em', 'pow'],
      ['pow', 'ers'],
    ]);
    expect(unjoined(left, 1).map(texts)).toEqual([['em', 'pow']]);
    expect(unjoined([utf8('man')], 3)).toEqual([]);
    expect(unjoined([], 3)).toEqual([]);
  });
  it('are found by byte where the place is given in bytes', () => {
    const states = replay(single('abcd'), [step(0, 1, 'a', 'b'), step(2, 2, 'c', 'd')]);
    expect(texts(states.at(-1)!.symbols)).toEqual(['ab', 'cd']);
  });
  it('stop at a pair that is not there', () =>
    expect(replay(single('ab'), [step(0, 1, 'x', 'y')])).toHaveLength(1));
  it('keep all bytes', () => {
    const bytes = single('👩‍👩 é');
    const states = replay(bytes, []);
    expect(states[0]!.symbols).toEqual(bytes);
  });
  it('find the piece of a byte', () => {
    const pieces: [number, number][] = [
      [0, 3],
      [3, 7],
    ];
    expect([0, 2, 3, 6, 7].map((offset) => pieceAt(pieces, offset))).toEqual([0, 0, 1, 1, -1]);
  });
});

const candidate = (rank: number, raw: number) => ({ rank, raw }) as Candidate;

/** Shares before the cuts and after them, as rows of ranks from `begin` on. */
const rowsOf = (begin: number, shares: [number, number][]): number[] =>
  shares.flatMap(([scaled, probability], i) => {
    const rank = begin + i;
    return [100 + rank, -rank, -rank / 2, scaled, scaled, probability, probability > 0 ? 0 : 2];
  });
const summary = { vocabulary: 1000, keptByK: 3, keptByP: 2, massCutByK: 0, massCutByP: 0.2, entropy: 1 };

describe('sampling', () => {
  const ranks: Ranks = {
    ...summary,
    blocks: [
      [0, 3],
      [640, 641],
    ],
    data: Float32Array.from([
      ...rowsOf(0, [
        [0.5, 0.625],
        [0.25, 0.375],
        [0.125, 0],
      ]),
      ...rowsOf(640, [[0.0625, 0]]),
    ]),
  };
  it('lays what is kept side by side up to 1', () => {
    const laid = segments(ranks, 3, (rank) => `t${rank}`);
    expect(laid).toEqual([
      { rank: 0, id: 100, text: 't0', begin: 0, end: 0.625 },
      { rank: 1, id: 101, text: 't1', begin: 0.625, end: 1 },
    ]);
    expect(segments(ranks, 1, () => undefined)).toEqual([
      { rank: 0, id: 100, text: '', begin: 0, end: 0.625 },
    ]);
  });
  it('finds a rank in whichever block holds it, and nothing where none does', () => {
    expect(numberAt(ranks, 640, 'id')).toBe(740);
    expect(numberAt(ranks, 2, 'logit')).toBe(-2);
    expect(numberAt(ranks, 3, 'logit')).toBeNaN();
    expect([0, 2, 640, 641].map((rank) => keptAt(ranks, rank))).toEqual(['yes', 'p', 'p', undefined]);
    expect(candidateAt(ranks, 1, 't1')).toEqual({
      rank: 1,
      id: 101,
      text: 't1',
      logit: -1,
      tempered: -0.5,
      raw: 0.25,
      scaled: 0.25,
      probability: 0.375,
      kept: 'yes',
    });
    expect(candidateAt(ranks, 9, 't9')).toBeUndefined();
    expect(candidateAt(ranks, 1, undefined)).toBeUndefined();
    expect(candidateAt(undefined, 1, 't1')).toBeUndefined();
  });
  it('adds up the tempered shares of the whole vocabulary', () => {
    const sums = cumulative(Float32Array.of(2, 1, 0, -1), 2);
    const weights = [1, Math.exp(-0.5), Math.exp(-1), Math.exp(-1.5)];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expect(sums[0]).toBeCloseTo(1 / total, 12);
    expect(sums[1]).toBeCloseTo((weights[0]! + weights[1]!) / total, 12);
    expect(sums[3]).toBeCloseTo(1, 12);
    expect(Array.from(cumulative(Float32Array.of(2, 1), 0))).toEqual([1, 1]);
    expect(cumulative(new Float32Array(), 1)).toHaveLength(0);
  });
  it('draws a curve over 50,257 ranks from few of them, the first all and the last with them', () => {
    const ranks = spreadRanks(50257, 400);
    expect(ranks.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(ranks.at(-1)).toBe(50256);
    expect(ranks.length).toBeLessThanOrEqual(401);
    expect(ranks.every((rank, i) => i === 0 || rank > ranks[i - 1]!)).toBe(true);
    expect(spreadRanks(1, 400)).toEqual([0]);
    expect(spreadRanks(0, 400)).toEqual([]);
  });
  it("draws p's line at p of what k left", () => expect(thresholdHeight(0.9, 0.41)).toBeCloseTo(0.531, 12));
  it('fetches whole blocks', () => {
    expect(blockOf(530, 560, 128, 50257)).toEqual([512, 640]);
    expect(blockOf(600, 700, 128, 50257)).toEqual([512, 768]);
    expect(blockOf(50250, 50257, 128, 50257)).toEqual([50176, 50257]);
  });
});

describe('surprise', () => {
  it('is 1 bit for a coin', () => expect(bits(0.5)).toBe(1));
  it('averages over the positions where a token came', () => {
    const at = (position: number, p?: number): Surprise => ({
      position,
      best: candidate(0, 0.9),
      actual: p === undefined ? undefined : candidate(3, p),
    });
    const measured = perplexity([at(0, 0.25), at(1, 1 / 16), at(2)]);
    expect(measured).toEqual({ count: 2, bits: 3, perplexity: 8 });
    expect(perplexity([])).toEqual({ count: 0, bits: 0, perplexity: 1 });
  });
});

describe('what stands before the text', () => {
  const tokens = ['<|endoftext|>', 'Hi', ' there'].map((text) => ({ bytes: utf8(text) }));
  it('is the first token, where its bytes are not the text’s', () => {
    expect(leadOf(tokens, 8)).toBe(13);
    expect(leadOf(tokens.slice(0, 1), 0)).toBe(13);
  });
  it('is nothing where all bytes are of the text, or the text has changed meanwhile', () => {
    expect(leadOf(tokens, 21)).toBe(0);
    expect(leadOf(tokens, 9)).toBe(0);
    expect(leadOf([], 0)).toBe(0);
  });
});

describe('the way from a logit to a share', () => {
  // Three tokens at temperature 2; k leaves two of them, p the first.
  const temperature = 2;
  const logits = [4, 2, 0];
  const total = logits.reduce((sum, value) => sum + Math.exp(value / temperature), 0);
  const scaled = logits.map((value) => Math.exp(value / temperature) / total);
  const candidates = logits.map(
    (value, rank) =>
      ({ rank, logit: value, tempered: value / temperature, scaled: scaled[rank] }) as Candidate,
  );
  const byK = scaled[2]!;
  const byP = scaled[1]! / (scaled[0]! + scaled[1]!);
  const cut = { massCutByK: byK, massCutByP: byP };
  const sums = cumulative(Float32Array.from(logits), temperature);

  it('divides by the sum that the likeliest one tells', () => {
    const steps = shareSteps(candidates[1]!, candidates[0]!, sums, cut, { temperature });
    expect(steps.exponential).toBeCloseTo(Math.exp(-1), 12);
    expect(steps.exponential! / steps.sum!).toBeCloseTo(scaled[1]!, 12);
    expect(steps.before).toBeCloseTo(scaled[0]! / (1 - byK), 12);
  });
  it('leaves of the whole what neither cut takes', () => {
    const steps = shareSteps(candidates[0]!, candidates[0]!, sums, cut, { temperature });
    expect(steps.left).toBeCloseTo(scaled[0]!, 12);
    expect(steps.before).toBe(0);
  });
  it('says nothing of ranks that are not at hand, nor of a division at temperature 0', () => {
    const far = { ...candidates[2]!, rank: 900 };
    expect(shareSteps(far, candidates[0]!, sums, cut, { temperature }).before).toBeNull();
    expect(shareSteps(far, candidates[0]!, sums, cut, { temperature: 0 }).sum).toBeNull();
  });
});
