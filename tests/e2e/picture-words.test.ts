/** Words of the picture and of the prompt above it: whole, beside what they name, and where they can be seen. */
import { describe, expect, it } from 'vitest';
import { useSite } from './browser';
import { screen } from './screen';
import { go, promptOf } from './visits';

const site = useSite();

describe("the picture's words", () => {
  /** What is written of an element but lies outside its box, CSS px, of each that has some. */
  const cutOf = (elements: Element[]) =>
    elements.flatMap((one) =>
      one.scrollWidth > one.clientWidth && one.clientWidth > 0 && getComputedStyle(one).overflowX === 'hidden'
        ? [`${one.textContent!.trim()}: ${one.scrollWidth - one.clientWidth}`]
        : [],
    );

  it.each([
    ['en', 'Computing'],
    ['ko', '계산 중'],
  ] as const)('stand whole in legend, status and table, however long the text, in %s', async (lang, busy) => {
    const { page } = await site.visit('#prompt=Hello');
    for (const tokens of [11, 190]) {
      await go(page, { prompt: promptOf(tokens), lang });
      const legend = page.getByRole('note', { name: /^(What the colours mean|색의 뜻)$/ });
      expect(await legend.locator('span').evaluateAll(cutOf), `legend, ${tokens} tokens`).toEqual([]);
      const status = screen(page).status;
      // The longest of its words is there for a moment only: it is measured as it is written then, not as "Ready" is
      // kept for those who listen.
      await status.evaluate((one, word) => {
        one.firstChild!.nodeValue = word;
        one.classList.remove('spoken');
        one.parentElement!.classList.remove('quiet');
      }, busy);
      expect(await status.locator('xpath=../..//span').evaluateAll(cutOf), `status, ${tokens}`).toEqual([]);
    }
    await go(page, { prompt: 'The old man looked at the sea and the old man', lang, more: { p: '0.9' } });
    const words = page.getByRole('table', { name: /^(Next token|다음 토큰)$/ }).getByRole('rowheader');
    expect(Math.max(...(await words.allTextContents()).map((word) => word.length))).toBeGreaterThan(6);
    expect(await words.evaluateAll(cutOf)).toEqual([]);
  });

  it('name the head above its slider, and follow it', async () => {
    const { page } = await site.visit('#prompt=The%20old%20man&at=L3H4');
    const view = screen(page);
    await view.ready();
    const slider = (await view.slider('Head').boundingBox())!;
    const name = (await page.getByText('L3H4: where each token looks', { exact: true }).boundingBox())!;
    expect(name.y + name.height).toBeLessThanOrEqual(slider.y + 1);
    expect(slider.y - name.y - name.height).toBeLessThan(24);
    expect(name.x).toBeGreaterThanOrEqual(slider.x);
    expect(name.x + name.width).toBeLessThanOrEqual(slider.x + slider.width);
    expect(await view.slider('Head').getAttribute('aria-valuetext')).toMatch(/^Head 4: /);
    await view.slider('Head').press('ArrowRight');
    await page.getByText('L3H5: where each token looks', { exact: true }).waitFor();
    await page.getByText('of head 5', { exact: true }).waitFor();
    await expect.poll(() => view.slider('Head').getAttribute('aria-valuetext')).toMatch(/^Head 5: /);
  });

  it('say what is a key and what a query, where there is room', async () => {
    const { page } = await site.visit('#prompt=The%20old%20man');
    const view = screen(page);
    await view.ready();
    const [keys, queries] = [
      page.getByText('keys ↗', { exact: true }),
      page.getByText('queries ↓', { exact: true }),
    ];
    const cell = (await view.attention.getByRole('gridcell', { name: /^The to The/ }).boundingBox())!;
    for (const name of [keys, queries]) {
      const box = (await name.boundingBox())!;
      expect(box.x + box.width).toBeLessThanOrEqual(cell.x);
      expect(box.y + box.height).toBeLessThanOrEqual(cell.y);
    }
    await page.setViewportSize({ width: 981, height: 900 });
    await expect.poll(() => queries.count()).toBe(0);
    await page.getByText('keys', { exact: true }).waitFor();
    await page.setViewportSize({ width: 2560, height: 900 });
    await page.getByText('queries ↓', { exact: true }).waitFor();
  });

  it('open their stage wherever a title is clicked, its line below included', async () => {
    const { page } = await site.visit('#prompt=The%20old%20man');
    const view = screen(page);
    await view.ready();
    await page.getByText('joined by Wₒ', { exact: true }).click({ position: { x: 4, y: 8 }, force: true });
    await expect.poll(async () => (await view.state()).open).toBe('attn_out');
  });

  it('say what is tapped beside the matrix on a phone, where its sum is far below', async () => {
    const { page } = await site.visit('#prompt=The%20old%20man', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const view = screen(page);
    await view.ready();
    const attention = page.getByRole('region', { name: 'Attention', exact: true });
    await attention.getByText('L4H5: where each token looks', { exact: true }).waitFor();
    const cell = view.attention.getByRole('gridcell', { name: /^man to old/ });
    await cell.scrollIntoViewIfNeeded();
    const name = (await cell.getAttribute('aria-label'))!;
    expect(name).toMatch(/^man to old: \d+\.\d %$/);
    const { x, y, width, height } = (await cell.boundingBox())!;
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await attention.getByText(name, { exact: true }).waitFor();
    expect(await cell.boundingBox(), 'nothing has moved').toEqual({ x, y, width, height });
  });

  it('stand beside the middle of their strips on a phone', async () => {
    const { page } = await site.visit('#prompt=The%20old%20man', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const view = screen(page);
    await view.ready();
    const cell = view.attention.getByRole('gridcell', { name: /^The to The/ });
    await cell.scrollIntoViewIfNeeded();
    const box = (await cell.boundingBox())!;
    const word = (await page
      .getByRole('region', { name: 'Attention', exact: true })
      .locator('ul')
      .getByText('The', { exact: true })
      .evaluate((row) => {
        const range = document.createRange();
        range.selectNodeContents(row);
        const { top, height } = range.getBoundingClientRect();
        return top + height / 2;
      }))!;
    expect(Math.abs(word - (box.y + box.height / 2))).toBeLessThan(2);
  });
});

describe('the box of the prompt', () => {
  it.each([
    [1440, 900],
    [390, 844],
  ])(
    'is as high for two lines as for one, and shows what comes at its end, at %i x %i',
    async (width, height) => {
      const { page, problems } = await site.visit('#prompt=The', {
        viewport: { width, height },
        hasTouch: width < 1000,
      });
      const view = screen(page);
      await view.ready();
      const box = view.prompt.locator('xpath=..');
      const below = () => page.getByRole('main').evaluate((main) => main.getBoundingClientRect().top);
      const overflow = () => box.evaluate((one) => one.scrollHeight - one.clientHeight);
      const one = await below();
      await view.write(
        width < 1000
          ? 'He lived in New York and worked in New'
          : 'The old man looked at the sea and the old man was glad of it',
      );
      expect(await below()).toBe(one);
      expect(await overflow(), 'two lines, and no third').toBe(0);
      await view.write(promptOf(40));
      expect(await below()).toBe(one);
      expect(await overflow(), 'a third line').toBeGreaterThan(0);
      expect(await box.evaluate((form) => form.scrollTop), 'its beginning').toBe(0);
      await view.button('Next word').click();
      await view.ready();
      await expect.poll(async () => (await view.state()).appended.length).toBe(1);
      expect(
        await box.evaluate((form) => form.scrollHeight - form.clientHeight - form.scrollTop),
      ).toBeLessThan(1);
      expect(problems).toEqual([]);
    },
  );
});
