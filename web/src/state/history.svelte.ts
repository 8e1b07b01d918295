import { untrack } from 'svelte';
import { decodeLink, encodeLink, type Link } from './url';

/** Browsers refuse more than a few address changes a second; typing stays below that. */
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
  /** A step back of our own is under way; the entry it comes to is to be brought up to date. */
  let returning = false;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const url = `#${encodeLink(link())}`;
    if (url !== location.hash) history.replaceState({ ours: true, depth: depth() }, '', url);
  };

  $effect(() => {
    const now = link();
    const level = levelOf(now);
    if (level === shown) {
      clearTimeout(timer);
      timer = setTimeout(write, pause);
      return;
    }
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
    returning = false;
    timer = setTimeout(write, pause);
  };
  window.addEventListener('popstate', moved);
  return () => {
    clearTimeout(timer);
    window.removeEventListener('popstate', moved);
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
