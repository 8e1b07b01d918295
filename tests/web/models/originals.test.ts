/** The original of a model, opened again: used only when it is the file that was recorded. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { acquire, convert, type Prepared } from '../../../web/src/models/acquire';
import { MemoryDisk } from '../../../web/src/models/disk';
import { configOf, prepareFiles, prepareKept, prepareOriginal } from '../../../web/src/models/sources';
import { fakeConverter, fakeLocks, tinyConfig } from './fakes';

const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 31) & 255);
const other = bytes.map((byte) => byte ^ 1);
const sha256 = (part: Uint8Array) => createHash('sha256').update(part).digest('hex');
const file = (name: string, content: BlobPart) => new File([content], name);
const recorded = (name: string, part: Uint8Array) => ({ name, bytes: part.length, sha256: sha256(part) });
const model = { name: 'mine', config: tinyConfig };
const whole = [recorded('model.safetensors', bytes)];

/** Its bytes as the engine got them. */
async function stream(prepared: Prepared): Promise<Uint8Array> {
  const made = await convert(prepared, { converter: async () => fakeConverter() });
  return Buffer.concat([...made.pieces()]).map((byte) => byte - 1);
}

test('the same file is taken, under another name too', async () => {
  for (const name of ['model.safetensors', 'renamed.safetensors']) {
    const prepared = prepareOriginal([file(name, bytes)], whole, model);
    expect(prepared.exact).toBe(true);
    expect(Buffer.from(await stream(prepared)).equals(bytes)).toBe(true);
  }
});

test('of shards each is matched by its name, in the recorded order', async () => {
  const wanted = [recorded('b.safetensors', bytes), recorded('a.safetensors', other)];
  const prepared = prepareOriginal(
    [file('a.safetensors', other), file('b.safetensors', bytes)],
    wanted,
    model,
  );
  expect(Buffer.from(await stream(prepared)).equals(Buffer.concat([bytes, other]))).toBe(true);
  expect(() => prepareOriginal([file('a.safetensors', other)], wanted, model)).toThrow(
    expect.objectContaining({ code: 'missingShard', values: { file: 'b.safetensors' } }),
  );
});

test('a file of another length is refused before it is read, one of the same length after', async () => {
  expect(() => prepareOriginal([file('model.safetensors', bytes.subarray(1))], whole, model)).toThrow(
    expect.objectContaining({
      code: 'otherFile',
      values: { file: 'model.safetensors', got: 9999, wanted: 10_000 },
    }),
  );
  const prepared = prepareOriginal([file('model.safetensors', other)], whole, model);
  await expect(stream(prepared)).rejects.toMatchObject({
    code: 'otherFile',
    values: { file: 'model.safetensors' },
  });
});

test('where no hash was recorded the name decides', async () => {
  const wanted = [{ name: 'model.safetensors', bytes: null, sha256: null }];
  expect(
    Buffer.from(await stream(prepareOriginal([file('model.safetensors', other)], wanted, model))).equals(
      other,
    ),
  ).toBe(true);
  expect(() => prepareOriginal([file('x.json', '{}')], wanted, model)).toThrow(
    expect.objectContaining({ code: 'missingShard' }),
  );
});

test('a kept model is read back with its configuration, and one that is gone is told', async () => {
  const disk = new MemoryDisk();
  const opened = [file('model.safetensors', bytes), file('config.json', tinyConfig)];
  const { id } = await acquire(await prepareFiles(opened, false, 'mine'), {
    disk,
    locks: fakeLocks(),
    keep: true,
    converter: async () => fakeConverter(),
  });
  const prepared = await prepareKept(disk, id, true);
  expect([prepared.exact, prepared.config]).toEqual([true, tinyConfig]);
  expect(Buffer.from(await stream(prepared)).equals(bytes.map((byte) => byte + 1))).toBe(true);
  expect(await configOf({ kind: 'kept', id, name: 'mine' }, disk)).toBe(tinyConfig);
  expect(await configOf({ kind: 'files', id: 'x', name: 'x', files: opened }, disk)).toBe(tinyConfig);
  await expect(prepareKept(disk, 'none', true)).rejects.toMatchObject({ code: 'gone' });
  await expect(configOf({ kind: 'kept', id: 'none', name: 'x' }, disk)).rejects.toMatchObject({
    code: 'gone',
  });
});
