/** One page in which stages are opened by their links, beside what the command line's trace says for the same prompt. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite, type Site } from './browser';
import type { StageName } from '../../web/src/state/stages';
import { screen } from './screen';
import { traceOf, type Trace } from './stages-trace';
import { go } from './visits';

export interface TracedStages {
  site: Site;
  page: Page;
  trace: Trace;
  /** Opens a stage at `head`, an address such as L3H4; `extra` is added to the link. */
  open(stage: StageName, extra?: string): Promise<void>;
}

/** There for all tests of the file that this is called in; what the page complains of fails the test in which it did. */
export function useTracedStages(prompt: string, head: string): TracedStages {
  let problems: string[] = [];
  const traced = {} as TracedStages;
  beforeAll(async () => {
    traced.trace = traceOf(prompt);
    traced.site = await openSite();
    ({ page: traced.page, problems } = await traced.site.open('#prompt=Hello', { serviceWorkers: 'block' }));
    await screen(traced.page).ready();
  });
  afterEach(() => expect(problems.splice(0)).toEqual([]));
  afterAll(() => traced.site?.close());
  traced.open = async (stage, extra = '') => {
    const { page, site } = traced;
    // A test that failed may have left it anywhere.
    if (!page.url().startsWith(site.url)) await page.goto(site.at());
    await page.mouse.move(2, 2);
    // By way of the picture: what a test has done inside a stage ends with it.
    await go(page, { prompt });
    await go(page, {
      prompt,
      open: stage,
      more: { at: head, ...Object.fromEntries(new URLSearchParams(extra)) },
    });
    await page.getByRole('article').getByRole('heading', { level: 2 }).waitFor();
  };
  return traced;
}
