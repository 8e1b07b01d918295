import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { constant, GENERATED, render } from '../../scripts/engine-constants.mjs';
import { at } from '../../scripts/project.mjs';

test("the page's constants are the engine's", () => {
  expect(render()).toBe(readFileSync(GENERATED, 'utf8'));
});

test('a number is read as C++ has it, and what is none is refused', () => {
  const header =
    'inline constexpr int kWhole = 64;\ninline constexpr float kSmall = 1e-30f;  // so\ninline constexpr int kShifted = 1 << 14;\ninline constexpr int kSum = kWhole + 1;\n';
  expect(['kWhole', 'kSmall', 'kShifted'].map((name) => constant(header, name))).toEqual([64, 1e-30, 16384]);
  expect(() => constant(header, 'kSum')).toThrow(/kSum .*kWhole \+ 1/);
  expect(() => constant(header, 'kNone')).toThrow(/kNone/);
});

test('the kernel reads the members of Int8Band where they lie in a 32-bit memory', () => {
  const folder = 'engine/kernels/int8_band';
  const header = readFileSync(at(folder, 'int8_band.h'), 'utf8');
  const body = /struct Int8Band \{([^}]+)\}/.exec(header)![1]!;
  const members = [...body.matchAll(/^ {2}[^/;]*?(\w+);/gm)].map(([, name]) => name!);
  expect(members.slice(0, 3)).toEqual(['codes', 'scales', 'low']);
  const text = readFileSync(at(folder, 'int8_band.wat'), 'utf8');
  const reads = [
    ...text.matchAll(
      /local\.set \$(\w+) \((?:i32\.load|v128\.load32_splat) offset=(\d+) \(local\.get \$band\)/g,
    ),
  ];
  // Locals of another name than the member's.
  const member: Record<string, string> = { value: 'bias', done: 'groups' };
  const named = reads.map(([, name, offset]) => [member[name!] ?? name!, Number(offset)] as const);
  expect(named.length).toBeGreaterThan(10);
  for (const [name, offset] of named) expect([name, offset]).toEqual([name, 4 * members.indexOf(name)]);
});
