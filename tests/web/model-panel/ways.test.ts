/** Where the other form of a model is to be had, for comparing: what is nearest first, and nothing fetched for it. */
import { expect, test } from 'vitest';
import type { ModelSource } from '../../../web/src/protocol/protocol';
import type { KeptModel, Origin, OriginalFile } from '../../../web/src/models/store';
import { type Surroundings, waysToCompare } from '../../../web/src/model-panel/ways';

const weights: OriginalFile[] = [
  { name: 'model-1.safetensors', bytes: 300, sha256: 'a' },
  { name: 'model-2.safetensors', bytes: 45, sha256: 'b' },
];
const address = {
  endpoint: 'https://hub.example',
  repository: 'acme/tiny',
  revision: 'main',
  commit: 'c0ffee',
};
const hub: Origin = { kind: 'hub', ...address, weights };
const site: Origin = {
  kind: 'site',
  base: 'https://me.example/x/models/tiny/',
  sha256: 's1',
  hub: null,
  weights,
};
const files: Origin = { kind: 'files', weights };

const q8 = { dtype: 'q8' as const };
const f32 = { dtype: 'f32' as const };
const bundled: ModelSource = { kind: 'site', id: 'own', base: 'models/own/' };
const kept = (id: string): ModelSource => ({ kind: 'kept', id, name: id });
const around = (changes: Partial<Surroundings>): Surroundings => ({
  models: 'https://me.example/x/models/',
  site: [],
  kept: [],
  origin: null,
  opened: null,
  ...changes,
});
const placed = (id: string, exactBytes?: number) => ({
  id,
  name: id,
  folder: id,
  dtype: 'q8' as const,
  parameters: 1,
  bytes: 90,
  sha256: 's1',
  exactBytes,
});
const keptModel = (id: string, origin: Origin) => ({ id, origin, dtype: 'f32' }) as KeptModel;

test('exact weights become int8 here, whatever they came from', () => {
  expect(waysToCompare(f32, kept('acme/tiny:f32'), around({ origin: hub }))).toEqual({
    way: {
      job: { kind: 'kept', id: 'acme/tiny:f32', exact: false, keep: false },
      id: null,
      download: null,
      rounded: false,
    },
    files: null,
  });
  const file = new File(['x'], 'model.safetensors');
  const loose: ModelSource = { kind: 'files', id: 'f', name: 'f', files: [file], exact: true };
  expect(waysToCompare(f32, loose, around({})).way!.job).toMatchObject({
    kind: 'files',
    files: [file],
    exact: false,
  });
});

test('the bundled model asks the host of the page for its original, and says how much that is', () => {
  const { way, files: wanted } = waysToCompare(q8, bundled, around({ site: [placed('own', 386)] }));
  expect(way).toEqual({
    job: { kind: 'site', base: 'https://me.example/x/models/own/', exact: true, keep: false },
    id: 'own:f32',
    download: { host: 'me.example', bytes: 386 },
    rounded: false,
  });
  expect(wanted).toBeNull();
});

test('without the original, offline say, the bundled model compares arithmetic alone and says so', () => {
  for (const list of [[], [placed('own')]])
    expect(waysToCompare(q8, bundled, around({ site: list })).way).toEqual({
      job: { kind: 'site', base: 'https://me.example/x/models/own/', exact: true, keep: false },
      id: null,
      download: null,
      rounded: true,
    });
});

test('files opened in this visit are read again', () => {
  const opened = { name: 'folder', files: [new File(['x'], 'model.safetensors')] };
  const { way, files: wanted } = waysToCompare(q8, kept('file:a#1'), around({ origin: files, opened }));
  expect(way!.job).toEqual({ kind: 'files', files: opened.files, name: 'folder', exact: true, keep: false });
  expect([way!.download, wanted]).toEqual([null, null]);
});

test('files opened in an earlier visit are asked for', () => {
  expect(waysToCompare(q8, kept('file:a#1'), around({ origin: files }))).toEqual({
    way: null,
    files: weights,
  });
});

test('a model of a hub is to be had there again, at the same commit, or from files', () => {
  expect(waysToCompare(q8, kept('acme/tiny'), around({ origin: hub }))).toEqual({
    way: {
      job: {
        kind: 'hub',
        endpoint: address.endpoint,
        repository: 'acme/tiny',
        revision: 'c0ffee',
        exact: true,
        keep: false,
      },
      id: 'acme/tiny@c0ffee:f32',
      download: { host: 'hub.example', bytes: 345 },
      rounded: false,
    },
    files: weights,
  });
});

test('a kept exact copy of the same version saves the download; one of another version does not', () => {
  const newer: Origin = { ...hub, commit: 'decaf' } as Origin;
  const wayWith = (origin: Origin) =>
    waysToCompare(q8, kept('acme/tiny'), around({ origin: hub, kept: [keptModel('acme/tiny:f32', origin)] }))
      .way!;
  expect(wayWith(hub)).toMatchObject({
    job: { kind: 'kept', id: 'acme/tiny:f32', exact: true },
    download: null,
  });
  expect(wayWith(newer)).toMatchObject({ job: { kind: 'hub' } });
});

test("a site's model: its host's original first, then the hub it came from, then files; a replaced one is not asked for", () => {
  const source = kept('tiny');
  const ways = (origin: Origin, exactBytes?: number) =>
    waysToCompare(q8, source, around({ origin, site: [placed('tiny', exactBytes)] }));
  const fromHub: Origin = { ...site, hub: address } as Origin;
  expect(ways(fromHub, 345).way!.job).toMatchObject({ kind: 'site', exact: true });
  expect(ways(fromHub).way).toMatchObject({
    job: { kind: 'hub', revision: 'c0ffee' },
    download: { bytes: 345 },
  });
  expect(ways(site)).toEqual({ way: null, files: weights });
  const older: Origin = { ...site, sha256: 's0' } as Origin;
  expect(ways(older, 345)).toEqual({ way: null, files: weights });
});
