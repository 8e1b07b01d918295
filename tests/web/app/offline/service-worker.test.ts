/** The service worker in a scope that is played here: what it keeps is what was built, or nothing. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { activateMessage } from '../../../../web/src/app/offline/plan';
import { home, PlayedScope, precacheOf, sha256 } from './played_scope';

const files: Record<string, string> = {
  'index.html': '<!doctype html><title>Vitrine</title>',
  'assets/index-1a2b.js': 'export const page = 1;',
  'engine/1a2b/vitrine.wasm': '\0asm and the rest of it',
  'models/vitrine-19m/merges.txt': '#version: 0.2\na b\n',
  'models/vitrine-19m/model.safetensors': 'weights of the first release',
};
const fonts = { 'assets/noto-12.woff2': 'glyphs' };
const first = precacheOf('first', files, fonts);
/** As the cache has them: the page lies at the folder's own address. */
const whole = Object.fromEntries(
  Object.entries(files).map(([name, text]) => [name === 'index.html' ? '' : name, text]),
);
const contents = (path: string) =>
  files[path === '' ? 'index.html' : path] ?? fonts[path as keyof typeof fonts];
const well = (path: string) =>
  new Response(contents(path) ?? 'not here', { status: contents(path) ? 200 : 404 });

let scope: PlayedScope;
beforeEach(async () => {
  scope = new PlayedScope();
  scope.host = well;
  await scope.start(first);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const flipped = (text: string) => String.fromCharCode(text.charCodeAt(0) ^ 1) + text.slice(1);
/** A body that begins and then says nothing more, until it is given up. */
const hanging = (init: RequestInit) =>
  new Response(
    new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('<'));
        init.signal!.addEventListener('abort', () => stream.error(init.signal!.reason));
      },
    }),
  );
const spoils: [string, (text: string, init: RequestInit) => Response][] = [
  ['the page of a single-page host', () => new Response(files['index.html']!.replace('Vitrine', 'Log in'))],
  ['one flipped bit', (text) => new Response(flipped(text))],
  ['half of it', (text) => new Response(text.slice(0, text.length / 2))],
  ['more than there is', (text) => new Response(`${text}\n`)],
  ['nothing', () => new Response('')],
  ['no such file', () => new Response('gone', { status: 404 })],
  ['a host in trouble', (text) => new Response(text, { status: 503 })],
];

describe('while it installs', () => {
  it('keeps every file as it was built', async () => {
    await scope.happen('install');
    expect(await scope.kept('first')).toEqual(whole);
  });

  const cases = Object.keys(files).flatMap((name) =>
    spoils.map(([what, spoil]) => [name, what, spoil] as const),
  );
  it.each(cases)(
    'refuses %s when the answer is %s, and goes on from there once the host is well',
    async (name, _, spoil) => {
      const path = name === 'index.html' ? '' : name;
      scope.host = (asked, init) => (asked === path ? spoil(contents(asked)!, init) : well(asked));
      await expect(scope.happen('install')).rejects.toThrow(name === 'index.html' ? 'vitrine/' : name);
      // Also past the browser's cache.
      expect(scope.asked.filter((one) => one.path === path).map(({ cache }) => cache)).toEqual([
        'default',
        'reload',
      ]);
      for (const [kept, text] of Object.entries(await scope.kept('first')))
        expect([kept, text]).toEqual([kept, whole[kept]]);
      expect(Object.keys(await scope.kept('first'))).not.toContain(path);

      scope.host = well;
      scope.asked.length = 0;
      await scope.happen('install');
      expect(await scope.kept('first')).toEqual(whole);
      expect(scope.asked.map((one) => one.path)).toContain(path);
    },
  );

  it('takes a wrong answer of the browser’s cache for none', async () => {
    scope.host = (path, { cache }) => (cache === 'reload' ? well(path) : new Response('<!doctype html>'));
    await scope.happen('install');
    expect(await scope.kept('first')).toEqual(whole);
  });

  it('gives up a host that stops half-way', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const name = 'models/vitrine-19m/model.safetensors';
    scope.host = (path, init) => (path === name ? hanging(init) : well(path));
    const told = expect(scope.happen('install')).rejects.toThrow(`${name} has sent nothing for 30 s`);
    for (const attempts of [1, 2]) {
      const asked = () => scope.asked.filter(({ path }) => path === name).length;
      while (asked() < attempts) await new Promise((done) => setImmediate(done));
      await vi.advanceTimersByTimeAsync(30_000);
    }
    await told;
    expect(Object.keys(await scope.kept('first'))).not.toContain(name);
  });

  it('fetches of a new release what is new, and trusts no older cache', async () => {
    await scope.happen('install');
    scope.caches
      .get('vitrine-site-first')!
      .set(
        'https://teacher.example/vitrine/models/vitrine-19m/merges.txt',
        new Response('spoilt by an older build'),
      );
    const released: Record<string, string> = {
      ...files,
      'index.html': '<!doctype html><title>Second</title>',
    };
    scope.host = (path) => new Response(released[path === '' ? 'index.html' : path]);
    scope.asked.length = 0;
    await scope.start(precacheOf('second', released));
    await scope.happen('install');
    expect(scope.asked.map(({ path }) => path).sort()).toEqual(['', 'models/vitrine-19m/merges.txt']);
    expect(await scope.kept('second')).toMatchObject({
      '': released['index.html'],
      'models/vitrine-19m/merges.txt': files['models/vitrine-19m/merges.txt'],
    });
  });
});

describe('once it is there', () => {
  beforeEach(() => scope.happen('install'));

  it('answers page and files from one build, also after the host has another', async () => {
    scope.host = () => new Response('of the second release');
    const page = await scope.answer('?threads=2', { mode: 'navigate' });
    expect(await page!.text()).toBe(files['index.html']);
    expect(page!.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    const weights = await scope.answer('models/vitrine-19m/model.safetensors');
    expect(await weights!.text()).toBe(files['models/vitrine-19m/model.safetensors']);
  });

  it('keeps a part of a font when it is asked for, and no wrong one', async () => {
    scope.host = () => new Response('<!doctype html>');
    expect((await scope.answer('assets/noto-12.woff2'))!.type).toBe('error');
    scope.host = well;
    expect(await (await scope.answer('assets/noto-12.woff2'))!.text()).toBe('glyphs');
    scope.host = () => Response.error();
    expect(await (await scope.answer('assets/noto-12.woff2'))!.text()).toBe('glyphs');
  });

  it('keeps what a page used before it took over, and nothing else that a message names', async () => {
    await scope.happen('install');
    const keep = ['assets/noto-12.woff2', 'assets/other.woff2', '../secret'].map((path) => `${home}${path}`);
    for (const said of [null, 'activated', { keep: 7 }, { keep }]) await scope.happen('message', said);
    expect(await scope.kept('first')).toEqual({ ...whole, ...fonts });
    scope.host = () => Response.error();
    expect(await (await scope.answer('assets/noto-12.woff2'))!.text()).toBe('glyphs');
  });

  it('looks at a file anew when the page finds it wanting, and fetches it where it is damaged', async () => {
    const name = 'models/vitrine-19m/merges.txt';
    scope.asked.length = 0;
    expect(await (await scope.answer(name, { cache: 'reload' }))!.text()).toBe(files[name]);
    expect(scope.asked).toEqual([]);
    scope.caches.get('vitrine-site-first')!.set(`https://teacher.example/vitrine/${name}`, new Response(''));
    expect(await (await scope.answer(name, { cache: 'reload' }))!.text()).toBe(files[name]);
    expect(sha256((await scope.kept('first'))[name]!)).toBe(first.files[name]);
  });

  it('waits for the reader to take up a new version', async () => {
    await scope.happen('message', 'something else');
    expect(scope.skipWaiting).not.toHaveBeenCalled();
    await scope.happen('message', activateMessage);
    expect(scope.skipWaiting).toHaveBeenCalledOnce();
  });

  it('is active once older builds are gone, also where a page never answers that it has been taken over', async () => {
    for (const name of ['vitrine-site-old', 'other']) scope.caches.set(name, new Map());
    await scope.happen('activate');
    expect([...scope.caches.keys()]).toEqual(['vitrine-site-first', 'other']);
    expect(scope.claim).toHaveBeenCalledOnce();
  });
});
