import { readFileSync } from 'node:fs';
import { lab, type LabColor } from 'd3-color';
import { describe, expect, it } from 'vitest';
import { pinRoles } from '../../../web/src/layout/heads';
import {
  attentionRamp,
  contrast,
  gradient,
  inkOn,
  palettes,
  robustDomain,
  sequentialTable,
  shareIndex,
  signedIndex,
  signedTable,
  tableThrough,
} from '../../../web/src/charts/colour';

/** How far apart two colours are to the eye: CIEDE2000 (Sharma, Wu and Dalal 2005, equations 2 to 22). */
function ciede2000(one: LabColor, two: LabColor): number {
  const rad = Math.PI / 180;
  const mean = (Math.hypot(one.a, one.b) + Math.hypot(two.a, two.b)) / 2;
  const stretch = 1.5 - 0.5 * Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7));
  const [a1, a2] = [one.a * stretch, two.a * stretch];
  const [c1, c2] = [Math.hypot(a1, one.b), Math.hypot(a2, two.b)];
  const angle = (a: number, b: number) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / rad + 360) % 360);
  const [h1, h2] = [angle(a1, one.b), angle(a2, two.b)];
  const grey = c1 * c2 === 0;
  const turn = grey ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const far = Math.abs(h1 - h2) > 180;
  const hue = grey ? h1 + h2 : (h1 + h2 + (far ? (h1 + h2 < 360 ? 360 : -360) : 0)) / 2;
  const light = (one.l + two.l) / 2;
  const chroma = (c1 + c2) / 2;
  const tone =
    1 -
    0.17 * Math.cos((hue - 30) * rad) +
    0.24 * Math.cos(2 * hue * rad) +
    0.32 * Math.cos((3 * hue + 6) * rad) -
    0.2 * Math.cos((4 * hue - 63) * rad);
  const dl = (two.l - one.l) / (1 + (0.015 * (light - 50) ** 2) / Math.sqrt(20 + (light - 50) ** 2));
  const dc = (c2 - c1) / (1 + 0.045 * chroma);
  const dh = (2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * rad)) / (1 + 0.015 * chroma * tone);
  const bend =
    -Math.sin(60 * Math.exp(-(((hue - 275) / 25) ** 2)) * rad) *
    2 *
    Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7));
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + bend * dc * dh);
}

const at = (table: Uint8ClampedArray, index: number) => Array.from(table.slice(index * 4, index * 4 + 4));
const hexOf = (hex: string) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

describe('colour tables', () => {
  it('hold 256 opaque colours that start and end at their stops', () => {
    const table = tableThrough(['#000000', '#ffffff']);
    expect(table.length).toBe(1024);
    expect(at(table, 0)).toEqual([0, 0, 0, 255]);
    expect(at(table, 255)).toEqual([255, 255, 255, 255]);
  });

  it.each(['light', 'dark'] as const)('run teal - paper - sepia about the middle (%s)', (theme) => {
    const table = signedTable(theme);
    expect(at(table, 0).slice(0, 3)).toEqual(hexOf(palettes[theme].signedLow));
    expect(at(table, 255).slice(0, 3)).toEqual(hexOf(palettes[theme].signedHigh));
    const middle = at(table, 128);
    hexOf(palettes[theme].signedMid).forEach((part, i) =>
      expect(Math.abs(middle[i]! - part)).toBeLessThanOrEqual(3),
    );
  });

  it('change with role and theme and are made once', () => {
    expect(sequentialTable('light', 'mlp')).not.toEqual(sequentialTable('dark', 'mlp'));
    expect(sequentialTable('light', 'mlp')).not.toEqual(sequentialTable('light', 'output'));
    expect(sequentialTable('light', 'mlp')).toBe(sequentialTable('light', 'mlp'));
  });

  it('grow darker on light paper and lighter on dark as a share grows', () => {
    const brightness = (theme: 'light' | 'dark', i: number) =>
      at(sequentialTable(theme), i)
        .slice(0, 3)
        .reduce((a, b) => a + b, 0);
    expect(brightness('light', 0)).toBeGreaterThan(brightness('light', 128));
    expect(brightness('light', 128)).toBeGreaterThan(brightness('light', 255));
    expect(brightness('dark', 0)).toBeLessThan(brightness('dark', 128));
  });

  it('give a gradient with as many stops as asked', () => {
    expect(gradient(signedTable('light'), 5).match(/rgb/g)).toHaveLength(5);
  });
});

describe('signedIndex', () => {
  it.each([
    [0, 1, 128],
    [1, 1, 255],
    [-1, 1, 0],
    [7, 1, 255],
    [-7, 1, 0],
    [0.5, 1, 191],
    [NaN, 1, 128],
    [Infinity, 1, 255],
    [-Infinity, 1, 0],
  ])('%f in +-%f -> %i', (value, domain, index) => expect(signedIndex(value, domain)).toBe(index));
});

describe('shareIndex', () => {
  it.each([
    [0, false, 0],
    [1, false, 255],
    [0.25, false, 64],
    [0.25, true, 128],
    [2, false, 255],
    [-1, true, 0],
    [NaN, false, 0],
  ])('%f (sqrt %s) -> %i', (share, sqrt, index) => expect(shareIndex(share, sqrt)).toBe(index));
});

describe('robustDomain', () => {
  it.each([1, 2, 3, 7, 64, 65, 1000])(
    'is the entry that sorting would give (%i values, many alike)',
    (count) => {
      const values = Float32Array.from({ length: count }, (_, i) => ((i * 37) % 11) - 5);
      const sorted = values.map(Math.abs).sort();
      for (const quantile of [0, 0.5, 0.98, 1]) {
        const there = sorted[Math.min(count - 1, Math.floor(quantile * count))]!;
        expect(robustDomain(values, quantile)).toBe(there || sorted[count - 1] || 1);
      }
    },
  );

  it('is a quantile, which one outlier does not move', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i % 2 ? 1 : -1) * (i / 1000));
    values[999] = 500;
    expect(robustDomain(values)).toBeCloseTo(0.98, 2);
  });
  it('ignores what is not finite and never is 0', () => {
    expect(robustDomain(Float32Array.of(-Infinity, NaN, 2))).toBe(2);
    expect(robustDomain(new Float32Array(5))).toBe(1);
    expect(robustDomain(new Float32Array(0))).toBe(1);
  });
  it('falls back to the largest where the quantile is 0', () => {
    const values = new Float32Array(1000);
    values[3] = -4;
    expect(robustDomain(values)).toBe(4);
  });
});

describe('palettes', () => {
  const css = readFileSync(new URL('../../../web/src/styles/tokens.css', import.meta.url), 'utf8');
  const [light = '', dark = ''] = css.split(/data-theme='dark'/);
  const named = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  it.each([
    ['light', light],
    ['dark', dark],
  ] as const)('%s agrees with the style sheet', (theme, block) => {
    for (const [name, colour] of Object.entries(palettes[theme])) {
      expect(block.toLowerCase(), name).toContain(`${named(name)}: ${colour.toLowerCase()};`);
    }
  });

  it.each([
    ['light', light],
    ['dark', dark],
  ] as const)('%s: the steps of attention agree with the style sheet', (theme, block) =>
    attentionRamp[theme].forEach((colour, i) =>
      expect(block.toLowerCase()).toContain(`--attention-${i}: ${colour.toLowerCase()};`),
    ),
  );

  const roles = ['query', 'key', 'value', 'attention', 'mlp', 'output', 'residual'] as const;
  const themes = ['light', 'dark'] as const;

  it.each(themes)('%s: every role can be read on page and card', (theme) => {
    const { page, card } = palettes[theme];
    for (const role of roles)
      for (const paper of [page, card])
        expect(contrast(palettes[theme][role], paper), role).toBeGreaterThanOrEqual(4.5);
  });

  it.each(themes)('%s: no role shares its hue with a sign, and the signs are told apart', (theme) => {
    const palette = palettes[theme];
    const apart = (a: string, b: string) => ciede2000(lab(a), lab(b));
    expect(apart(palette.signedLow, palette.signedHigh)).toBeGreaterThan(30);
    for (const sign of [palette.signedLow, palette.signedHigh]) {
      expect(contrast(sign, palette.signedMid)).toBeGreaterThanOrEqual(6);
      // Before signs had hues of their own: query and minus 4.5, key and plus 6.3.
      for (const role of ['query', 'key', 'value', 'attention'] as const)
        expect(apart(palette[role], sign), `${role} and ${sign}`).toBeGreaterThanOrEqual(18);
    }
  });

  it.each(themes)('%s: a number can be read on any share of attention', (theme) => {
    const table = sequentialTable(theme);
    for (let i = 0; i < 256; ++i) {
      const cell = `rgb(${at(table, i).slice(0, 3).join(',')})`;
      expect(contrast(cell, inkOn(cell)), `${(100 * i) / 255} %`).toBeGreaterThanOrEqual(4.58);
    }
  });

  it.each(['light', 'dark'] as const)(
    '%s: pinned heads are told from the paper, each other and all roles',
    (theme) => {
      const palette = palettes[theme];
      const roles = (['query', 'key', 'value', 'attention', 'mlp', 'output', 'residual', 'ink'] as const).map(
        (role) => lab(palette[role]),
      );
      const pins = pinRoles.map((role) => lab(palette[role]));
      const apart = (a: LabColor, b: LabColor) => Math.hypot(a.l - b.l, a.a - b.a, a.b - b.b);
      for (const role of pinRoles)
        for (const paper of [palette.page, palette.card])
          expect(contrast(palette[role], paper), role).toBeGreaterThanOrEqual(3);
      pins.forEach((pin, i) => {
        for (const other of pins.slice(i + 1)) expect(apart(pin, other)).toBeGreaterThan(30);
        // The first is attention itself.
        for (const role of i === 0 ? [] : roles) expect(apart(pin, role), pinRoles[i]).toBeGreaterThan(25);
      });
    },
  );
});
