import { readFileSync } from 'node:fs';
import { lab, type LabColor } from 'd3-color';
import { describe, expect, it } from 'vitest';
import { pinRoles } from '../../../web/src/layout/heads';
import {
  gradient,
  palettes,
  robustDomain,
  sequentialTable,
  shareIndex,
  signedIndex,
  signedTable,
  tableThrough,
} from '../../../web/src/marks/colour';

const at = (table: Uint8ClampedArray, index: number) => Array.from(table.slice(index * 4, index * 4 + 4));
const hexOf = (hex: string) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

describe('colour tables', () => {
  it('hold 256 opaque colours that start and end at their stops', () => {
    const table = tableThrough(['#000000', '#ffffff']);
    expect(table.length).toBe(1024);
    expect(at(table, 0)).toEqual([0, 0, 0, 255]);
    expect(at(table, 255)).toEqual([255, 255, 255, 255]);
  });

  it.each(['light', 'dark'] as const)('run blue - paper - orange about the middle (%s)', (theme) => {
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

  /** How bright a colour is, 0..1: WCAG 2's relative luminance. */
  const luminance = (hex: string) =>
    hexOf(hex)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i]!, 0);
  const contrast = (a: string, b: string) => {
    const [dim, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (bright! + 0.05) / (dim! + 0.05);
  };

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
