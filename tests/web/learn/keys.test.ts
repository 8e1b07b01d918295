import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../web/src/learn/keys';
import { readAddress, writeAddress } from '../../../web/src/learn/contents';
import { readProgress } from '../../../web/src/learn/progress';
import { decodeLink, encodeLink } from '../../../web/src/state/url';

const pressed = (key: string, target: object = { tagName: 'BODY' }, more: object = {}) => ({
  ...{ key, target, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false },
  ...{ isComposing: false, defaultPrevented: false, ...more },
});

describe('keys of a lesson', () => {
  it('letters act anywhere but where one writes', () => {
    expect(['n', 'B', 'a', 'r', 't', '3'].map((key) => keyOf(pressed(key), false))).toEqual([
      ...['next', 'back', 'show', 'return', 'contents', 2],
    ]);
    for (const tagName of ['TEXTAREA', 'SELECT']) expect(keyOf(pressed('n', { tagName }), true)).toBeNull();
    expect(keyOf(pressed('n', { tagName: 'INPUT', type: 'text' }), true)).toBeNull();
    expect(keyOf(pressed('n', { tagName: 'INPUT', type: 'range' }), true)).toBe('next');
    expect(keyOf(pressed('n', {}, { ctrlKey: true }), true)).toBeNull();
    expect(keyOf(pressed('n', {}, { isComposing: true }), true)).toBeNull();
    expect(keyOf(pressed('n', {}, { defaultPrevented: true }), true)).toBeNull();
  });

  it('Space, pages and arrows act from the page itself and the dock alone', () => {
    const keys = [' ', 'PageDown', 'ArrowRight', 'PageUp', 'ArrowLeft', 'Escape'];
    expect(keys.map((key) => keyOf(pressed(key), false))).toEqual(keys.map(() => null));
    expect(keys.map((key) => keyOf(pressed(key), true))).toEqual([
      ...['forward', 'forward', 'forward', 'back', 'back', 'fold'],
    ]);
    expect(keyOf(pressed(' ', {}, { shiftKey: true }), true)).toBe('back');
    expect(keyOf(pressed(' ', { tagName: 'BUTTON' }), true)).toBeNull();
    expect(keyOf(pressed('ArrowRight', { tagName: 'INPUT', type: 'range' }), true)).toBeNull();
  });
});

describe('addresses of steps', () => {
  it('name a chapter and a step, from 1', () => {
    expect(readAddress('next.3')).toEqual({ chapter: 'next', step: 2 });
    expect(readAddress('next')).toEqual({ chapter: 'next', step: 0 });
    expect(readAddress('next.0')).toEqual({ chapter: 'next', step: 0 });
    expect(['', 'nothing.1', 'contents', 'next.1.2'].map(readAddress)).toEqual([null, null, null, null]);
    expect(writeAddress({ chapter: 'next', step: 2 })).toBe('next.3');
  });

  it('stand in a link, with answers held back; what is malformed is left out', () => {
    const link = { lesson: 'next.3', answers: 'off' } as const;
    expect(encodeLink(link)).toBe('lesson=next.3&answers=off');
    expect(decodeLink('#lesson=next.3&answers=off')).toEqual(link);
    for (const lesson of ['next.333', 'Next.1', '../x', `${'a'.repeat(21)}.1`])
      expect(decodeLink(`#lesson=${encodeURIComponent(lesson)}&answers=on`)).toEqual({});
  });
});

describe('progress', () => {
  it('reads what was written, and nothing else', () => {
    const kept = { v: 1, steps: { 'next.1': { seen: true, verdict: 'close' } }, mine: true, last: 'next.1' };
    expect(readProgress(JSON.stringify(kept))).toEqual(kept);
    const nothing = { v: 1, steps: {}, mine: false };
    for (const text of [null, '', 'x', '[]', '{"v":2}', '{"v":1}', '{"v":1,"steps":null}'])
      expect(readProgress(text)).toEqual(nothing);
    const odd = { v: 1, steps: { '../x': { seen: true }, 'next.2': 5 }, mine: 'yes', last: 3 };
    expect(readProgress(JSON.stringify(odd))).toEqual(nothing);
  });
});
