import { describe, expect, it } from 'vitest';
import { sampling as en } from '../../../web/src/i18n/en/stages-sampling';
import { sampling as ko } from '../../../web/src/i18n/ko/stages-sampling';
import { cutLabels, cutLetters, type CutLabel } from '../../../web/src/layout/cuts';
import { lineWidth } from '../../../web/src/layout/words';

const height = 260;
const plotOf = (width: number) => ({ left: 52, right: width - 12, top: 34 });
const boxOf = ({ text, x, y }: CutLabel) => ({
  left: x,
  right: x + lineWidth(text, cutLetters.size),
  top: y - cutLetters.above,
  bottom: y + cutLetters.below,
});

describe('the names of the lines that cut', () => {
  const shares = [0, 0.01, 0.05, 0.3, 0.5, 0.766, 0.9, 0.95, 0.97, 0.99, 0.999, 1];
  // From a page of 320 to one of 2560.
  const widths = [200, 232, 262, 300, 330, 480, 700, 1100, 1700, 2200];
  const languages = { en, ko };

  it.each(Object.keys(languages) as ('en' | 'ko')[])('never cross a line or each other, in %s', (locale) => {
    const { threshold } = languages[locale];
    for (const width of widths) {
      const plot = plotOf(width);
      for (let step = 0; step <= 200; step += 4) {
        const k = {
          x: plot.left + ((plot.right - plot.left) * step) / 200,
          text: `k = ${[1, 40, 2000, '50,256'][Math.min(3, Math.floor(step / 50))]}`,
        };
        for (const share of shares) {
          const y = height - 36 - share * (height - 36 - plot.top);
          const p = { y, texts: threshold('0.999', '76.6 %', '68.93 %') };
          const labels = cutLabels(plot, width, { k, p });
          expect(labels.k).toBeDefined();
          const [ofK, ofP] = [boxOf(labels.k!), boxOf(labels.p!)];
          expect(ofK.left).toBeGreaterThanOrEqual(0);
          expect(ofK.right).toBeLessThanOrEqual(width);
          // k's name stands over the chart, so above its own line, p's line and p's name.
          expect(ofK.bottom).toBeLessThanOrEqual(plot.top);
          expect(ofP.top).toBeGreaterThanOrEqual(plot.top);
          expect(ofP.bottom).toBeLessThanOrEqual(height - 20);
          expect(ofP.top > y || ofP.bottom < y, 'off its line').toBe(true);
          expect(ofP.left > k.x || ofP.right < k.x, `beside k's line at ${k.x} of ${width}`).toBe(true);
          expect(ofP.left).toBeGreaterThan(plot.left);
          expect(ofP.right).toBeLessThan(plot.right);
        }
      }
    }
  });

  it('say as much as there is room for', () => {
    const texts = en.threshold('0.9', '76.6 %', '68.9 %');
    const shown = (width: number, x: number) =>
      cutLabels(plotOf(width), width, { k: { x, text: 'k = 40' }, p: { y: 100, texts } }).p;
    expect(shown(900, 380)).toMatchObject({ text: texts[0], x: 58 });
    expect(shown(900, 200)).toMatchObject({ text: texts[0], x: 206 });
    expect(shown(330, 160)?.text).toBe(texts[1]);
    expect(cutLabels(plotOf(900), 900, { k: null, p: { y: 100, texts } }).p?.text).toBe(texts[0]);
    expect(cutLabels(plotOf(900), 900, { k: null, p: null })).toEqual({});
  });
});
