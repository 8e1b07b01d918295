/**
 * Changes of the model as codes of an address (`x=h5.2*0,w6,nomask`) and as the engine takes them. Pure: any string gives what
 * can be read of it, and the parts that cannot.
 *
 *   h5.2*0  h5.2*0.5  h5.2*mean   a head's z scaled, or its mean in place    a3 m0 l4   attention, MLP, layer off
 *   e5.2:9-1  e5.*:9-1            query 9 may not see key 1                  w6         a window of six tokens
 *   nomask  nopos  pos+100  pos-3  pos~17  pos=0                             positions off, shifted, shuffled, all alike
 *   t2  t0.125                    attention temperature                      ln ln3 lnf norms off: all, a block's, the final
 *   kv2                           two key-value groups                       at=9       heads, attention, MLPs: from token 9 on
 */
import type { Interventions } from '../protocol/experiments';

export interface ParsedChanges {
  /** The codes that were read, each as `formatChanges` writes it, in the order given and none twice. */
  codes: string[];
  interventions: Interventions;
  /** Parts that are not codes. */
  faults: string[];
}

/** More would make an address that no browser keeps. */
export const mostCodes = 200;

const whole = '(\\d{1,6})';
const decimal = '-?\\d{1,6}(?:\\.\\d{1,6})?';

/** What a change is about. */
export type ChangeKind =
  | 'head'
  | 'attention'
  | 'mlp'
  | 'layer'
  | 'edge'
  | 'window'
  | 'mask'
  | 'positions'
  | 'temperature'
  | 'norms'
  | 'groups'
  | 'from';

/** A kind of code: how it reads, what it changes, and what is replaced when one of its kind is there already. */
interface Rule {
  kind: ChangeKind;
  pattern: RegExp;
  /** The same key: the later code takes the place of the earlier one. */
  key(parts: string[]): string;
  /** As it is written; undefined where the numbers make no change. */
  text(parts: string[]): string | undefined;
  apply(parts: string[], into: Interventions, from: number): void;
}

const number = (text: string | undefined) => Number(text);
const place = (layer: number, from: number) => (from > 0 ? { layer, from } : layer);

const rules: Rule[] = [
  {
    kind: 'head',
    pattern: new RegExp(`^h${whole}\\.${whole}\\*(mean|${decimal})$`),
    key: ([layer, head]) => `h${number(layer)}.${number(head)}`,
    text: ([layer, head, scale]) =>
      `h${number(layer)}.${number(head)}*${scale === 'mean' ? scale : number(scale)}`,
    apply: ([layer, head, scale], into, from) =>
      (into.heads ??= []).push({
        ...{ layer: number(layer), head: number(head) },
        ...(scale === 'mean' ? { mean: true } : { scale: number(scale) }),
        ...(from > 0 && { from }),
      }),
  },
  ...(
    [
      ['a', 'skipAttention', 'attention'],
      ['m', 'skipMlp', 'mlp'],
      ['l', 'skipLayer', 'layer'],
    ] as const
  ).map(([letter, member, kind]): Rule => ({
    kind,
    pattern: new RegExp(`^${letter}${whole}$`),
    key: ([layer]) => `${letter}${number(layer)}`,
    text: ([layer]) => `${letter}${number(layer)}`,
    apply: ([layer], into, from) => (into[member] ??= []).push(place(number(layer), from)),
  })),
  {
    kind: 'edge',
    pattern: new RegExp(`^e${whole}\\.(\\*|\\d{1,6}):${whole}-${whole}$`),
    key: (parts) => edge(parts),
    text: (parts) => edge(parts),
    apply: ([layer, head, query, key], into) =>
      (into.cutEdges ??= []).push({
        layer: number(layer),
        head: head === '*' ? -1 : number(head),
        query: number(query),
        key: number(key),
      }),
  },
  {
    kind: 'window',
    pattern: new RegExp(`^w${whole}$`),
    key: () => 'w',
    text: ([window]) => (number(window) > 0 ? `w${number(window)}` : undefined),
    apply: ([window], into) => (into.window = number(window)),
  },
  {
    kind: 'mask',
    pattern: /^nomask$/,
    key: () => 'nomask',
    text: () => 'nomask',
    apply: (_, into) => (into.noMask = true),
  },
  {
    kind: 'positions',
    pattern: /^nopos$/,
    key: () => 'pos',
    text: () => 'nopos',
    apply: (_, into) => (into.noPositions = true),
  },
  {
    kind: 'positions',
    pattern: new RegExp(`^pos([+-]|~|=)${whole}$`),
    key: () => 'pos',
    text: ([kind, amount]) =>
      kind === '=' ? (number(amount) === 0 ? 'pos=0' : undefined) : `pos${kind}${number(amount)}`,
    apply: ([kind, amount], into) => {
      if (kind === '=') into.positions = { same: true };
      else if (kind === '~') into.positions = { shuffle: number(amount) };
      else into.positions = { shift: kind === '-' ? 0 - number(amount) : number(amount) };
    },
  },
  {
    kind: 'temperature',
    pattern: new RegExp(`^t(${decimal})$`),
    key: () => 't',
    text: ([temperature]) => {
      const value = number(temperature);
      return value >= 0.001 && value <= 1000 ? `t${value}` : undefined;
    },
    apply: ([temperature], into) => (into.attentionTemperature = number(temperature)),
  },
  {
    kind: 'norms',
    pattern: /^ln(\d{1,6}|f)?$/,
    key: ([layer]) => `ln${norm(layer)}`,
    text: ([layer]) => `ln${norm(layer)}`,
    apply: ([layer], into) =>
      (into.norms ??= []).push(layer === undefined ? {} : { layer: layer === 'f' ? 'final' : number(layer) }),
  },
  {
    kind: 'groups',
    pattern: new RegExp(`^kv${whole}$`),
    key: () => 'kv',
    text: ([groups]) => (number(groups) > 0 ? `kv${number(groups)}` : undefined),
    apply: ([groups], into) => (into.kvGroups = number(groups)),
  },
  {
    kind: 'from',
    pattern: new RegExp(`^at=${whole}$`),
    key: () => 'at',
    text: ([token]) => `at=${number(token)}`,
    apply: () => undefined,
  },
];

const edge = ([layer, head, query, key]: string[]) =>
  `e${number(layer)}.${head === '*' ? head : number(head)}:${number(query)}-${number(key)}`;
const norm = (layer: string | undefined) =>
  layer === undefined || layer === 'f' ? (layer ?? '') : number(layer);

interface Read {
  rule: Rule;
  parts: string[];
  key: string;
  text: string;
}

function read(code: string): Read | undefined {
  for (const rule of rules) {
    const found = rule.pattern.exec(code);
    if (!found) continue;
    const parts = found.slice(1);
    const text = rule.text(parts);
    return text === undefined ? undefined : { rule, parts, key: rule.key(parts), text };
  }
  return undefined;
}

/** A code taken apart, to be put into words: the numbers and signs it holds, as they are written; null where it is no code. */
export function readChange(code: string): { kind: ChangeKind; parts: string[] } | null {
  const one = read(code);
  return one ? { kind: one.rule.kind, parts: one.parts } : null;
}

/** Of codes joined by commas. `at=last` is from the last of `tokens` on. */
export function parseChanges(text: string, tokens?: number): ParsedChanges {
  const faults: string[] = [];
  const codes = new Map<string, Read>();
  const given = text.split(',').filter((code) => code !== '');
  for (const code of given) {
    const one = read(code === 'at=last' && tokens !== undefined ? `at=${Math.max(0, tokens - 1)}` : code);
    if (!one || (codes.size >= mostCodes && !codes.has(one.key))) {
      faults.push(code);
      continue;
    }
    codes.delete(one.key);
    codes.set(one.key, one);
  }
  const from = Number(codes.get('at')?.parts[0] ?? 0);
  const interventions: Interventions = {};
  for (const { rule, parts } of codes.values()) rule.apply(parts, interventions, from);
  return { codes: [...codes.values()].map(({ text: written }) => written), interventions, faults };
}

export const formatChanges = (codes: readonly string[]): string => codes.join(',');
