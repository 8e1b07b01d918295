import { describe, expect, it } from 'vitest';
import { marks, plainly, spoken } from '../../../web/src/learn/marks';

describe('marks', () => {
  it('reads strong words, code, terms and places', () => {
    expect(marks('The *last* `q` is a [query](term:query), see [here](see:qkv).')).toEqual([
      { kind: 'plain', text: 'The ' },
      { kind: 'strong', text: 'last' },
      { kind: 'plain', text: ' ' },
      { kind: 'code', text: 'q' },
      { kind: 'plain', text: ' is a ' },
      { kind: 'term', text: 'query', key: 'query' },
      { kind: 'plain', text: ', see ' },
      { kind: 'see', text: 'here', key: 'qkv' },
      { kind: 'plain', text: '.' },
    ]);
  });

  it.each(['*', '2 * 3', '[', '[word]', '[word](other:x)', '`', '`open', '\\'])(
    'leaves %s as text',
    (text) => {
      expect(spoken(text)).toBe(text === '\\' ? '' : text);
      expect(marks(text).every(({ kind }) => kind === 'plain')).toBe(true);
    },
  );

  it.each(['*', '`a`', '[x](term:y)', '\\', ' *b* '])(
    'takes nothing inside a live value %s for a mark',
    (value) => {
      expect(marks(`before ${plainly(value)} after`)).toEqual([
        { kind: 'plain', text: `before ${value} after` },
      ]);
      expect(spoken(`*${plainly(value)}*`)).toBe(value);
    },
  );
});
