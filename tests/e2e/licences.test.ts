/** What the site carries of others comes with its licence, whatever package it lies in. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { at, PLACES } from '../../scripts/project.mjs';
import { useSite } from './browser';
import { screen } from './screen';

const site = useSite();
const built = process.env['VITRINE_PAGE'] ?? PLACES.page;
const text = readFileSync(join(built, 'THIRD-PARTY.txt'), 'utf8');

test.each([
  ['vitrine', /^Vitrine \(MIT\)/m],
  ['a package of the page', /^svelte [\d.]+ \(MIT\)/m],
  ['what a package needs', /^d3-format [\d.]+ \(ISC\)/m],
  ['a package of a worker alone', /^hash-wasm [\d.]+ \(MIT\)/m],
  ['a font', /^@fontsource-variable\/inter [\d.]+ \(OFL-1\.1\)/m],
  ['the other font', /^@fontsource-variable\/noto-sans-kr [\d.]+ \(OFL-1\.1\)/m],
  [
    'the engine’s matrices, with where their source is',
    /^Eigen \(MPL-2\.0\)[^]*gitlab\.com\/libeigen\/eigen/m,
  ],
  ['the engine’s JSON', /^JSON for Modern C\+\+ \(MIT\)\nCopyright/m],
  ['the vocabulary', /^GPT-2's vocabulary[^\n]*\(MIT\)\nCopyright \(c\) 2019 OpenAI/m],
])('%s is named with its licence', (_, wanted) => {
  expect(text).toMatch(wanted);
});

test('every package has its own text, with who holds the rights', () => {
  const parts = text.split(`\n${'='.repeat(80)}\n\n`).slice(2);
  expect(parts.length).toBeGreaterThan(8);
  for (const part of parts) {
    const name = part.split(' ')[0]!;
    const { version, license } = JSON.parse(readFileSync(at('node_modules', name, 'package.json'), 'utf8'));
    expect(part.split('\n')[0]).toBe(`${name} ${version} (${license})`);
    expect([name, part.match(/copyright|permission/i) !== null]).toEqual([name, true]);
    expect([name, part.length > 500]).toEqual([name, true]);
  }
});

test('the fonts that are shipped are those that are named', () => {
  const families = new Set(
    readdirSync(join(built, 'assets'))
      .filter((name) => name.endsWith('.woff2'))
      .map((name) => name.split('-')[0]),
  );
  expect([...families].sort()).toEqual(['inter', 'noto']);
});

test('the page’s menu leads there', async () => {
  const { page } = await site.open('#prompt=Hello');
  await screen(page).ready();
  await page.getByRole('button', { name: 'Preferences', exact: true }).click();
  const link = page.getByRole('link', { name: /^Licences/ });
  const address = await link.evaluate((element) => (element as HTMLAnchorElement).href);
  const answer = await page.request.get(address);
  expect([answer.status(), await answer.text()]).toEqual([200, text]);
  await page.context().close();
});
