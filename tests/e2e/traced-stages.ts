/** One page in which stages are opened by their links, beside what the command line's trace says for the same prompt. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite, type Site } from './browser';
import { screen } from './screen';
import { traceOf, type Trace } from './stages-trace';

export interface TracedStages {
  site: Site;
  page: Page;
  trace: Trace;
  /** Opens a stage at `head`, an address such as L3H4; `extra` is added to the link. */
  open(stage: string, extra?: string): Promise<void>;
}

/** There for all tests of the file that this is called in; what the page complains of fails the test in which it did. */
export function useTracedStages(prompt: string, head: string): TracedStages {
  let problems: string[] = [];
  const traced = {} as TracedStages;
  beforeAll(async () => {
    traced.trace = traceOf(prompt);
    traced.site = await openSite();
    ({ page: traced.page, problems } = await traced.site.open('#prompt=Hello'));
    await screen(traced.page).ready();
  });
  afterEach(() => expect(problems.splice(0)).toEqual([]));
  afterAll(() => traced.site?.close());
  traced.open = async (stage, extra = '') => {
    const { page, site } = traced;
    // A page of its own: a change of the address alone would race with the address the page itself keeps.
    await page.goto('about:blank');
    await page.goto(`${site.url}#prompt=${encodeURIComponent(prompt)}&at=${head}&open=${stage}${extra}`);
    await screen(page).ready();
    await page.getByRole('article').getByRole('heading', { level: 2 }).waitFor();
  };
  return traced;
}
