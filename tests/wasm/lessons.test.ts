/**
 * Every step of every chapter over the engine and the bundled model: the facts come, the truth holds one of the answers
 * offered, and every text of both languages says whole sentences. A new bundled model that breaks a lesson fails here.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../web/src/client/client';
import type { SweepCell } from '../../web/src/protocol/experiments';
import type { ModelInfo } from '../../web/src/protocol/protocol';
import { scaleOf } from '../../web/src/learn/amount';
import { contents } from '../../web/src/learn/contents';
import type { Figure } from '../../web/src/learn/figure';
import { liveOf } from '../../web/src/learn/live';
import { marks, spoken } from '../../web/src/learn/marks';
import { findHead } from '../../web/src/learn/rules';
import type { Chapter, ChapterText, Live, Step, StepText } from '../../web/src/learn/types';
import { glossary } from '../../web/src/learn/text/en/glossary';
import { bundled } from '../bundled';
import { InProcessWorker } from './in_process_worker';

const { folder } = bundled;
let engine: Engine;
let info: ModelInfo;
/** Of the sweep that runs. */
let cells: SweepCell[] = [];

beforeAll(async () => {
  engine = createEngine({
    wasm: 'vitrine.wasm',
    worker: () => new InProcessWorker(),
    onEvent: (event) => event.type === 'cells' && cells.push(...event.cells),
  });
  const files = readdirSync(folder).map((name) => new File([readFileSync(join(folder, name))], name));
  info = await engine.call('load', { kind: 'files', id: 'bundled', name: 'Bundled', files });
});
afterAll(() => engine?.dispose());

/** The run that a step's scene shows, as its facts see it. */
async function liveFor(chapter: Chapter, step: Step): Promise<Live> {
  const scene = { ...chapter.base, ...step.set };
  const sampling = { temperature: 1, topK: 40, topP: 0.95, ...scene.sampling };
  const result = await engine.call('run', { prompt: scene.prompt });
  const place = { layer: scene.layer ?? 0, head: scene.head ?? 0 };
  const call: Live['call'] = (name, args) => engine.call(name, args);
  const sweep: Live['sweep'] = async (over, target) => {
    cells = [];
    await engine.call('sweep', { asked: 1, run: result.run, over, at: 'last', target });
    return cells;
  };
  const live = liveOf({ result, info, sampling, seed: scene.seed ?? 42, call, sweep, ...place });
  return scene.look ? { ...live, ...(await findHead(scene.look, live)) } : live;
}

/** What a screen reader would hear that no reader should see. */
const broken = /undefined|NaN|null|\[object|…%|Infinity|“”/;

function readable(text: string): void {
  expect(text).not.toMatch(broken);
  expect(text.trim()).not.toBe('');
  for (const mark of marks(text)) if (mark.kind === 'term') expect(Object.keys(glossary)).toContain(mark.key);
  // What was not taken for a mark but looks like one was not closed.
  expect(spoken(text)).not.toMatch(/\]\(|\*\w+\*/);
}

function drawable(figure: Figure): void {
  const numbers =
    figure.kind === 'bars'
      ? figure.rows.map(({ value }) => value)
      : figure.kind === 'lists'
        ? figure.lists.flatMap(({ rows }) => rows.map(({ value }) => value))
        : figure.kind === 'curve'
          ? figure.lines.flatMap(({ points }) => points.flat())
          : figure.kind === 'words'
            ? figure.words.map(({ share }) => share)
            : Array.from(figure.values);
  expect(numbers.length).toBeGreaterThan(0);
  expect(numbers.every(Number.isFinite)).toBe(true);
}

const said = (text: StepText['then'], facts: unknown) =>
  typeof text === 'function' ? (text as (facts: unknown) => string)(facts) : text;

function truthIsOffered(step: Step, facts: unknown, text: StepText): void {
  const { ask } = step;
  if (!ask) return;
  expect(text.ask).toBeDefined();
  if (ask.kind === 'choice') {
    const options = ask.options?.(facts) ?? text.options ?? [];
    const right = ask.truth(facts);
    expect(options.length).toBeGreaterThan(1);
    expect(options.length).toBeLessThanOrEqual(6);
    expect(right.length).toBeGreaterThan(0);
    expect(right.every((index) => index >= 0 && index < options.length)).toBe(true);
  } else if (ask.kind === 'amount') {
    const { low, high } = scaleOf(ask, facts);
    expect(ask.truth(facts)).toBeGreaterThanOrEqual(low);
    expect(ask.truth(facts)).toBeLessThanOrEqual(high);
  } else if (ask.kind !== 'word') {
    const truth = Array.from(ask.truth(facts));
    expect(truth.every(Number.isFinite)).toBe(true);
    expect(Math.max(...truth)).toBeGreaterThan(0);
  }
}

describe.each(contents.map((entry) => [entry.id, entry] as const))('chapter %s', (_, entry) => {
  let chapter: Chapter;
  let texts: ChapterText[];
  beforeAll(async () => {
    chapter = await entry.chapter();
    texts = await Promise.all([entry.text.en(), entry.text.ko()]);
  });

  test('has its texts for every step in both languages, and no others', () => {
    for (const text of texts) {
      expect(Object.keys(text.steps)).toEqual(chapter.steps.map(({ id }) => id));
      for (const words of [text.title, text.can, text.teacher]) readable(words);
      for (const step of chapter.steps) {
        const { check } = text.steps[step.id]!;
        expect(check === undefined).toBe(step.check === undefined);
        if (check) expect(check.options[step.check!]).toBeDefined();
        if (check) [check.ask, check.why, ...check.options].forEach(readable);
      }
    }
    expect(chapter.steps.map(({ id }) => id)).toEqual(chapter.steps.map((_, i) => String(i + 1)));
  });

  test('tells the truth of the bundled model at every step', { timeout: 240_000 }, async () => {
    for (const step of chapter.steps) {
      const live = await liveFor(chapter, step);
      const facts = step.facts ? await step.facts(live) : null;
      for (const text of texts) {
        const words = text.steps[step.id]!;
        const sentences = [words.text, words.ask, words.then].map((one) => said(one, facts));
        for (const sentence of sentences) if (sentence !== undefined) readable(sentence);
        for (const word of [words.title, words.caption, ...(words.labels ?? []), ...(words.options ?? [])])
          if (word !== undefined) readable(word);
        if (process.env['VITRINE_TELL'])
          console.log(`${entry.id}.${step.id}`, sentences.slice(1).join('\n  '));
        truthIsOffered(step, facts, words);
        if (step.figure) drawable(step.figure(facts, words.labels ?? []));
        if (!step.scrub) continue;
        const { from, to, begin, figure } = step.scrub;
        expect(begin(facts)).toBeGreaterThanOrEqual(from);
        expect(begin(facts)).toBeLessThanOrEqual(to(facts));
        for (const value of [from, begin(facts), to(facts)])
          drawable(figure(facts, value, words.labels ?? []));
      }
    }
  });
});
