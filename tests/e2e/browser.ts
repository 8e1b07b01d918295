/** Opens the built page in a real browser: a fresh profile, a server of its own, and an ear for what goes wrong. */
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import { serve } from '../../scripts/serve.mjs';
import { find } from '../../scripts/toolchain.mjs';
import { address } from './address';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The window that a page has unless a test says otherwise, CSS px. */
const desk = { width: 1440, height: 900 };

/** How long a state is waited for, ms: it comes within seconds, but on a machine that does much else. */
export const waits = 45_000;

export interface SiteOptions {
  /** Sends the headers that make the page cross-origin isolated. */
  isolated?: boolean;
  /** The path that the page is hosted under, such as `/some/where/`. */
  under?: string;
  /** The folder that is served; when not told, VITRINE_PAGE or dist/. */
  folder?: string;
}

export interface OpenPage {
  page: Page;
  /** What the console warned of, uncaught exceptions and requests that failed, as they came; a good page leaves it empty. */
  problems: string[];
}

export interface Site {
  /** The page's address, with a slash at its end. */
  url: string;
  browser: Browser;
  /** The whole address of a path below the site, such as `#prompt=Hello`. */
  at(path?: string): string;
  /** A page in a fresh profile at `path` below the site, such as `?prompt=Hello`. */
  open(path?: string, context?: BrowserContextOptions): Promise<OpenPage>;
  /**
   * The page at `path`, loaded anew, for a reader of whom nothing is kept. All visits with the same options share one tab,
   * which costs less than half of a fresh profile. A test that changes the tab itself (routes, scripts that run at first,
   * media) opens its own. `prepare` runs when the tab is made, before the page is in it.
   */
  visit(path?: string, context?: BrowserContextOptions, prepare?: (page: Page) => unknown): Promise<OpenPage>;
  /** The host is gone from here on; the browser stays. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** What Playwright itself prints in a profile without service workers. */
const blockedWorker = 'Service Worker registration blocked by Playwright';

function listen(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.text() === blockedWorker) return;
    if (/^(error|warning)$/.test(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? 'failed';
    // What the page itself took back, such as a download it cancelled, is no fault.
    if (why !== 'net::ERR_ABORTED') problems.push(`request: ${request.url()}: ${why}`);
  });
  return problems;
}

let running: Promise<Browser> | undefined;

/** The one browser of all files that this process tests; when it has crashed, another one. It ends with the process. */
async function sharedBrowser(): Promise<Browser> {
  const before = await running?.catch(() => undefined);
  if (before?.isConnected()) return before;
  const executablePath = find('browser');
  if (!executablePath)
    throw new Error('no Chromium, Chrome or Edge is installed; VITRINE_BROWSER may name one');
  running = chromium.launch({ executablePath, headless: true, args: FLAGS });
  return running;
}

/** Closes every profile: what a file leaves open would keep on working beside the files after it. */
export async function closeProfiles(): Promise<void> {
  const browser = await running?.catch(() => undefined);
  for (const profile of browser?.contexts() ?? []) await profile.close();
}

/** Leaves the page, and clears what it has kept of its reader. */
async function forget(page: Page): Promise<void> {
  await page.mouse.move(2, 2);
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.goto('about:blank');
}

export async function openSite({
  isolated = false,
  under = '/',
  folder = process.env['VITRINE_PAGE'] ?? PLACES.page,
}: SiteOptions = {}): Promise<Site> {
  const browser = await sharedBrowser();
  const server = await serve(folder, { under, isolated });
  const opened: BrowserContext[] = [];
  const tabs: { key: string; prepare: unknown; tab: OpenPage }[] = [];
  const at = (path = '') => server.url + address(path);

  async function openTab(context: BrowserContextOptions): Promise<OpenPage> {
    const profile = await browser.newContext({
      viewport: desk,
      locale: 'en-US',
      ...context,
    });
    opened.push(profile);
    profile.setDefaultTimeout(waits);
    const page = await profile.newPage();
    return { page, problems: listen(page) };
  }

  return {
    url: server.url,
    browser,
    at,
    async open(path = '', context = {}) {
      const tab = await openTab(context);
      await tab.page.goto(at(path));
      return tab;
    },
    async visit(path = '', context = {}, prepare) {
      const options = { viewport: desk, ...context };
      const key = JSON.stringify(options);
      const known = tabs.find((one) => one.key === key && one.prepare === prepare);
      const tab = known?.tab ?? (await openTab({ serviceWorkers: 'block', ...options }));
      if (known) {
        await forget(tab.page);
        tab.problems.length = 0;
        if (options.viewport) await tab.page.setViewportSize(options.viewport);
      } else {
        tabs.push({ key, prepare, tab });
        await prepare?.(tab.page);
      }
      await tab.page.goto(at(path));
      return tab;
    },
    stop: server.close,
    async close() {
      for (const profile of opened.splice(0)) await profile.close();
      await server.close();
    },
  };
}

/** The site for all tests of a file: there from the first to the last of them. */
export function useSite(options: SiteOptions = {}): Site {
  const site = {} as Site;
  beforeAll(async () => {
    Object.assign(site, await openSite(options));
  });
  afterAll(() => site.close?.());
  return site;
}
