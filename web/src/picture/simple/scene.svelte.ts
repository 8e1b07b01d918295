/** What the first screen draws: which words, of which head, and the engine's numbers for them. */
import { createContext } from 'svelte';
import { thumbnails, type Tensor } from '../../protocol/protocol';
import { rowNorms } from '../../layout/norms';
import type { Detail } from '../../layout/screen/columns';
import { rowsRoom, screenPlan, type ScreenPlan } from '../../layout/screen/plan';
import { keysOf, shownIn, windowFrom } from '../../layout/screen/rows';
import { short, word } from '../../format/format';
import { useRun, useView } from '../../state/context';
import { useTensor, type Pulled } from '../../state/pull.svelte';
import { useTensors } from '../../stages/tensors.svelte';
import { meanRow, strongestNeurons, type Neuron } from './numbers';

/** Whose looks are written on the words: the chosen head's, the mean of its block's, or of all. */
export type Breadth = 'head' | 'block' | 'all';

/** A thumbnail has no more cells a side than this. */
const thumbnailSide = 24;
/** Neurons drawn of an MLP's. */
export const neuronsShown = 12;

export interface Room {
  /** Px under the header. */
  width: number;
  height: number;
  /** Height of the window, px, and px of a unit. */
  window: number;
  unit: number;
  present: boolean;
  detail: Detail;
}

/** To be made while a component is set up. */
export class SimpleScene {
  #run = useRun();
  #view = useView();
  #room: () => Room;
  #before = Infinity;
  #pattern: Pulled<Tensor, { name: string; rows?: [number, number] }>;
  #other: Pulled<Tensor, { name: string; rows?: [number, number] }>;
  #block: Pulled<Tensor>;
  #every: ReturnType<typeof useTensors>;
  #stream: ReturnType<typeof useTensors>;
  #middle: Pulled<Tensor>;
  #neurons: Pulled<Tensor>;
  thumbnails: Pulled<Tensor>;

  /** The head whose thumbnail the pointer is on. */
  pointedHead = $state.raw<{ layer: number; head: number } | null>(null);
  breadth = $state<Breadth>('head');

  tokens = $derived.by(() => this.#run.tokens);
  total = $derived(this.tokens.length);
  layers = $derived.by(() => this.#run.info?.layers ?? 1);
  heads = $derived.by(() => this.#run.info?.heads ?? 1);
  /** The word in the light: the one pointed at or pinned, else the last. */
  lit = $derived.by(() => Math.min(this.#view.token ?? this.total - 1, this.total - 1));
  unit = $derived.by(() => this.#room().unit);
  /** The first word in sight: the window moves no further than the lit word asks. */
  first = $derived.by(() => {
    const shown = shownIn(this.#rowsRoom, Math.max(1, this.total));
    return (this.#before = windowFrom(this.#before, shown, this.total, Math.max(0, this.lit)));
  });
  #rowsRoom = $derived.by(() => {
    const { height, window, unit, present, detail } = this.#room();
    return rowsRoom({ height: height / unit, window: window / unit, present, detail });
  });
  windowed = $derived.by(() => this.plan.rows.last - this.plan.rows.first < this.total);
  /** Shares of keys 0 to `lit` in the chosen head; undefined until they have come. */
  weights = $derived.by(() => this.rowOf(this.lit));
  keys = $derived.by(() =>
    keysOf(this.weights, this.lit, this.total, shownIn(this.#rowsRoom, this.total) < this.total),
  );
  /** By itself: which keys they are moves nothing, so that pointing at a word paints no strip anew. */
  #columns = $derived.by(() => this.keys.length);
  plan = $derived.by((): ScreenPlan => this.#planOf(this.#columns, this.first));
  /** The shares that the words carry: of the head pointed at, or as `breadth` says. */
  looks = $derived.by(() => this.#looks());
  /** [rows in sight], each the lengths of its stream before block 0, after block 0, after block 1 and so on. */
  lengths = $derived.by(() => this.#lengths());
  /** [rows in sight], lengths between the two additions of the open block. */
  middle = $derived.by(() => {
    const tensor = this.#middle.current;
    return tensor ? rowNorms(tensor.data, tensor.shape[1] ?? 1) : [];
  });
  /** [rows, C] of the words in sight, before the first block. */
  embedding = $derived.by(() => this.#stream.current?.[0]);
  neurons = $derived.by((): { rows: Neuron[][]; most: number; inner: number } => {
    const tensor = this.#neurons.current;
    if (!tensor) return { rows: [], most: 1, inner: 1 };
    const inner = tensor.shape[1] ?? 1;
    const rows = strongestNeurons(tensor.data, inner, neuronsShown);
    const most = rows.reduce((best, [first]) => Math.max(best, first?.value ?? 0), 0);
    return { rows, most: most || 1, inner };
  });

  constructor(room: () => Room) {
    this.#room = room;
    const rows = (): [number, number] | null =>
      this.total === 0 ? null : [this.plan.rows.first, this.plan.rows.last];
    const layer = () => this.#view.layer;
    const key = $derived(rows()?.join(' '));
    const still = () => {
      void key;
      return rows();
    };
    const ofRows = (name: () => string) => () => {
      const visible = still();
      return visible && { name: name(), rows: visible };
    };
    const visibleFrom = $derived(this.first);
    const shown = $derived(shownIn(this.#rowsRoom, Math.max(1, this.total)));
    this.#pattern = useTensor(() =>
      this.total === 0
        ? null
        : {
            name: `blocks.${layer()}.attn.hook_pattern`,
            head: this.#view.head,
            rows: [visibleFrom, Math.min(this.total, visibleFrom + shown)],
          },
    );
    this.#other = useTensor(() => {
      const head = this.pointedHead;
      if (!head || this.total === 0) return null;
      return {
        name: `blocks.${head.layer}.attn.hook_pattern`,
        head: head.head,
        rows: [this.lit, this.lit + 1],
      };
    });
    const litRow = (at: number) => ({
      name: `blocks.${at}.attn.hook_pattern`,
      rows: [this.lit, this.lit + 1] as [number, number],
    });
    this.#block = useTensor(() => (this.breadth === 'block' && this.total > 0 ? litRow(layer()) : null));
    this.#every = useTensors(() =>
      this.breadth === 'all' && this.total > 0
        ? Array.from({ length: this.layers }, (_, at) => litRow(at))
        : null,
    );
    this.#stream = useTensors(() => {
      const visible = still();
      if (!visible) return null;
      return Array.from({ length: this.layers + 1 }, (_, at) => ({
        name: at < this.layers ? `blocks.${at}.hook_resid_pre` : `blocks.${at - 1}.hook_resid_post`,
        rows: visible,
      }));
    });
    this.#middle = useTensor(ofRows(() => `blocks.${layer()}.hook_resid_mid`));
    this.#neurons = useTensor(ofRows(() => `blocks.${layer()}.mlp.hook_post`));
    this.thumbnails = useTensor(() =>
      this.total > 0 ? { name: thumbnails, size: Math.max(4, Math.min(thumbnailSide, this.total)) } : null,
    );
  }

  /** The word's shares of keys 0 to itself in the chosen head, while it is in sight. */
  rowOf(token: number): Float32Array | undefined {
    const { current, answered } = this.#pattern;
    const from = answered?.rows?.[0] ?? 0;
    const keys = current?.shape.at(-1) ?? 0;
    const row = token - from;
    if (!current || row < 0 || row >= (current.shape[0] ?? 0) || keys < token + 1) return undefined;
    return current.data.subarray(row * keys, row * keys + token + 1);
  }

  /** A word as it is written in the picture. */
  nameOf(token: number, limit = 14): string {
    return word(this.tokens[token]?.text ?? '', limit);
  }

  /** The same, shortened for a narrow place. */
  shortOf(token: number, limit: number): string {
    const text = this.tokens[token]?.text ?? '';
    return short(text.trim() || text, limit);
  }

  #planOf(columns: number, first: number): ScreenPlan {
    const { width, height, window, unit, present, detail } = this.#room();
    return screenPlan(
      {
        width: width / unit,
        height: height / unit,
        window: window / unit,
        layers: this.layers,
        heads: this.heads,
        open: Math.min(this.#view.layer, this.layers - 1),
        tokens: this.total,
        first,
        present,
        detail,
      },
      columns,
    );
  }

  #looks(): Float32Array | undefined {
    if (this.pointedHead) {
      const { current, answered } = this.#other;
      if (current && answered?.rows?.[0] === this.lit) return current.data.subarray(0, this.lit + 1);
    } else if (this.breadth === 'block' && this.#block.current) {
      return meanRow([this.#block.current], this.lit + 1);
    } else if (this.breadth === 'all' && this.#every.current) {
      return meanRow(this.#every.current, this.lit + 1);
    }
    return this.weights;
  }

  #lengths(): number[][] {
    const tensors = this.#stream.current;
    if (!tensors) return [];
    const norms = tensors.map(({ data, shape }) => rowNorms(data, shape[1] ?? 1));
    return (norms[0] ?? []).map((_, row) => norms.map((each) => each[row] ?? 0));
  }
}

export const [useSimple, provideSimple] = createContext<SimpleScene>();
