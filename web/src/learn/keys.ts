/** The keys of a lesson. Pure. */

type Key = 'next' | 'back' | 'forward' | 'show' | 'return' | 'contents' | 'fold' | number;

interface Pressed {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  defaultPrevented: boolean;
  target: unknown;
}

const letters: Record<string, Key> = { n: 'next', b: 'back', a: 'show', r: 'return', t: 'contents' };
const forward = [' ', 'PageDown', 'ArrowRight'];
const backward = ['PageUp', 'ArrowLeft'];

/** What a key asks of the lesson; `free` where the focus is in the dock or nowhere, so that no grid or list wants it. */
export function keyOf(event: Pressed, free: boolean): Key | null {
  const { key, target } = event;
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey)
    return null;
  const {
    tagName = '',
    type = '',
    role = '',
  } = (target ?? {}) as { tagName?: string; type?: string; role?: string };
  if (/^(TEXTAREA|SELECT)$/.test(tagName) || (tagName === 'INPUT' && type !== 'range')) return null;
  if (key === 'Escape') return free ? 'fold' : null;
  const letter = letters[key.toLowerCase()];
  if (letter !== undefined) return letter;
  if (/^[1-6]$/.test(key)) return Number(key) - 1;
  // A button takes Space for itself, a slider the arrows and pages.
  if (!free || tagName === 'INPUT' || role === 'slider' || (key === ' ' && tagName === 'BUTTON')) return null;
  if (key === ' ' && event.shiftKey) return 'back';
  return forward.includes(key) ? 'forward' : backward.includes(key) ? 'back' : null;
}
