/** Brings one page from view to view by its address, as a link would, so that a long walk needs no new page. */
import type { Page } from 'playwright-core';
import type { Opening } from '../../web/src/state/stages';
import { fragment } from './address';
import type { PageState } from './screen';

export interface Visit {
  prompt: string;
  lang?: 'en' | 'ko';
  open?: Opening;
  /** Further fields of the address. */
  more?: Record<string, string>;
}

const sentence = 'Once upon a time there was a little girl who lived in a small house near the forest. ';

/** Words of about this many tokens; the model's own language, and a line of Korean for good measure. */
export function promptOf(tokens: number): string {
  if (tokens <= 1) return 'Hello';
  const words = sentence.repeat(Math.ceil(tokens / 18)).split(' ');
  return words.slice(0, tokens).join(' ');
}

/** How often a view was opened: an address that differs from the last one is one that the page follows. */
let visits = 0;

/** Opens a view and resolves when it shows the answer to its prompt, its words and its pictures. */
export async function go(page: Page, { prompt, lang = 'en', open, more = {} }: Visit): Promise<void> {
  const fields = { ...more, lang, prompt, visit: String((visits += 1)), ...(open && { open }) };
  // A view that was closed just now leads its entry of the history back to the one below: let it arrive first.
  await page.waitForFunction(() => {
    const now = window.vitrine?.state();
    const fields = new URLSearchParams(location.hash.slice(1));
    return ['open', 'detail'].every((level) => now && (now[level] !== null || !fields.has(level)));
  });
  await page.evaluate((hash) => {
    location.hash = hash;
  }, fragment(fields));
  await page.waitForFunction(
    ([text, language, stage]) => {
      const now = window.vitrine?.state() as unknown as PageState | undefined;
      return (
        now?.status === 'ready' &&
        now.prompt === text &&
        now.locale === language &&
        now.open === stage &&
        !document.querySelector('[aria-busy="true"]') &&
        document
          .getAnimations()
          .every((one) => one.playState !== 'running' || one.effect?.getTiming().iterations === Infinity)
      );
    },
    [prompt, lang, open ?? null] as const,
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** What is asked of other places than the site; a good page leaves it empty. */
export function outsideOf(page: Page, site: string): string[] {
  const outside: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(site) && !/^(data|blob):/.test(url)) outside.push(url);
  });
  return outside;
}
