import { useRun, useView } from '../state/context';
import { short, visible, word } from '../format/format';

/** Which token an opened stage looks at, and how the tokens are written there. */
export function useFocus() {
  const run = useRun();
  const view = useView();
  const token = $derived(Math.max(0, Math.min(view.token ?? run.tokens.length - 1, run.tokens.length - 1)));
  const pinned = $derived(
    Math.max(0, Math.min(view.pinnedToken ?? run.tokens.length - 1, run.tokens.length - 1)),
  );
  const words = $derived(run.tokens.map((token) => word(token.text)));
  const shown = $derived(run.tokens.map((token) => short(visible(token.text), 14)));
  return {
    /** The token under the pointer, else the pinned one, else the last. */
    get token() {
      return token;
    },
    /** The pinned token, else the last: for what is too heavy to follow the pointer. */
    get pinned() {
      return pinned;
    },
    get count() {
      return run.tokens.length;
    },
    /** Without the space before a word, for matrices. */
    get words() {
      return words;
    },
    /** With white space visible. */
    get shown() {
      return shown;
    },
    pin(token: number) {
      view.pinnedToken = token;
    },
    hover(token: number | null) {
      view.hoveredToken = token;
    },
  };
}
