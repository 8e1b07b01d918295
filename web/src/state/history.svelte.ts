import { untrack } from 'svelte';
import { decodeLink, encodeLink, type Link } from './url';

/** Browsers refuse more than a few address changes a second: this long after one, ms, the next is put off. */
const pause = 250;

export interface HistoryOptions {
  link: () => Link;
  /** Back or Forward led to another entry of the same link: only what is open changes. */
  onlevel: (link: Link) => void;
  /** Another link was put into the address, or Back or Forward led to it. */
  onlink: (link: Link) => void;
}

/** What an entry of the browser's history says of itself. */
interface Entry {
  /** The link it belongs to: entries of the same link differ in what is open alone. */
  chain: number;
  /** Entries of that link below it. */
  depth: number;
}

/**
 * Keeps the address in step with the screen. Changes replace the entry, but opening a view makes a new one, so that
 * Back goes up a level; closing it goes back to the entry it was opened from. Returns what ends it. To be called where effects can be made.
 */
export function keepHistory({ link, onlevel, onlink }: HistoryOptions): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What calls this must not run again for every change of the screen.
  let shown = untrack(() => levelOf(link()));
  let typed = untrack(() => link().prompt);
  let taught = untrack(() => link().lesson);
  /** What is open where a step back of our own leads that is under way; the entry it comes to is to be brought up to date. */
  let returning: Pick<Link, 'open' | 'detail'> | null = null;
  let written = -Infinity;

  let chain = NaN;
  /** Learns which link the present entry belongs to; one that was put into the address begins anew. */
  const arrive = () => {
    const known = entry()?.chain;
    chain = known ?? performance.timeOrigin + performance.now();
    if (known === undefined) put('replaceState', { chain, depth: 0 } satisfies Entry, '');
  };
  arrive();

  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const write = (now = untrack(link)) => {
    stop();
    // Another link has been put into the address, and is about to be read.
    if (entry()?.chain !== chain) return;
    const url = `#${encodeLink(now)}`;
    if (url === location.hash) return;
    written = performance.now();
    put('replaceState', history.state, '', url);
  };
  /** At once where nothing was written lately, so that a page that is left or reloaded just after a change has kept it. */
  const writeSoon = () => {
    stop();
    const wait = written + pause - performance.now();
    if (wait <= 0) write();
    else timer = setTimeout(() => write(), wait);
  };
  /** When a text is no longer typed: browsers take their time over an address, and a key's answer is drawn meanwhile. */
  const writeLater = () => {
    stop();
    timer = setTimeout(() => write(), pause);
  };
  const leave = () => timer !== undefined && write();

  /** To the level of `now`, which is another than the one shown. */
  const step = (now: Link) => {
    const level = levelOf(now);
    const deeper = level.startsWith(shown);
    const depth = entry()?.depth ?? 0;
    const rise = shown.startsWith(level) && depth > 0;
    shown = level;
    stop();
    if (deeper) put('pushState', { chain, depth: depth + 1 } satisfies Entry, '', `#${encodeLink(now)}`);
    else if (rise) {
      returning = { open: now.open, detail: now.detail };
      history.back();
    } else write();
  };

  /** To another step of a lesson, into one or out of it: an entry and a link of its own. */
  const turn = (now: Link) => {
    stop();
    // The first step of all says only where the lesson had begun.
    const how = taught === 'start' ? 'replaceState' : 'pushState';
    taught = now.lesson;
    shown = levelOf(now);
    chain = performance.timeOrigin + performance.now();
    put(how, { chain, depth: 0 } satisfies Entry, '', `#${encodeLink(now)}`);
  };

  $effect(() => {
    const now = link();
    const changed = now.prompt !== typed;
    typed = now.prompt;
    // Until a step back of our own has arrived, the address is still that of the entry that is left.
    if (returning) return;
    if (now.lesson !== taught) turn(now);
    else if (levelOf(now) !== shown) step(now);
    else (changed ? writeLater : writeSoon)();
  });

  const moved = () => {
    stop();
    if (returning) {
      const now = untrack(link);
      // The entry below is out of date by what was done in the view that was closed.
      write({ ...now, ...returning });
      returning = null;
      // What has been opened or closed since is a step of its own.
      if (levelOf(now) !== shown) step(now);
      return;
    }
    const there = decodeLink(location.hash);
    shown = levelOf(there);
    taught = there.lesson;
    const before = chain;
    arrive();
    if (chain === before) onlevel(there);
    else onlink(there);
    writeSoon();
  };
  window.addEventListener('popstate', moved);
  window.addEventListener('pagehide', leave);
  return () => {
    stop();
    window.removeEventListener('popstate', moved);
    window.removeEventListener('pagehide', leave);
  };
}

/** Browsers refuse more changes than some number a minute, and all in some frames: then the address is behind, and no more. */
function put(how: 'replaceState' | 'pushState', state: unknown, title: '', url?: string): void {
  try {
    history[how](state, title, url);
  } catch {
    // The next change is written with all that this one would have said.
  }
}

/** The present entry; null where this page has written nothing into it. */
const entry = () => history.state as Partial<Entry> | null;

/** How deep a link is: the overview is '', a stage and what is open in it follow. */
function levelOf(link: Link): string {
  return [link.open ?? '', link.detail ?? ''].filter(Boolean).join('/');
}
