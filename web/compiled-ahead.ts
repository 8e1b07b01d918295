import type { Plugin } from 'vite';

/** Chromium's explicit compile hints; a comment to all others. To stand on the first line. */
const HINT = '//# allFunctionsCalledOnLoad\n';

/**
 * Has the browser compile all functions of the program the page starts with beside its thread, as the file arrives: one
 * by one, when each is first called, they cost that thread a tenth of what a first visit computes.
 */
export function compiledAhead(): Plugin {
  return {
    name: 'vitrine:compiled-ahead',
    apply: 'build',
    // After what makes the code smaller, which drops comments, and after what writes a first line of its own.
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle))
          if (file.type === 'chunk' && file.isEntry) file.code = HINT + file.code;
      },
    },
  };
}
