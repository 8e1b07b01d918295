import type { Sampling } from '../protocol/protocol';
import type { Locale } from '../i18n';
import { headOrders, type HeadAddress, type HeadOrder } from '../layout/heads';
import { isOpening, type Opening } from './stages';
import type { Depth } from './depth';
import type { Cell, MatrixKind } from './view.svelte';

/** What a link says; everything left out is as a fresh page has it. */
export interface Link {
  prompt?: string;
  /** The prompt as state/packed.ts packs it, where it is too long to be written as it is. */
  packed?: string;
  appended?: number[];
  /** Special tokens of the prompt are read as tokens. */
  special?: boolean;
  /** The document mark goes first. */
  mark?: boolean;
  model?: string;
  layer?: number;
  head?: number;
  token?: number;
  cell?: Cell;
  heads?: HeadAddress[];
  order?: HeadOrder;
  matrix?: MatrixKind;
  sampling?: Partial<Sampling>;
  seed?: number;
  open?: Opening;
  detail?: string;
  locale?: Locale;
  view?: Depth;
  present?: boolean;
  /** Changes of the model, as state/changes.ts writes them. */
  x?: string;
  /** A second prompt, beside the first. */
  b?: string;
  /** The token asked about, and what it is held against. */
  why?: Asked;
  /** A step of a lesson, such as `next.1`, or its contents. */
  lesson?: string;
  /** What is right is held back. */
  answers?: 'off';
}

/** A token's id, and another's or the average of all tokens. */
export interface Asked {
  target: number;
  rival?: number | 'mean';
}

/** Longest text that is written into an address; browsers differ on more. */
export const promptLimit = 4000;
const listLimit = 1024;
/** Longest list of changes that is read from an address. */
const changesLimit = 6000;

/** A link's state as the part of an address after `#`. */
export function encodeLink(link: Link): string {
  const fields = new URLSearchParams();
  const put = (name: string, value: string | number | null | undefined) => {
    if (value !== undefined && value !== null && value !== '') fields.set(name, String(value));
  };
  put('model', link.model);
  if (link.layer !== undefined && link.head !== undefined)
    put('at', address({ layer: link.layer, head: link.head }));
  put('token', link.token);
  if (link.cell) put('cell', `${link.cell.query}.${link.cell.key}`);
  put('heads', link.heads?.map(address).join(' '));
  put('order', link.order);
  put('matrix', link.matrix);
  put('t', link.sampling?.temperature);
  put('k', link.sampling?.topK);
  put('p', link.sampling?.topP);
  put('seed', link.seed);
  put('open', link.open);
  put('detail', link.detail);
  put('lang', link.locale);
  put('view', link.view);
  put('special', link.special ? 1 : undefined);
  put('mark', link.mark ? 1 : undefined);
  put('present', link.present ? 1 : undefined);
  put('x', link.x);
  if (link.b !== undefined && link.b.length <= promptLimit) put('b', link.b);
  if (link.why)
    put('why', [link.why.target, ...(link.why.rival === undefined ? [] : [link.why.rival])].join(','));
  put('lesson', link.lesson);
  put('answers', link.answers);
  if (link.prompt !== undefined && link.prompt.length <= promptLimit) {
    fields.set('prompt', link.prompt);
    if (link.appended && link.appended.length <= listLimit) put('then', link.appended.join('.'));
  } else if (link.packed) {
    fields.set('z', link.packed);
    if (link.appended && link.appended.length <= listLimit) put('then', link.appended.join('.'));
  }
  return fields.toString();
}

/** Reads what `encodeLink` wrote, after `#` or `?`. Whatever is malformed is left out: an address can be anything. */
export function decodeLink(hash: string): Link {
  const fields = new URLSearchParams(hash.replace(/^[#?]/, ''));
  const link: Link = {};
  const prompt = fields.get('prompt');
  if (prompt !== null) link.prompt = prompt.slice(0, promptLimit);
  const packed = fields.get('z');
  if (prompt === null && packed && /^[\w-]{1,8000}$/.test(packed)) link.packed = packed;
  const appended = fields.get('then');
  if (appended && /^\d{1,9}(\.\d{1,9})*$/.test(appended))
    link.appended = appended.split('.').slice(0, listLimit).map(Number);
  const model = fields.get('model');
  if (model && model.length <= 200) link.model = model;
  const at = readAddress(fields.get('at'));
  if (at) [link.layer, link.head] = [at.layer, at.head];
  link.token = whole(fields.get('token'));
  const cell = /^(\d{1,6})\.(\d{1,6})$/.exec(fields.get('cell') ?? '');
  if (cell) link.cell = { query: Number(cell[1]), key: Number(cell[2]) };
  const heads = (fields.get('heads') ?? '').split(' ').flatMap((text) => readAddress(text) ?? []);
  if (heads.length) link.heads = heads.slice(0, 4);
  const order = headOrders.find((name) => name === fields.get('order'));
  if (order) link.order = order;
  const matrix = fields.get('matrix');
  if (matrix === 'scores' || matrix === 'masked' || matrix === 'pattern') link.matrix = matrix;
  link.sampling = {
    temperature: number(fields.get('t'), 0, 5),
    topK: whole(fields.get('k')),
    topP: number(fields.get('p'), 0, 1),
  };
  link.seed = whole(fields.get('seed'));
  const open = fields.get('open');
  if (isOpening(open)) link.open = open;
  const detail = fields.get('detail');
  if (detail && detail.length <= 200) link.detail = detail;
  const locale = fields.get('lang');
  if (locale === 'en' || locale === 'ko') link.locale = locale;
  const view = fields.get('view');
  if (view === 'simple' || view === 'full') link.view = view;
  for (const name of ['special', 'mark', 'present'] as const) if (fields.get(name) === '1') link[name] = true;
  // A plus that was typed by hand has become a space.
  const changes = fields.get('x')?.replaceAll(' ', '+').slice(0, changesLimit);
  if (changes) link.x = changes;
  const other = fields.get('b');
  if (other) link.b = other.slice(0, promptLimit);
  const why = /^(\d{1,9})(?:,(mean|\d{1,9}))?$/.exec(fields.get('why') ?? '');
  if (why)
    link.why = {
      target: Number(why[1]),
      ...(why[2] && { rival: why[2] === 'mean' ? 'mean' : Number(why[2]) }),
    };
  if (fields.get('present') === '1') link.present = true;
  const lesson = fields.get('lesson');
  if (lesson && /^[a-z]{1,20}(\.\d{1,2})?$/.test(lesson)) link.lesson = lesson;
  if (fields.get('answers') === 'off') link.answers = 'off';
  return withoutHoles(link);
}

/** `L3H4`, the way the field writes a head. */
export function address({ layer, head }: HeadAddress): string {
  return `L${layer}H${head}`;
}

function readAddress(text: string | null): HeadAddress | null {
  const match = /^L(\d{1,3})H(\d{1,3})$/.exec(text ?? '');
  return match && { layer: Number(match[1]), head: Number(match[2]) };
}

function whole(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function number(text: string | null, low: number, high: number): number | undefined {
  if (text === null || !/^\d{1,3}(\.\d{1,9})?$/.test(text)) return undefined;
  const value = Number(text);
  return value >= low && value <= high ? value : undefined;
}

function withoutHoles(link: Link): Link {
  const sampling = Object.fromEntries(
    Object.entries(link.sampling ?? {}).filter(([, value]) => value !== undefined),
  );
  const whole = { ...link, sampling: Object.keys(sampling).length ? sampling : undefined };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)) as Link;
}
