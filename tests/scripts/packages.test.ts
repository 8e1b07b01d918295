import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { at } from '../../scripts/project.mjs';

interface Locked {
  version?: string;
  integrity?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}
const packages: Record<string, Locked> = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;

test('the lock names no registry, and pins every package by its hash', () => {
  const [, ...installed] = Object.entries(packages);
  expect(installed.length).toBeGreaterThan(50);
  for (const [path, entry] of installed) {
    expect(entry.resolved, path).toBeUndefined();
    expect(entry.integrity, path).toMatch(/^sha512-/);
  }
});

test('the lock holds the native packages of all platforms, so that npm ci works on each', () => {
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)));
  expect(missing).toEqual([]);
});

test('package.json pins exact versions', () => {
  const {
    dependencies = {},
    devDependencies = {},
    overrides = {},
  } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const versions = Object.entries<string>({ ...dependencies, ...devDependencies, ...overrides });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
