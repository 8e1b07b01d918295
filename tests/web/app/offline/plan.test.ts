import { describe, expect, it } from 'vitest';
import {
  isolated,
  isolation,
  outdated,
  route,
  type Asked,
  type Route,
} from '../../../../web/src/app/offline/plan';

const scope = 'https://teacher.example/vitrine/';
const files = new Set(['index.html', 'assets/index-1a2b.js', 'models/vitrine-19m/model.safetensors']);
const asked = (url: string, more: Partial<Asked> = {}): Asked => ({
  method: 'GET',
  mode: 'cors',
  range: false,
  url,
  ...more,
});

describe('route', () => {
  const table: [string, Asked, Route][] = [
    ['the page', asked(scope, { mode: 'navigate' }), { kind: 'kept', file: 'index.html' }],
    [
      'the page with a query and a fragment',
      asked(`${scope}?threads=1#x`, { mode: 'navigate' }),
      { kind: 'kept', file: 'index.html' },
    ],
    [
      'the page by its file name',
      asked(`${scope}index.html`, { mode: 'navigate' }),
      { kind: 'kept', file: 'index.html' },
    ],
    ['the folder, not as a page', asked(scope), { kind: 'network' }],
    ['a path that is no text', asked(`${scope}%E0%A4%A`), { kind: 'network' }],
    ['another page of the site', asked(`${scope}notes.html`, { mode: 'navigate' }), { kind: 'network' }],
    [
      'a file of the build',
      asked(`${scope}assets/index-1a2b.js`),
      { kind: 'kept', file: 'assets/index-1a2b.js' },
    ],
    ['a file that is not of the build', asked(`${scope}models/gpt2/manifest.json`), { kind: 'network' }],
    [
      'part of a file',
      asked(`${scope}models/vitrine-19m/model.safetensors`, { range: true }),
      { kind: 'pass' },
    ],
    [
      'another folder of the host',
      asked('https://teacher.example/other/assets/index-1a2b.js'),
      { kind: 'pass' },
    ],
    ['another host', asked('https://hub.example/vitrine/assets/index-1a2b.js'), { kind: 'pass' }],
    ['something sent', asked(scope, { method: 'POST' }), { kind: 'pass' }],
  ];
  it.each(table)('%s', (_, request, expected) => {
    expect(route(request, scope, files)).toEqual(expected);
  });
});

describe('isolated', () => {
  it('adds the headers and keeps status, body and the other headers', async () => {
    const answer = isolated(
      new Response('text', { status: 203, headers: { 'Content-Type': 'text/plain', ETag: '"1"' } }),
    );
    for (const [name, value] of Object.entries(isolation)) expect(answer.headers.get(name)).toBe(value);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.status).toBe(203);
    expect(await answer.text()).toBe('text');
  });
  it('does not fail on answers that may have no body', () => {
    expect(isolated(new Response(null, { status: 304 })).status).toBe(304);
  });
  it('leaves an error as it is', () => {
    const failed = Response.error();
    expect(isolated(failed)).toBe(failed);
  });
});

describe('outdated', () => {
  it("names our caches of other builds and nobody else's", () => {
    expect(outdated(['vitrine-site-a', 'vitrine-site-b', 'vitrine-models', 'other'], 'b')).toEqual([
      'vitrine-site-a',
    ]);
  });
});
