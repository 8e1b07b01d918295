/**
 * While a person thinks of the next letter, the engine has nothing to do: it then computes what the text would be
 * answered with each of the likely ones at its end, and after a while with every other. The letter's answer is on screen
 * with the letter, and its run, which the picture needs, follows. Only for models whose tokens cost a few milliseconds
 * each, and for so long a key at most.
 */
import type {
  AheadRequest,
  Candidate,
  Distribution,
  ModelInfo,
  Next,
  NextRequest,
} from '../protocol/protocol';
import { failureOf, type EngineState } from './engine.svelte';

/** Bytes of weights up to which a model is asked ahead. */
const light = 64 * 2 ** 20;
/** The engine's time for the texts that are likely to follow one, ms. */
const worth = 100;
/** Who has typed nothing for so long, ms, has stopped to think: the next key may be any. */
const rest = 300;
/** The engine's time for what any key makes of a text, ms. */
const worthAtRest = 300;
/** Answers that are kept: those for the texts one key before, for Backspace, and some. */
const most = 200;

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

  /**
   * Asks for what a key at the end of a text is likely to make of it; `candidates` are what the model expects there. `typing`
   * is asked once more before all other keys are.
   */
  begin(text: string, next: NextRequest, candidates: readonly Candidate[], typing: () => boolean): void {
    const { info } = this.#engine;
    if (this.#died || !info?.hasTokenizer || info.bytes > light) return;
    this.#settle(info, next);
    if (this.#attempt && text === this.#text) return;
    this.stop();
    this.#text = text;
    this.#attempt = new AbortController();
    const expected = candidates.map((candidate) => ({ text: candidate.text, probability: candidate.raw }));
    void this.#look({ asked: this.#asked, text, expected, next }, typing, this.#attempt);
  }

  /** First for what is likely; then, if nothing is typed for a while, for everything else. */
  async #look(
    about: Omit<AheadRequest, 'known' | 'every' | 'milliseconds'>,
    typing: () => boolean,
    attempt: AbortController,
  ): Promise<void> {
    const ask = (every: boolean, milliseconds: number) => {
      const request = { ...about, known: this.#known(about.text), every, milliseconds };
      return this.#engine.call('ahead', request, attempt.signal);
    };
    try {
      await ask(false, worth);
      await new Promise((resolve) => setTimeout(resolve, rest));
      if (this.#attempt === attempt && typing() && (await ask(true, worthAtRest))) return;
    } catch (error) {
      // The letter's own run has an answer, or says what is wrong. Nobody asked for what the engine died of.
      if (failureOf(error).code === 'crashed') this.#died = true;
    }
    if (this.#attempt === attempt) this.#attempt = null;
  }

  /** What the texts with an answer have in place of the last character of this one. */
  #known(text: string): string[] {
    const shorter = text.slice(0, -1);
    const known = [...this.#answers.keys()].filter((prompt) => prompt.startsWith(shorter));
    return known.map((prompt) => prompt.slice(shorter.length));
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
