/**
 * What texts that are not typed yet would be answered, computed while nothing else is asked for, in a session of its own
 * beside what is on screen. The session goes from one text to the next, so that each costs the tokens at its end only.
 */
import { type Abi, EngineRefusal, type Handle } from '../wasm/abi';
import { encode } from './encoding';
import { type Expected, likelyKeys, typedDirectly, unfinished } from './keys';
import type { LoadedModel } from './loading';
import { nextOf } from './next';
import { type AheadRequest, type Foretold, type NextRequest, rankColumns } from '../protocol/protocol';
import { patience } from './queue';

/** A model with a session for texts that are not on screen. */
export interface Beside extends LoadedModel {
  /** Texts that it has run. */
  runs: number;
  /** What was expected at the end of the text before the word that is being typed. */
  words: { after: string; expected: Expected[] };
}

/** Answers that are told at one time: each message is a task of its own over there. */
const told = 3;
/** Words that are looked through: what is rarer is hardly ever typed. */
const wordCount = 1000;
/** Keys that are likelier than Backspace. */
const before = 3;

/** The time that a request may take is over. */
const over = Symbol('over');

/**
 * Answers the texts that one key is likely to make of the request's, the likeliest first, until all are or its milliseconds of
 * computing are over, and tells what it has along the way. Resolves to whether all are answered. `pause` is called between
 * two texts and, where one takes long, between its blocks; it may reject. Texts that the engine refuses are left out.
 */
export async function lookAhead(
  abi: Abi,
  loaded: LoadedModel,
  { text, expected, known, every, next, milliseconds }: AheadRequest,
  pause: () => Promise<void>,
  tell: (answers: Foretold[]) => void,
): Promise<boolean> {
  if (!typedDirectly(text)) return true;
  const beside = (loaded.beside ??= besideOf(abi, loaded));
  let left = milliseconds;
  let since = performance.now();
  const breathe = async () => {
    left -= performance.now() - since;
    await pause();
    if (left <= 0) throw over;
    since = performance.now();
  };
  const between = async () => {
    if (performance.now() - since > patience) await breathe();
  };
  let answers: Foretold[] = [];
  const tellAll = () => {
    if (answers.length > 0) tell(answers);
    answers = [];
  };
  try {
    const prompts = textsAfter(text, await keysAfter(abi, beside, text, expected, every, between));
    const isKnown = new Set(known);
    for (const prompt of prompts.filter((one) => !isKnown.has(one.slice(text.length - 1)))) {
      const answer = await answerTo(abi, beside, prompt, next, between);
      if (answer) answers.push({ prompt, next: answer });
      if (answers.length === told) tellAll();
      await breathe();
    }
    return true;
  } catch (reason) {
    if (reason !== over) throw reason;
    return false;
  } finally {
    tellAll();
  }
}

/** On one thread: the page, which paints meanwhile, needs the others, and no key waits for this. */
function besideOf(abi: Abi, loaded: LoadedModel): Beside {
  const session = abi.sessionNew(loaded.model);
  abi.sessionAlone(session);
  return { ...loaded, session, runs: 0, words: { after: '', expected: [] } };
}

/** With each key, and with the last character taken away. */
function textsAfter(text: string, keys: string[]): string[] {
  const texts = keys.map((key) => text + key);
  texts.splice(before, 0, text.slice(0, -1));
  return texts;
}

async function keysAfter(
  abi: Abi,
  beside: Beside,
  text: string,
  following: readonly Expected[],
  every: boolean,
  between: () => Promise<void>,
): Promise<string[]> {
  const part = unfinished(text);
  const after = text.slice(0, text.length - part.length);
  if (part && after !== beside.words.after)
    beside.words = { after, expected: await wordsAfter(abi, beside, after, between) };
  return likelyKeys(part, part ? beside.words.expected : [], following, every);
}

/** The likeliest tokens after a text, none where there is no text or the engine refuses it. */
async function wordsAfter(
  abi: Abi,
  beside: Beside,
  text: string,
  between: () => Promise<void>,
): Promise<Expected[]> {
  if (!text) return [];
  return orRefused(async () => {
    await runBeside(abi, beside, text, between);
    abi.sessionRank(beside.session, -1);
    abi.sessionDistribute(beside.session, 1, 0, 1);
    const { data } = abi.sessionCandidates(beside.session, 0, Math.min(wordCount, beside.info.vocabulary));
    const width = rankColumns.length;
    return Array.from({ length: data.length / width }, (_, row) => ({
      text: beside.vocabulary.text(data[row * width + rankColumns.indexOf('id')]!),
      probability: data[row * width + rankColumns.indexOf('raw')]!,
    }));
  }, []);
}

/** Null where the engine refuses, as it will when the text has been typed. */
function answerTo(abi: Abi, beside: Beside, prompt: string, next: NextRequest, between: () => Promise<void>) {
  return orRefused(async () => {
    await runBeside(abi, beside, prompt, between);
    return nextOf(abi, beside, beside.runs, next);
  }, null);
}

async function runBeside(
  abi: Abi,
  beside: Beside,
  text: string,
  between: () => Promise<void>,
): Promise<void> {
  abi.sessionStart(beside.session, encode(abi, beside, text));
  beside.runs += 1;
  while (abi.sessionAdvance(beside.session)) await between();
}

async function orRefused<T, E>(work: () => Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await work();
  } catch (reason) {
    if (reason instanceof EngineRefusal) return otherwise;
    throw reason;
  }
}
