import { describe, expect, test } from 'vitest';
import { CacheDisk } from '../../../web/src/models/cache';
import { type Disk, MemoryDisk, readAll, writeAll } from '../../../web/src/models/disk';
import { openOpfs, OpfsDisk } from '../../../web/src/models/opfs';
import { FakeCache, FakeFolder } from './fakes';

const bytes = (length: number, seed = 1) =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + seed) & 255);

const disks: [string, () => Disk][] = [
  ['private file system', () => new OpfsDisk(new FakeFolder() as unknown as FileSystemDirectoryHandle)],
  ['cache storage', () => new CacheDisk(new FakeCache() as unknown as Cache, 100)],
  ['memory', () => new MemoryDisk()],
];

describe.each(disks)('%s', (_, make) => {
  const content = async (disk: Disk, path: string) => {
    const file = await disk.read(path);
    return file && (await readAll(file));
  };

  test('keeps what is written, in pieces of any size', async () => {
    const disk = make();
    const writer = await disk.write('a/b/file', 'create');
    for (const length of [1, 3, 7, 64, 65, 250]) await writer.write(bytes(length, length));
    expect(writer.size).toBe(390);
    await writer.close();
    const wanted = Buffer.concat([1, 3, 7, 64, 65, 250].map((length) => bytes(length, length)));
    expect(Buffer.from((await content(disk, 'a/b/file'))!)).toEqual(wanted);
    const pieces: number[] = [];
    for await (const piece of (await disk.read('a/b/file'))!.chunks(100)) pieces.push(piece.length);
    expect(pieces).toEqual([100, 100, 100, 90]);
  });

  test('appends, and begins anew', async () => {
    const disk = make();
    await writeAll(disk, 'a/file', bytes(150));
    const more = await disk.write('a/file', 'append');
    expect(more.size).toBe(150);
    await more.write(bytes(10, 9));
    await more.close();
    expect(Buffer.from((await content(disk, 'a/file'))!)).toEqual(Buffer.concat([bytes(150), bytes(10, 9)]));
    await writeAll(disk, 'a/file', bytes(5));
    expect((await content(disk, 'a/file'))!.length).toBe(5);
  });

  test('keeps an empty file', async () => {
    const disk = make();
    await writeAll(disk, 'a/empty', new Uint8Array(0));
    expect((await disk.read('a/empty'))?.size).toBe(0);
  });

  test('lists and removes by folder, names with odd characters included', async () => {
    const disk = make();
    await writeAll(disk, 'kept/owner%2Fname/manifest.json', bytes(3));
    await writeAll(disk, 'kept/owner%2Fname/weights', bytes(300));
    await writeAll(disk, 'kept/한국어 #1/weights', bytes(3));
    await writeAll(disk, 'part/x/0', bytes(3));
    expect(await disk.list('kept')).toEqual(['owner%2Fname', '한국어 #1']);
    await disk.remove('kept/owner%2Fname');
    expect(await disk.list('kept')).toEqual(['한국어 #1']);
    expect(await disk.read('kept/owner%2Fname/weights')).toBeNull();
    expect((await disk.read('part/x/0'))?.size).toBe(3);
    await disk.remove('kept/nothing');
    expect(await disk.list('nowhere')).toEqual([]);
  });

  test('has one writer a file at a time', async () => {
    const disk = make();
    const first = await disk.write('a/file', 'create');
    await expect(disk.write('a/file', 'append')).rejects.toMatchObject({
      name: 'NoModificationAllowedError',
    });
    await first.close();
    await (await disk.write('a/file', 'append')).close();
  });
});

test('a full file system says so, and keeps what was there before', async () => {
  const space = { room: 100 };
  const disk = new OpfsDisk(new FakeFolder(space) as unknown as FileSystemDirectoryHandle);
  const writer = await disk.write('a', 'create');
  await writer.write(bytes(60));
  await expect(writer.write(bytes(60))).rejects.toMatchObject({ name: 'QuotaExceededError' });
  await writer.close();
  expect((await disk.read('a'))?.size).toBe(60);
});

test('a browser that refuses its file system has none', async () => {
  expect(
    await openOpfs({
      getDirectory: () => Promise.reject(new DOMException('private', 'SecurityError')),
    } as unknown as StorageManager),
  ).toBeNull();
  expect(await openOpfs({} as StorageManager)).toBeNull();
  expect(
    await openOpfs({ getDirectory: async () => new FakeFolder() } as unknown as StorageManager),
  ).toBeInstanceOf(OpfsDisk);
});
