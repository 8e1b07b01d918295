/** Text never overlaps and is never cut off: at any width and length, in both languages, at twice the size. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { stages, type StageName } from '../../web/src/state/stages';
import { textFaults } from './boxes';
import { useSite } from './browser';
import { usePage } from './one-page';
import { go, promptOf } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello');
let page: Page;

beforeEach(() => {
  ({ page } = here);
});

const lengths = [1, 6, 40, 200];
/** Seen at every length; the other stages at one, as little in them depends on it. */
const views: (StageName | undefined)[] = [undefined, 'attention', 'mlp', 'sampling'];
const viewsAt = (length: number) => (length === 40 ? [undefined, ...stages] : views);

/** All faults of a size, each with the view it was seen in. */
async function faultsAt(width: number, height: number, lang: 'en' | 'ko'): Promise<string[]> {
  await page.setViewportSize({ width, height });
  const found: string[] = [];
  for (const length of lengths) {
    for (const open of viewsAt(length)) {
      await go(page, { prompt: promptOf(length), lang, open });
      const faults = await textFaults(page);
      found.push(...faults.map((fault) => `${open ?? 'overview'}, ${length} tokens: ${fault}`));
    }
  }
  return found;
}

describe('what is looked for', () => {
  const faultsIn = async (body: string) => {
    const blank = await page.context().newPage();
    await blank.setContent(`<body style="margin: 0; font: 16px/20px sans-serif">${body}</body>`);
    const faults = await textFaults(blank);
    await blank.close();
    return faults;
  };
  const placed = (style: string, text: string) => `<div style="position: absolute; ${style}">${text}</div>`;

  it.each([
    [/^overlap: “one”.*“two”/, placed('left: 10px', 'one') + placed('left: 20px; top: 5px', 'two')],
    [/^cut off: “a long word”/, placed('width: 20px; overflow: hidden; white-space: nowrap', 'a long word')],
    [/^cut off: “low”/, placed('height: 9px; overflow: hidden', 'low')],
    [/^beyond the window: “far”/, placed('left: calc(100vw - 10px)', 'far')],
    [
      /^overlap: “turned”/,
      placed('left: 50px; top: 50px; transform: rotate(45deg)', 'turned') +
        placed('left: 70px; top: 50px', 'it'),
    ],
    [
      /^on the card's edge: “foot”/,
      `<svg width="200" height="100"><rect width="200" height="90" fill="white" stroke="black" /></svg>` +
        placed('left: 20px; top: 80px', 'foot'),
    ],
  ])('%s', async (fault, body) => {
    const faults = await faultsIn(body);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  it.each([
    ['texts one under the other', placed('', 'one') + placed('top: 20px', 'two')],
    [
      'an ellipsis',
      placed('width: 40px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap', 'a long word'),
    ],
    ['what can be scrolled to', placed('width: 40px; height: 10px; overflow: auto', 'a long word')],
    [
      'labels turned alike, side by side',
      placed('left: 50px; top: 50px; transform: rotate(-45deg)', 'label') +
        placed('left: 74px; top: 50px; transform: rotate(-45deg)', 'label'),
    ],
  ])('not %s', async (_, body) => {
    expect(await faultsIn(body)).toEqual([]);
  });
});

describe.each([
  [390, 844],
  [768, 1024],
  [1024, 768],
  [1440, 900],
  [2560, 1440],
  // 1440 x 900 at 200 %.
  [720, 450],
])('at %i x %i', (width, height) => {
  it.each(['en', 'ko'] as const)(
    'no text lies on another or is cut, in %s',
    async (lang) => {
      expect(await faultsAt(width, height, lang)).toEqual([]);
    },
    // Two dozen views.
    240_000,
  );
});
