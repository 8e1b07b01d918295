/** Text never overlaps and is never cut off: at any width and length, in both languages, at twice the size. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { stages } from '../../web/src/state/stages';
import { textFaults } from './boxes';
import { useSite } from './browser';
import { usePage } from './one-page';
import { combinations, long, pairwise } from './pairwise';
import { go, promptOf } from './visits';

const site = useSite();
const here = usePage(site, '#prompt=Hello');
let page: Page;

beforeEach(() => {
  ({ page } = here);
});

const sizes = [
  [390, 844],
  [768, 1024],
  [1024, 768],
  [1440, 900],
  [2560, 1440],
  // 1440 x 900 at 200 %.
  [720, 450],
] as const;
const factors = {
  size: sizes,
  lang: ['en', 'ko'],
  view: ['overview', ...stages],
  length: [1, 6, 40, 200],
} as const;
const cases = long ? combinations(factors) : pairwise(factors);

/** All faults of a size, each with the view it was seen in. */
async function faultsAt(size: (typeof sizes)[number]): Promise<string[]> {
  await page.setViewportSize({ width: size[0], height: size[1] });
  const found: string[] = [];
  for (const { lang, view, length } of cases.filter((one) => one.size === size)) {
    await go(page, { prompt: promptOf(length), lang, open: view === 'overview' ? undefined : view });
    const faults = await textFaults(page);
    found.push(...faults.map((fault) => `${view}, ${lang}, ${length} tokens: ${fault}`));
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

it.each(sizes.map((size) => ({ name: size.join(' x '), size })))(
  'no text lies on another or is cut at $name, whatever view, language and length meet there',
  async ({ size }) => {
    expect(await faultsAt(size)).toEqual([]);
  },
  // A dozen and more views, in a long run a hundred.
  long ? 900_000 : 240_000,
);
