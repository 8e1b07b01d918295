/** The page on paper: the picture whole on one sheet in landscape, in light, and nothing to operate. */
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { useSite } from './browser';
import { screen } from './screen';

const site = useSite();

/** Sizes of a PDF's sheets, points. */
function sheets(pdf: Buffer): [number, number][] {
  const texts = [pdf.toString('latin1')];
  // Newer files keep their objects in compressed streams.
  for (const { index } of texts[0]!.matchAll(/stream\r?\n/g)) {
    const start = index + pdf.subarray(index).indexOf('\n') + 1;
    try {
      texts.push(inflateSync(pdf.subarray(start)).toString('latin1'));
    } catch {
      // Not compressed, or no stream of objects.
    }
  }
  return texts
    .flatMap((text) => [...text.matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/g)])
    .map(([, width, height]) => [Number(width), Number(height)]);
}

describe('the page on paper', () => {
  it.each([
    ['full', 'light', 1440],
    ['full', 'dark', 1440],
    ['simple', 'light', 1920],
  ] as const)('fits one sheet in landscape (%s, %s, %i px)', async (depth, colorScheme, width) => {
    const { page } = await site.open(`?threads=1#prompt=one+two+three&view=${depth}`, {
      colorScheme,
      viewport: { width, height: (width * 900) / 1440 },
    });
    await screen(page).ready();
    const pdf = await page.pdf({
      preferCSSPageSize: true,
      printBackground: true,
      ...(process.env['VITRINE_PAPER'] && {
        path: `${process.env['VITRINE_PAPER']}/${depth}-${colorScheme}.pdf`,
      }),
    });
    const sizes = sheets(pdf);
    expect(sizes).toHaveLength(1);
    expect(sizes[0]![0]).toBeGreaterThan(sizes[0]![1]);
    await page.context().close();
  });

  it('has the text, the settings and the address, and no control', async () => {
    const { page } = await site.open('?threads=1#prompt=one+two+three');
    await screen(page).ready();
    const line = page.getByText(/Temperature 1\b.*Top-k 40 · Top-p 0\.95 · Seed/);
    expect(await line.isVisible()).toBe(false);
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    await page.emulateMedia({ media: 'print' });
    await line.waitFor();
    await page.getByText('one two three', { exact: true }).filter({ visible: true }).first().waitFor();
    await page.getByText(/^http:.*#.*prompt=one\+two\+three/).waitFor();
    for (const role of ['slider', 'textbox', 'combobox', 'spinbutton'] as const)
      expect([role, await page.locator('input, select, textarea').filter({ visible: true }).count()]).toEqual(
        [role, 0],
      );
    for (const name of ['Undo', 'Keep writing', 'Stop', 'Got it'])
      expect([
        name,
        await page.getByRole('button', { name, exact: true }).filter({ visible: true }).count(),
      ]).toEqual([name, 0]);
    // Browsers leave backgrounds out unless told that they are ink.
    const pale = await page.evaluate(
      () =>
        [...document.querySelectorAll('.data, canvas, i')].filter(
          (element) => getComputedStyle(element).getPropertyValue('print-color-adjust') !== 'exact',
        ).length,
    );
    expect(pale).toBe(0);
    await page.context().close();
  });

  it('turns the dark theme over', async () => {
    const { page } = await site.open('?threads=1#prompt=one+two', { colorScheme: 'dark' });
    await screen(page).ready();
    await page.emulateMedia({ media: 'print' });
    const shown = await page.screenshot();
    const light = await page.evaluate(async (bytes) => {
      const bitmap = await createImageBitmap(
        new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))]),
      );
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum += data[i]! + data[i + 1]! + data[i + 2]!;
      return sum / (data.length * 0.75) / 255;
    }, shown.toString('base64'));
    expect(light).toBeGreaterThan(0.7);
    await page.context().close();
  });
});
