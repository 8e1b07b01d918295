import { afterEach, describe, expect, it, vi } from 'vitest';
import { keepPrompt, keptPrompt, pack, packedLimit, unpack } from '../../../web/src/state/packed';
import { decodeLink, encodeLink, promptLimit } from '../../../web/src/state/url';

afterEach(() => vi.unstubAllGlobals());

/** English of about as many tokens as GPT-2 reads: 1,024, of some five characters each. */
const words =
  'the old man looked at a sea and wondered why so many people went down to its shore in winter'.split(' ');
const english = Array.from({ length: 1024 }, (_, i) => words[(i * 7 + ((i * i) % 11)) % words.length]).join(
  ' ',
);

describe('a prompt that is too long for an address', () => {
  it.each([
    ['the context of GPT-2 in English', english],
    ['Korean', '나 보기가 역겨워 가실 때에는 말없이 고이 보내 드리우리다. '.repeat(120)],
    ['signs of every kind', '🙂\0\n"%&#+ '.repeat(500)],
  ])('comes back from its link: %s', async (_, prompt) => {
    expect(prompt.length).toBeGreaterThan(promptLimit);
    const packed = await pack(prompt);
    expect(packed!.length).toBeLessThanOrEqual(packedLimit);
    const link = decodeLink(`#${encodeLink({ prompt, packed: packed!, appended: [1, 2] })}`);
    expect(link).toMatchObject({ packed, appended: [1, 2] });
    expect(link.prompt).toBeUndefined();
    expect(await unpack(link.packed!)).toBe(prompt);
  });

  it('is not packed where even that is too long', async () => {
    const random = Array.from({ length: 9000 }, (_, i) =>
      String.fromCodePoint(0x4e00 + ((i * i * 7919) % 20000)),
    );
    expect(await pack(random.join(''))).toBeNull();
  });

  it.each(['', 'no deflate', '____', 'A'.repeat(8000)])('an address can be anything: %s', async (code) => {
    expect((await unpack(code)) ?? '').toBe('');
  });

  it('is not unpacked without end', async () => {
    expect(await unpack((await pack('a'.repeat(150_000)))!)).toHaveLength(150_000);
    expect(await unpack((await pack('a'.repeat(250_000))) ?? 'none')).toBeNull();
  });
});

describe('a reload', () => {
  function storage(refuses = false) {
    const kept = new Map<string, string>();
    const refuse = () => {
      if (refuses) throw new DOMException('denied', 'SecurityError');
    };
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => (refuse(), kept.get(name) ?? null),
      setItem: (name: string, value: string) => (refuse(), void kept.set(name, value)),
      removeItem: (name: string) => (refuse(), void kept.delete(name)),
    });
    return kept;
  }

  it('finds a long text again, and no short one, which the address has', () => {
    storage();
    keepPrompt({ prompt: english, appended: [5] });
    expect(keptPrompt()).toEqual({ prompt: english, appended: [5] });
    keepPrompt({ prompt: 'short', appended: [] });
    expect(keptPrompt()).toBeNull();
  });

  it('goes on without where storage is refused or holds nonsense', () => {
    storage(true);
    keepPrompt({ prompt: english, appended: [] });
    expect(keptPrompt()).toBeNull();
    const kept = storage();
    for (const nonsense of ['{', '7', '{"prompt":7}', '[]']) {
      kept.set('vitrine.prompt', nonsense);
      expect(keptPrompt()).toBeNull();
    }
    kept.set('vitrine.prompt', JSON.stringify({ prompt: 'a', appended: ['x'] }));
    expect(keptPrompt()).toEqual({ prompt: 'a', appended: [] });
  });
});
