/**
 * While a person thinks of the next letter, the engine has nothing to do: it then computes what the text would be
 * answered with each of the likely ones at its end. The letter's answer is on screen with the letter, and its run, which
 * the picture needs, follows. Only for models whose tokens cost a few milliseconds each, and for so long a key at most.
 */
import type { Candidate, Distribution, ModelInfo, Next, NextRequest } from '../engine/protocol';
import { failureOf, type EngineState } from './engine.svelte';

/** Bytes of weights up to which a model is asked ahead. */
const light = 64 * 2 ** 20;
/** The engine's time for the texts that may follow one, ms. */
const worth = 100;
/** Answers that are kept: those for the texts one key before, for Backspace, and some. */
const most = 100;

export class LookAhead {
  readonly #engine: EngineState;
  /** By text; the newest last. */
  readonly #answers = new Map<string, Next>();
  /** What the answers are for; `#asked` counts how often it has changed. */
  #info: ModelInfo | null = null;
  #settings = '';
  #asked = 0;
  /** The text that was asked about last, and what calls that off. */
  #text = '';
  #attempt: AbortController | null = null;
  #died = false;

  constructor(engine: EngineState) {
    this.#engine = engine;
    engine.onahead = ({ asked, answers }) => {
      if (asked !== this.#asked) return;
      for (const { prompt, next } of answers) this.#keep(prompt, next);
    };
  }

  /** Asks for what a key at the end of a text is likely to make of it; `candidates` are what the model expects there. */
  begin(text: string, next: NextRequest, candidates: readonly Candidate[]): void {
    const { info } = this.#engine;
    if (this.#died || !info?.hasTokenizer || info.bytes > light) return;
    this.#settle(info, next);
    if (this.#attempt && text === this.#text) return;
    this.stop();
    this.#text = text;
    this.#attempt = new AbortController();
    const shorter = text.slice(0, -1);
    const request = {
      asked: this.#asked,
      text,
      expected: candidates.map((candidate) => ({ text: candidate.text, probability: candidate.raw })),
      known: [...this.#answers.keys()].filter((known) => known.startsWith(shorter)),
      next,
      milliseconds: worth,
    };
    const attempt = this.#attempt;
    const again = () => {
      if (this.#attempt === attempt) this.#attempt = null;
    };
    this.#engine.call('ahead', request, attempt.signal).then(
      (all) => all || again(),
      (error) => {
        // The letter's own run has an answer, or says what is wrong. Nobody asked for what the engine died of.
        if (failureOf(error).code === 'crashed') this.#died = true;
        again();
      },
    );
  }

  /** The engine is wanted for something else. What has been told stays good. */
  stop(): void {
    this.#attempt?.abort();
    this.#attempt = null;
  }

  /** The answer to a text, if it is known already. */
  find(prompt: string, next: NextRequest): Next | null {
    const { info } = this.#engine;
    if (info !== this.#info || settingsOf(next) !== this.#settings) return null;
    return this.#answers.get(prompt) ?? null;
  }

  #settle(info: ModelInfo, next: NextRequest): void {
    const settings = settingsOf(next);
    if (info === this.#info && settings === this.#settings) return;
    this.#info = info;
    this.#settings = settings;
    this.#asked += 1;
    this.#answers.clear();
    this.stop();
  }

  #keep(prompt: string, next: Next): void {
    this.#answers.delete(prompt);
    this.#answers.set(prompt, next);
    if (this.#answers.size > most) this.#answers.delete(this.#answers.keys().next().value!);
  }
}

const settingsOf = (next: NextRequest) =>
  JSON.stringify([next.temperature, next.topK, next.topP, next.count, next.around, next.seed, next.index]);

/** The distribution on screen where both say the same. */
export function same(shown: Distribution | undefined, told: Distribution): Distribution {
  return shown && JSON.stringify(shown) === JSON.stringify(told) ? shown : told;
}
