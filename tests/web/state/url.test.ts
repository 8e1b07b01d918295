import { describe, expect, it } from 'vitest';
import { parseIds } from '../../../web/src/state/ids';
import { address, decodeLink, encodeLink, promptLimit, type Link } from '../../../web/src/state/url';

describe('links', () => {
  const full: Link = {
    prompt: 'Zwei & drei = 5?\n\t"#%+ 한국어 👩‍👩‍👧',
    appended: [11, 50256, 0],
    special: true,
    mark: true,
    model: 'vitrine-19m',
    layer: 3,
    head: 11,
    token: 4,
    cell: { query: 10, key: 2 },
    heads: [
      { layer: 0, head: 1 },
      { layer: 7, head: 0 },
    ],
    matrix: 'scores',
    sampling: { temperature: 0.75, topK: 0, topP: 0.5 },
    seed: 7,
    open: 'attention',
    detail: 'neuron-17',
    locale: 'ko',
  };

  it('come back as they were written', () => {
    expect(decodeLink(`#${encodeLink(full)}`)).toEqual(full);
    expect(decodeLink(`?${encodeLink(full)}`)).toEqual(full);
  });

  it('keep an empty prompt apart from none', () => {
    expect(decodeLink(encodeLink({ prompt: '' }))).toEqual({ prompt: '' });
    expect(decodeLink(encodeLink({}))).toEqual({});
  });

  it('write nothing for what is not set', () => {
    expect(encodeLink({ layer: 1, head: 2 })).toBe('at=L1H2');
  });

  it.each([
    ['at=L3', {}],
    ['at=L-1H2', {}],
    ['at=L99999H0', {}],
    // What the mask hides has its arithmetic too.
    ['cell=2.10', { cell: { query: 2, key: 10 } }],
    ['cell=a.b', {}],
    ['special=1&mark=1', { special: true, mark: true }],
    ['special=0&mark=true', {}],
    ['token=-4', {}],
    ['token=1e3', {}],
    ['then=1.2.x', {}],
    ['t=9', {}],
    ['t=NaN', {}],
    ['t=0', { sampling: { temperature: 0 } }],
    ['p=1.01', {}],
    ['k=-1', {}],
    ['open=constructor', {}],
    ['open=__proto__', {}],
    ['matrix=<script>', {}],
    ['lang=de', {}],
    ['seed=12345678901234567890', {}],
    ['%E0%A4%A', {}],
    ['&&&===', {}],
    [
      'heads=L0H0 nonsense L1H1',
      {
        heads: [
          { layer: 0, head: 0 },
          { layer: 1, head: 1 },
        ],
      },
    ],
  ])('read %s as %j', (hash, link) => {
    expect(decodeLink(`#${hash}`)).toEqual(link);
  });

  it('leave out a prompt too long for an address, and cut one that came anyway', () => {
    expect(encodeLink({ prompt: 'a'.repeat(promptLimit + 1) })).toBe('');
    expect(decodeLink(`prompt=${'a'.repeat(promptLimit + 9)}`).prompt).toHaveLength(promptLimit);
  });

  it('name heads as the field does', () => {
    expect(address({ layer: 9, head: 6 })).toBe('L9H6');
  });
});

describe('parseIds', () => {
  it.each([
    ['464 1468,582', [464, 1468, 582]],
    ['  7\n', [7]],
    ['', []],
    ['1 two 3', 'two'],
    ['-1', '-1'],
    ['1.5', '1.5'],
    ['12345678901', '12345678901'],
  ])('reads %j as %j', (text, ids) => {
    expect(parseIds(text)).toEqual(ids);
  });
});
