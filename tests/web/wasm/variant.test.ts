import { describe, expect, it } from 'vitest';
import { chooseVariant, threadedUrl, type Platform, type Variant } from '../../../web/src/wasm/variant';

const shared = (cores: number): Platform => ({ isolated: true, sharedMemory: true, cores });

describe('chooseVariant', () => {
  const table: [string, Platform, string | null, Variant][] = [
    ['one core', shared(1), null, { threads: 1, reason: 'one-core' }],
    ['two cores', shared(2), null, { threads: 2, reason: 'cores' }],
    ['four cores', shared(4), null, { threads: 4, reason: 'cores' }],
    ['eight cores, four of them second threads', shared(8), null, { threads: 5, reason: 'cores' }],
    ['more than help', shared(64), null, { threads: 8, reason: 'cores' }],
    ['cores unknown', shared(Number.NaN), null, { threads: 1, reason: 'one-core' }],
    ['not isolated', { ...shared(8), isolated: false }, null, { threads: 1, reason: 'not-isolated' }],
    ['no shared memory', { ...shared(8), sharedMemory: false }, null, { threads: 1, reason: 'not-shared' }],
    ['one asked for', shared(8), '1', { threads: 1, reason: 'asked' }],
    ['three asked for', shared(8), '3', { threads: 3, reason: 'asked' }],
    [
      'asked for, but not isolated',
      { ...shared(8), isolated: false },
      '3',
      { threads: 1, reason: 'not-isolated' },
    ],
    ['absurdly many asked for', shared(8), '999', { threads: 16, reason: 'asked' }],
    ['zero asked for', shared(2), '0', { threads: 2, reason: 'cores' }],
    ['words asked for', shared(2), 'all of them', { threads: 2, reason: 'cores' }],
    ['a negative number asked for', shared(2), '-4', { threads: 2, reason: 'cores' }],
  ];
  it.each(table)('%s', (_, platform, asked, expected) => {
    expect(chooseVariant(platform, asked)).toEqual(expected);
  });
});

it('the threaded build lies beside the other one', () => {
  expect(threadedUrl('https://a.example/x/engine/12ab/vitrine.wasm')).toBe(
    'https://a.example/x/engine/12ab/vitrine-threads.wasm',
  );
});
