import type { ModelInfo, Sampling } from '../protocol/protocol';
import type { Catalogue, Locale } from '../i18n';
import { catalogueOf, learn } from '../i18n/spoken';
import type { HeadAddress, HeadOrder } from '../layout/heads';
import { writeNumbersIn } from '../format/format';
import { firstExample } from './examples';
import type { Opening } from './stages';
import type { Depth } from './depth';

export type ThemeChoice = 'light' | 'dark' | 'system';
export type Theme = 'light' | 'dark';
/** Which of the three linked attention matrices is in front. */
export type MatrixKind = 'scores' | 'masked' | 'pattern';
export interface Cell {
  query: number;
  key: number;
}
/**
 * A space whose dimensions mean the same wherever one of its vectors is drawn: the residual stream (C), queries and
 * keys of a head (D), its values and their sum (D), the neurons of an MLP (F).
 */
export type Space = 'stream' | 'match' | 'value' | 'neuron';

/** At 0.95 of what k keeps, three words are left of the first example; at 0.9 one alone would be, and the draw no draw. */
export const defaultSampling: Sampling = { temperature: 1, topK: 40, topP: 0.95 };
export const defaultSeed = 42;
/** Where a fresh page looks: at the head of the bundled model that was measured with the first example. */
export const defaultHead: HeadAddress = { layer: firstExample.shown!.layer, head: firstExample.shown!.head };
/** What a page shows that neither a link nor an earlier visit says otherwise of. */
export const defaultDepth: Depth = 'simple';
/** Above this many tokens most shares are below a few per cent. */
const manyTokens = 48;
/** More colours than this side by side cannot be told apart. */
export const pinnedHeadLimit = 4;

/** The reader's own text while a lesson has another, and where the views stood. */
export interface Home {
  prompt: string;
  appended: number[];
  view: Partial<ViewState>;
  /** The model's changes. */
  codes: readonly string[];
}

/** What the person looks at. Layers, heads and tokens count from 0, as in the names of the tensors. */
export class ViewState {
  layer = $state(defaultHead.layer);
  head = $state(defaultHead.head);
  hoveredToken = $state<number | null>(null);
  pinnedToken = $state<number | null>(null);
  hoveredCell = $state.raw<Cell | null>(null);
  /** The dimension under the pointer: lit in every strip of its space. */
  hoveredDimension = $state.raw<{ space: Space; index: number } | null>(null);
  /** The pinned cell of the attention matrix. */
  cell = $state.raw<Cell | null>(null);
  matrix = $state<MatrixKind>('pattern');
  /** How much of the model the picture shows. */
  depth = $state<Depth>(defaultDepth);
  /** For a projector: few and large words. */
  present = $state(false);
  /** Draws probabilities by their square root, so that small ones are seen. */
  get squareRoot(): boolean {
    return this.#squareRoot ?? this.#manyTokens;
  }
  set squareRoot(on: boolean) {
    this.#squareRoot = on;
  }
  /** The stage or experiment that is opened, and what is opened inside it (its own words). */
  open = $state<Opening | null>(null);
  detail = $state<string | null>(null);
  sampling = $state.raw<Sampling>(defaultSampling);
  seed = $state(defaultSeed);
  pinnedHeads = $state.raw<HeadAddress[]>([]);
  /** What the grid of all heads is sorted by. */
  order = $state<HeadOrder>('layer');
  themeChoice = $state<ThemeChoice>('system');
  systemTheme = $state<Theme>('light');
  #locale = $state<Locale>('en');
  #wanted = $state<Locale>('en');
  reducedMotion = $state(false);
  /** The line that a first visit is met with. */
  hints = $state(true);
  /** The lesson beside the picture, as an address names it, such as `next.1`; null where there is none. */
  lesson = $state<string | null>(null);
  /** A link names a lesson and a state of its own: the picture stays at that. */
  lessonKept = false;
  /** The reader has gone elsewhere than the lesson's step. */
  lessonMoved = $state(false);
  /** A lesson asks for what comes next: it stays covered until then. */
  veiled = $state(false);
  /** What a lesson gives back when it is left. */
  home = $state.raw<Home | null>(null);
  /** A teacher's link holds back what is right. */
  answersHeld = $state(false);

  /** Null until it is chosen; shares of many tokens are too small to be seen without. */
  #squareRoot = $state<boolean | null>(null);
  #manyTokens = $state(false);

  theme = $derived<Theme>(this.themeChoice === 'system' ? this.systemTheme : this.themeChoice);
  /** The texts of the page, always in the language of `locale`: the one before, while another's are fetched. */
  t = $state.raw<Catalogue>(catalogueOf('en')!);
  /** The token that is lit: the one under the pointer, else the pinned one. */
  token = $derived(this.hoveredToken ?? this.pinnedToken);
  litCell = $derived(this.hoveredCell ?? this.cell);

  /** The texts of the language asked for last could not be had. */
  languageFailed = $state(false);

  get locale(): Locale {
    return this.#locale;
  }
  set locale(wanted: Locale) {
    this.#wanted = wanted;
    this.languageFailed = false;
    const speak = (texts: Catalogue) => {
      if (this.#wanted !== wanted) return;
      this.#locale = wanted;
      writeNumbersIn(wanted);
      this.t = texts;
    };
    const here = catalogueOf(wanted);
    if (here) speak(here);
    // Where its texts cannot be had the page goes on in the language it has.
    else {
      const fail = () => this.#wanted === wanted && (this.languageFailed = true);
      learn(wanted).then(speak, fail);
    }
  }
  /** The language asked for last, also while its texts are fetched or where they could not be had. */
  get wanted(): Locale {
    return this.#wanted;
  }

  /** A head that was asked for, by a link or before the model was changed, that this model does not have; and the one shown. */
  #beyond = $state.raw<{ asked: HeadAddress; shown: HeadAddress } | null>(null);
  /** The same, while the head shown in its place is the one looked at. */
  get beyond(): { asked: HeadAddress; shown: HeadAddress } | null {
    return this.#beyond && same(this.#beyond.shown, this) ? this.#beyond : null;
  }
  /** It has been read. */
  letGoOfBeyond(): void {
    this.#beyond = null;
  }

  /** Brings everything into the bounds of a model that has been loaded. */
  fit(info: ModelInfo): void {
    const asked = { layer: this.layer, head: this.head };
    const shown = { layer: clamp(asked.layer, info.layers), head: clamp(asked.head, info.heads) };
    this.goTo(shown.layer, shown.head);
    this.#beyond = same(asked, shown) || same(asked, defaultHead) ? null : { asked, shown };
    this.pinnedHeads = this.pinnedHeads.filter(({ layer, head }) => layer < info.layers && head < info.heads);
    this.sampling = { ...this.sampling, topK: Math.min(this.sampling.topK, info.vocabulary) };
  }

  /** Lets go of pins that point beyond the tokens there are. */
  fitTokens(count: number): void {
    this.#manyTokens = count > manyTokens;
    if (this.pinnedToken !== null && this.pinnedToken >= count) this.pinnedToken = null;
    if (this.cell && Math.max(this.cell.query, this.cell.key) >= count) this.cell = null;
    if (this.hoveredToken !== null && this.hoveredToken >= count) this.hoveredToken = null;
    if (this.hoveredCell && Math.max(this.hoveredCell.query, this.hoveredCell.key) >= count)
      this.hoveredCell = null;
  }

  /** Keeps what is pinned on its words when the text begins one token later, or earlier again. */
  shift(by: 1 | -1): void {
    const moved = (token: number) => Math.max(0, token + by);
    if (this.pinnedToken !== null) this.pinnedToken = moved(this.pinnedToken);
    if (this.cell) this.cell = { query: moved(this.cell.query), key: moved(this.cell.key) };
  }

  goTo(layer: number, head: number): void {
    this.layer = layer;
    this.head = head;
  }

  togglePin(token: number): void {
    this.pinnedToken = this.pinnedToken === token ? null : token;
  }

  isPinned({ layer, head }: HeadAddress): boolean {
    return this.pinnedHeads.some((pinned) => pinned.layer === layer && pinned.head === head);
  }

  toggleHead(address: HeadAddress): void {
    const rest = this.pinnedHeads.filter(
      ({ layer, head }) => layer !== address.layer || head !== address.head,
    );
    if (rest.length < this.pinnedHeads.length) this.pinnedHeads = rest;
    else this.pinnedHeads = [...rest, address].slice(-pinnedHeadLimit);
  }

  show(stage: Opening, detail: string | null = null): void {
    this.open = stage;
    this.detail = detail;
    this.#letGo();
  }

  /** One level up: the detail, the stage, then the pins. False when there was nothing left to close. */
  up(): boolean {
    if (this.present) this.present = false;
    else if (this.detail !== null) this.detail = null;
    else if (this.open !== null) this.open = null;
    else if (this.cell !== null) this.cell = null;
    else if (this.pinnedToken !== null) this.pinnedToken = null;
    else return false;
    this.#letGo();
    return true;
  }

  /** What the pointer was on is gone, and nothing says that it left. */
  #letGo(): void {
    this.hoveredCell = null;
    this.hoveredToken = null;
    this.hoveredDimension = null;
  }
}

const same = (a: HeadAddress, b: HeadAddress) => a.layer === b.layer && a.head === b.head;

function clamp(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1);
}
