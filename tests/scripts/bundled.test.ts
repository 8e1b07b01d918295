/** The bundled model's folder: what its manifest lists is there, and int8 is what the tool makes of the original. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import { placeBundled } from '../../scripts/training/place.mjs';
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
    const remedy = `${name} changed: run node scripts/training/place.mjs`;
    expect([content.length, sha256(content)], remedy).toEqual([bytes, wanted]);
    expect(bytes).toBeLessThanOrEqual(25e6);
  }
});

test('placing the original anew makes the same files, byte for byte', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bundled-'));
  try {
    const [exported, placed] = [join(folder, 'export'), join(folder, 'placed')];
    mkdirSync(exported);
    cpSync(PLACES.bundledModel, placed, { recursive: true });
    // What an earlier model left goes.
    writeFileSync(join(placed, 'exact-01234567-0.bin'), 'old');
    writeFileSync(join(placed, 'model.safetensors'), 'old');
    writeFileSync(join(exported, 'model.safetensors'), Buffer.concat(pieces.map(({ name }) => read(name))));
    writeFileSync(join(exported, 'config.json'), read('config.json'));
    expect(await placeBundled(exported, placed, vitrine)).toEqual(manifest);
    const names = readdirSync(PLACES.bundledModel);
    expect(readdirSync(placed)).toEqual(names);
    for (const name of names)
      expect([name, readFileSync(join(placed, name)).equals(read(name))]).toEqual([name, true]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
