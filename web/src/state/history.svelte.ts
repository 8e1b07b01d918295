import { untrack } from 'svelte';
import { painted } from './painted';
import { decodeLink, encodeLink, type Link } from './url';

/** Browsers refuse more than a few address changes a second: this long after one, ms, the next is put off. */
const pause = 250;

export interface HistoryOptions {
  link: () => Link;
  /** Back or Forward crossed one of our own entries: only what is open changes. */
  onlevel: (link: Link) => void;
  /** Another link was put into the address. */
  onlink: (link: Link) => void;
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
  /** A step back of our own is under way; the entry it comes to is to be brought up to date. */
  let returning = false;
  let written = -Infinity;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const url = `#${encodeLink(untrack(link))}`;
    if (url === location.hash) return;
    written = performance.now();
    history.replaceState({ ours: true, depth: depth() }, '', url);
  };
  /** At once where nothing was written lately, so that a page that is left or reloaded just after a change has kept it. */
  const writeSoon = () => {
    clearTimeout(timer);
    const wait = written + pause - performance.now();
    if (wait <= 0) write();
    else timer = setTimeout(write, wait);
  };
  /** When a key's letter and, if it was quick, the answer have been painted: browsers take their time over an address. */
  const writeWhenPainted = () => {
    clearTimeout(timer);
    const mine = (timer = setTimeout(write, pause));
    void painted()
      .then(painted)
      .then(() => timer === mine && writeSoon());
  };
  const leave = () => timer !== undefined && write();

  $effect(() => {
    const now = link();
    const level = levelOf(now);
    if (level === shown) {
      // Until a step back of our own has arrived, the address is still that of the entry that is left.
      const changed = now.prompt !== typed;
      typed = now.prompt;
      if (!returning) (changed ? writeWhenPainted : writeSoon)();
      return;
    }
    typed = now.prompt;
    const deeper = level.startsWith(shown);
    const rise = shown.startsWith(level) && depth() > 0;
    shown = level;
    clearTimeout(timer);
    if (deeper) history.pushState({ ours: true, depth: depth() + 1 }, '', `#${encodeLink(now)}`);
    else if (rise) {
      returning = true;
      history.back();
    } else write();
  });

  const moved = (event: PopStateEvent) => {
    clearTimeout(timer);
    const there = decodeLink(location.hash);
    if (!returning) {
      shown = levelOf(there);
      if ((event.state as { ours?: boolean } | null)?.ours) onlevel(there);
      else onlink(there);
    }
    // The entry below is out of date by what was done in the view that was closed.
    if (returning) write();
    else writeSoon();
    returning = false;
  };
  window.addEventListener('popstate', moved);
  window.addEventListener('pagehide', leave);
  return () => {
    clearTimeout(timer);
    window.removeEventListener('popstate', moved);
    window.removeEventListener('pagehide', leave);
  };
}

/** Entries of ours below the present one. */
function depth(): number {
  return (history.state as { depth?: number } | null)?.depth ?? 0;
}

/** How deep a link is: the overview is '', a stage and what is open in it follow. */
function levelOf(link: Link): string {
  return [link.open ?? '', link.detail ?? ''].filter(Boolean).join('/');
}
