/** One page for many tests, each of which begins by going to its own view: cheaper than a fresh profile for each. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { OpenPage, Site } from './browser';
import { screen } from './screen';

/** No worker of the site fetches all of it again beside the tests: a first visit is not their subject. */
const options: BrowserContextOptions = { reducedMotion: 'reduce', serviceWorkers: 'block' };

export interface SharedPage extends OpenPage {
  view: ReturnType<typeof screen>;
}

/**
 * The page, there for all tests of the group that this is called in; `problems` fail the test in which they came.
 * Views change at once, as for somebody who wants no motion, unless `context` says otherwise. After a test that
 * failed the page is opened anew, as it may be in any state: a test reads `page` and `view` of what this returns each
 * time. `prepare` makes it ready for the tests, beyond its first answer, each time that it is opened.
 */
export function usePage(
  site: Site,
  path: string,
  context: BrowserContextOptions = {},
  prepare: (here: SharedPage) => unknown = () => undefined,
): SharedPage {
  const shared = {} as SharedPage;
  async function open() {
    Object.assign(shared, await site.open(path, { ...options, ...context }));
    shared.view = screen(shared.page);
    await shared.view.ready('(Ready|준비됨)');
    await prepare(shared);
  }
  beforeAll(open);
  afterEach(async ({ task }) => {
    const told = shared.problems.splice(0);
    if (task.result?.state === 'fail' || told.length > 0) {
      await shared.page.context().close();
      await open();
    }
    expect(told).toEqual([]);
  });
  afterAll(() => shared.page?.context().close());
  return shared;
}
