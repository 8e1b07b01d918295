/** The bundled model's folder: what its manifest lists is there, and int8 is what the tool makes of the original. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import type { SiteManifest } from '../../web/src/models/site';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitrine = process.env.VITRINE_NATIVE ?? `${root}build/vitrine`;
const read = (name: string) => readFileSync(join(PLACES.bundledModel, name));
const manifest = JSON.parse(read('manifest.json').toString()) as SiteManifest;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const pieces = manifest.exact!.flatMap((file) => file.pieces);

test('every file of the manifest has its length and hash, and no piece is above 25 MB', () => {
  for (const { name, bytes, sha256: wanted } of [...manifest.files, ...manifest.pieces, ...pieces]) {
    const content = read(name);
    expect([name, content.length, sha256(content)]).toEqual([name, bytes, wanted]);
    expect(bytes).toBeLessThanOrEqual(25e6);
  }
});

test('its int8 weights are those the tool makes of the original, byte for byte', () => {
  const original = Buffer.concat(pieces.map(({ name }) => read(name)));
  const { bytes, sha256: wanted } = manifest.exact![0]!;
  expect([original.length, sha256(original)]).toEqual([bytes, wanted]);
  expect(manifest.source.weights).toEqual([{ name: 'model.safetensors', bytes, sha256: wanted }]);
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bundled-'));
  try {
    writeFileSync(join(folder, 'model.safetensors'), original);
    writeFileSync(join(folder, 'config.json'), read('config.json'));
    const out = join(folder, 'q8.safetensors');
    execFileSync(vitrine, ['quantize', folder, out, '--dtype', 'q8']);
    expect(sha256(readFileSync(out))).toBe(manifest.sha256);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
