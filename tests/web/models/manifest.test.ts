import { expect, test } from 'vitest';
import { MemoryDisk } from '../../../web/src/models/disk';
import { listKept } from '../../../web/src/models/store';

test.each([
  ['no JSON', '{'],
  ['another kind of JSON', '7'],
  ['null', 'null'],
  ['files that are null', JSON.stringify({ format: 2, id: 'm', name: 'M', files: [null] })],
  ['files without sizes', JSON.stringify({ format: 2, id: 'm', name: 'M', files: [{ name: 'a' }] })],
  ['files without names', JSON.stringify({ format: 2, id: 'm', name: 'M', files: [{ bytes: 1 }] })],
  ['no list of files', JSON.stringify({ format: 2, id: 'm', name: 'M', files: {} })],
  ['a name that is an object', JSON.stringify({ format: 2, id: 'm', name: {}, files: [] })],
])('a kept model whose manifest holds %s is none, and no reason to fail', async (_, text) => {
  const disk = new MemoryDisk(1e6);
  const file = await disk.write('kept/m/manifest.json', 'create');
  await file.write(new TextEncoder().encode(text));
  await file.close();
  expect(await listKept(disk)).toEqual([]);
});
