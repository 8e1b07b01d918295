/** One page for many tests, each of which begins by going to its own view: cheaper than a fresh profile for each. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { OpenPage, Site } from './browser';
import { screen } from './screen';

export interface SharedPage extends OpenPage {
  view: ReturnType<typeof screen>;
}

/**
 * The page, there for all tests of the group that this is called in; `problems` fail the test in which they came.
 * Views change at once, as for somebody who wants no motion, unless `context` says otherwise.
 */
export function usePage(site: Site, path: string, context: BrowserContextOptions = {}): SharedPage {
  const shared = {} as SharedPage;
  beforeAll(async () => {
    Object.assign(shared, await site.open(path, { reducedMotion: 'reduce', ...context }));
    shared.view = screen(shared.page);
    await shared.view.ready('(Ready|준비됨)');
  });
  afterEach(() => expect(shared.problems.splice(0)).toEqual([]));
  afterAll(() => shared.page?.context().close());
  return shared;
}
