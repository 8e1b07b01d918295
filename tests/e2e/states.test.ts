/** What the page says while something is on its way, missing or broken; what was typed is kept through all of it. */
import { createReadStream, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PLACES } from '../../scripts/project.mjs';
import { firstExample } from '../../web/src/state/examples';
import { openSite, type Site, waits } from './browser';
import { screen } from './screen';

const folder = process.env['VITRINE_PAGE'] ?? PLACES.page;
const sentence = firstExample.text;
/** A worker of the site would answer in place of the network. */
const bare: BrowserContextOptions = {
  serviceWorkers: 'block',
  locale: 'en-US',
  viewport: { width: 1440, height: 900 },
};

let site: Site;

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** A page whose requests go through `prepare` first. */
async function visit(
  prepare: (page: Page) => Promise<unknown>,
  url = site.at(),
  more: BrowserContextOptions = {},
): Promise<Page> {
  const context = await site.browser.newContext({ ...bare, ...more });
  context.setDefaultTimeout(waits);
  const page = await context.newPage();
  await prepare(page);
  await page.goto(url);
  return page;
}

const missing = (page: Page, pattern: RegExp) =>
  page.route(
    (url) => pattern.test(url.pathname),
    (route) => route.fulfill({ status: 404, body: 'nothing here' }),
  );

describe('while the weights are on their way', () => {
  let slow: Server;
  let url: string;
  let release: () => void;

  beforeAll(async () => {
    const held = new Promise<void>((resolve) => (release = resolve));
    const kinds: Record<string, string> = {
      html: 'text/html',
      js: 'text/javascript',
      css: 'text/css',
      wasm: 'application/wasm',
      json: 'application/json',
    };
    slow = createServer((request, response) => {
      const path = new URL(request.url!, 'http://here').pathname;
      const file = join(folder, path === '/' ? 'index.html' : path);
      const size = statSync(file, { throwIfNoEntry: false })?.size;
      if (size === undefined) return void response.writeHead(404).end();
      const type = kinds[path === '/' ? 'html' : path.split('.').pop()!] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-length': size });
      if (!path.endsWith('model.safetensors')) return void createReadStream(file).pipe(response);
      // A drop every 100 ms, and of the second half none until the test has seen enough.
      const source = createReadStream(file, { highWaterMark: 256 * 1024 });
      void (async () => {
        let sent = 0;
        for await (const piece of source) {
          response.write(piece);
          sent += (piece as Buffer).length;
          await (sent > size / 2
            ? held
            : Promise.race([held, new Promise((resolve) => setTimeout(resolve, 100))]));
        }
        response.end();
      })();
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
  });
  afterAll(() => new Promise((resolve) => (slow.closeAllConnections(), slow.close(resolve))));

  it('says how much has come, how fast, and how long it will take', async () => {
    const page = await visit(async () => {}, url);
    await page.getByRole('progressbar', { name: 'Reading the weights' }).waitFor();
    await page.getByText(/^[\d.]+ [kM]B of 21(\.\d)? MB/).waitFor();
    await page.getByText(/[\d.]+ [kM]B a second/).waitFor();
    await page.getByText(/about \d+ s left/).waitFor();
    expect(await screen(page).prompt.inputValue()).toBe(sentence);
    release();
    await screen(page).ready();
    await page.context().close();
  });
});

describe('where something is missing', () => {
  it('says so, in both languages, where the program of the page does not come, and loads it again', async () => {
    const page = await visit((fresh) => missing(fresh, /assets\/index-[\w-]+\.js$/));
    const status = page.getByRole('status');
    await status.filter({ hasText: 'could not be loaded' }).waitFor();
    await page.getByText('프로그램을 불러오지 못했거나').waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: /Load again/ }).click();
    await screen(page).ready();
    await page.getByText('could not be loaded').waitFor({ state: 'hidden' });
    await page.context().close();
  });

  it.each([
    ['Keys', /assets\/Keys-[\w-]+\.js$/],
    ['This model', /assets\/ModelPanel-[\w-]+\.js$/],
  ])('says in sight that the part behind “%s” did not come, and lets go of it', async (name, part) => {
    const page = await visit((fresh) => missing(fresh, part));
    await screen(page).ready();
    const button = page.getByRole('button', { name, exact: true });
    const alert = page.getByRole('alert').filter({ hasText: 'could not be fetched' });
    const menu = page.getByRole('button', { name: 'Preferences' });
    for (let time = 0; time < 2; time += 1) {
      if (name === 'Keys' && (await menu.getAttribute('aria-expanded')) === 'false') await menu.click();
      await button.click();
      await alert.waitFor();
      const box = (await alert.boundingBox())!;
      expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(1440);
      expect(box.y + box.height).toBeLessThanOrEqual(900);
      await alert.getByRole('button', { name: 'Close' }).click();
      await alert.waitFor({ state: 'detached' });
    }
    await page.context().close();
  });

  it('speaks English where the Korean texts do not come, and Korean when the page is loaded again', async () => {
    const page = await visit(async () => {});
    const view = screen(page);
    await view.ready();
    await page.getByRole('button', { name: 'Preferences' }).click();
    const language = page.getByRole('combobox', { name: 'Language' });
    await missing(page, /assets\/[\w-]+\.js$/);
    const refused = page.waitForResponse(/assets\/[\w-]+\.js$/);
    await language.selectOption('한국어');
    await refused;
    expect(await language.inputValue()).toBe('en');
    expect((await view.state()).locale).toBe('en');
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    await page.unrouteAll();
    await page.goto('about:blank');
    await page.goto(site.at());
    await view.ready('준비됨');
    expect((await view.state()).locale).toBe('ko');
    await page.context().close();
  });

  it('names the weights that are not there, and tries again', async () => {
    const page = await visit((fresh) => missing(fresh, /model\.safetensors$/));
    const alert = page.getByRole('alert').filter({ hasText: 'This model cannot be read' });
    await alert.waitFor();
    expect(await alert.textContent()).toContain('model.safetensors');
    expect(await screen(page).status.textContent()).toBe('Failed');
    await page.unrouteAll();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await screen(page).ready();
    expect(await screen(page).tokens.count()).toBe(9);
    await page.context().close();
  });

  it('tells a missing engine from a missing model', async () => {
    const page = await visit((fresh) => missing(fresh, /vitrine[\w-]*\.wasm$/));
    const alert = page.getByRole('alert').filter({ hasText: 'The engine could not be fetched' });
    await alert.filter({ hasText: /vitrine[\w-]*\.wasm answered 404/ }).waitFor();
    expect(await alert.textContent()).not.toContain('The model');
    await page.unrouteAll();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await screen(page).ready();
    await page.context().close();
  });

  it('reads ids where a model came without a tokenizer', async () => {
    const page = await visit(async (fresh) => {
      await missing(fresh, /(vocab\.json|merges\.txt|tokenizer\.json)$/);
      // A page whose model was listed without them.
      await fresh.context().route(/assets\/worker-[\w-]+\.js$/, async (route) => {
        const response = await route.fetch();
        const listed = /["'`](vocab\.json|merges\.txt)["'`]:["'`][0-9a-f]{64}["'`],?/g;
        await route.fulfill({ response, body: (await response.text()).replace(listed, '') });
      });
    });
    await page.getByRole('heading', { name: 'This model came without a tokenizer' }).waitFor();
    const view = screen(page);
    expect(await view.prompt.inputValue()).toBe(sentence);
    await page.getByRole('button', { name: '464 1468 582' }).click();
    await view.tokens.nth(2).waitFor();
    await view.ready();
    expect((await view.state()).tokens.map(({ id }) => id)).toEqual([464, 1468, 582]);
    await view.prompt.fill('464 14x8');
    await page.getByRole('alert').filter({ hasText: '“14x8” is not a token id.' }).waitFor();
    expect(await view.tokens.count()).toBe(3);
    await page.context().close();
  });
});

describe('in the reader’s language', () => {
  const korean = { locale: 'ko-KR' };
  const broken = (body: Buffer | string) => (page: Page) =>
    page.route(/model\.safetensors$/, (route) =>
      route.fulfill({ body, contentType: 'application/octet-stream' }),
    );
  /** A header of this length and text, and nothing after it. */
  const headed = (text: string) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const latin = /[A-Za-z]{3,} [a-z]{3,} [a-z]{2,}/;

  it.each([
    [
      'weights that are not there',
      (page: Page) => missing(page, /model\.safetensors$/),
      /model\.safetensors 파일이 없어요/,
    ],
    [
      'a web page in place of the file',
      broken('<html>not a model at all, but a page</html>'),
      /웹 페이지가 저장되었어요/,
    ],
    [
      'a file of another kind',
      broken('not a model at all, but a letter to a friend'),
      /safetensors 파일이 아니거나/,
    ],
    [
      'a file that ends early',
      broken(Buffer.from([200, 0, 0, 0, 0, 0, 0, 0, 123])),
      /중간에 끊겼어요.*208바이트/,
    ],
    ['a file without a GPT-2', broken(headed('{"__metadata__":{}}')), /GPT-2의 가중치가 없어요/],
  ])('explains %s without a word of English', async (_, prepare, says) => {
    const page = await visit(prepare, site.at(), korean);
    const alert = page.getByRole('alert').filter({ hasText: '이 모델은 읽을 수 없어요' });
    await alert.filter({ hasText: says }).waitFor();
    expect(await alert.textContent()).not.toMatch(latin);
    await page.context().close();
  });

  it('quotes the original, marked as English, where only that tells what exactly is wrong', async () => {
    const page = await visit(broken(headed('{"wte.weight": 5}')), site.at(), korean);
    const alert = page.getByRole('alert').filter({ hasText: '이 모델은 읽을 수 없어요' });
    await alert.filter({ hasText: /목록이 손상되었어요.*영어 원문/ }).waitFor();
    const quote = alert.locator('q');
    expect(await quote.getAttribute('lang')).toBe('en');
    expect(await quote.textContent()).toMatch(/^safetensors header: .*wte\.weight/);
    await page.context().close();
  });
});

describe('when the engine stops', () => {
  it('keeps picture and prompt, starts it again, and says so', async () => {
    const failures: string[] = [];
    const page = await visit(async (fresh) => fresh.on('pageerror', (error) => failures.push(error.message)));
    const view = screen(page);
    await view.ready();
    await view.prompt.fill('Hello there');
    await view.ready();
    const [worker] = page.workers();
    await worker!.evaluate(() =>
      (self as unknown as { postMessage(data: unknown): void }).postMessage({
        type: 'crashed',
        failure: { code: 'crashed', message: 'unreachable executed' },
      }),
    );
    const note = page.getByRole('note').filter({ hasText: 'was started again; your prompt was kept' });
    await note.waitFor();
    await view.ready();
    expect(await view.prompt.inputValue()).toBe('Hello there');
    expect((await view.state()).tokens.map(({ text }) => text)).toEqual(['Hello', ' there']);
    await note.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => note.count()).toBe(0);
    expect(failures).toEqual([]);
    await page.context().close();
  });
});

describe('when the engine stops again and again', () => {
  /** A page whose engine dies of texts with one word and falls silent on another; its worker's first lines see to it. */
  const fragile = (page: Page) =>
    page.context().route(/assets\/worker-[\w-]+\.js$/, async (route) => {
      const response = await route.fetch();
      const first = `addEventListener('message', (event) => {
        const { type, name, args } = event.data;
        if (type !== 'call' || name !== 'run') return;
        if (/boom/.test(args.prompt)) {
          event.stopImmediatePropagation();
          postMessage({ type: 'crashed', failure: { code: 'crashed', message: 'unreachable executed' } });
        }
        if (/gone/.test(args.prompt)) {
          event.stopImmediatePropagation();
          close();
        }
        if (/loop/.test(args.prompt)) for (;;);
      });`;
      await route.fulfill({ response, body: `${first}\n${await response.text()}` });
    });
  const gaveUp = (page: Page) =>
    page.getByRole('alert').filter({ hasText: 'stopped several times in a row' });

  it('says so with a button that works, and a shorter text starts it anew', async () => {
    const page = await visit(fragile);
    const view = screen(page);
    await view.ready();
    for (const cure of ['text', 'button']) {
      await view.prompt.fill('boom');
      await gaveUp(page).waitFor();
      await view.ready('Failed');
      expect(await page.getByRole('alert').count()).toBe(1);
      if (cure === 'button') {
        // The text is still the one it dies of: it is tried, and told again.
        await gaveUp(page).getByRole('button', { name: 'Try again' }).click();
        await gaveUp(page).waitFor({ state: 'detached' });
        await gaveUp(page).waitFor();
      }
      await view.prompt.fill('Hello there');
      await view.ready();
      expect((await view.state()).tokens.map(({ text }) => text)).toEqual(['Hello', ' there']);
      await expect.poll(() => page.getByRole('alert').filter({ hasText: 'stopped' }).count()).toBe(0);
    }
    await page.context().close();
  });

  it.each(['gone', 'loop'])('notices one that answers no more (%s)', async (word) => {
    const page = await visit(fragile);
    const view = screen(page);
    await view.ready();
    await view.prompt.fill(word);
    await page.getByRole('alert').filter({ hasText: 'is being started again' }).waitFor();
    await view.prompt.fill('Hello there');
    await view.ready();
    expect((await view.state()).tokens.map(({ text }) => text)).toEqual(['Hello', ' there']);
    await page.context().close();
  });
});

describe('a prompt beyond the context', () => {
  it.each([
    ['en-US', '512 words are the most it reads; 189 too many'],
    ['ko-KR', '이 모델은 토큰 512개까지 읽어요. 189개가 넘쳐요'],
  ])('says by how much in %s, and nothing is lost', async (locale, said) => {
    const page = await visit(async () => {}, site.at(), { locale });
    await page
      .getByRole('status', { name: /Engine|엔진/ })
      .filter({ hasText: /Ready|준비됨/ })
      .waitFor();
    const box = page.getByRole('textbox', { name: /^(Prompt|프롬프트)$/ });
    const before = await page.evaluate(() => (window.vitrine!.state()['tokens'] as unknown[]).length);
    const text = 'word '.repeat(700);
    await box.fill(text);
    await page.getByRole('alert').filter({ hasText: said }).waitFor();
    expect(await box.inputValue()).toBe(text);
    expect(await page.evaluate(() => (window.vitrine!.state()['tokens'] as unknown[]).length)).toBe(before);
    await page.context().close();
  });
});
