/** What a file is instead of weights: page and engine say the same of the same first bytes. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GENERATED, render } from '../../scripts/foreign-formats.mjs';
import { foreignByBytes } from '../../web/src/models/foreign';
import { EngineRefusal, loadAs } from '../../web/src/wasm/abi';
import { newEngine, tinyConfig } from './engine';

test('the page’s tables are the engine’s', () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(render());
  expect(() => render('constexpr Magic kMagics[] = {\n    {"X", kNone},\n};\n')).toThrow(/kNone of kMagics/);
});

test('every first byte, and those of each format, mean the same to both', async () => {
  const abi = await newEngine();
  const seen = (head: Uint8Array): string | null => {
    const loader = abi.loaderNew(tinyConfig(), loadAs.stored);
    try {
      abi.loaderBeginFile(loader, head.length);
      abi.loaderWrite(loader, head);
      abi.loaderFinish(loader);
    } catch (error) {
      const { reason } = error as EngineRefusal;
      return reason.code === 'other_format' ? reason.details.format : null;
    }
    return null;
  };
  const texts = [
    ...Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte, 0xa3, 0x12, 1, 2, 3, 4, 5, 6)),
    ...Array.from({ length: 32 }, (_, byte) => `\x08${String.fromCharCode(byte)}\x3aabcdefgh`),
    ...[
      'GGUF\x03',
      '\x89HDF\r\n',
      'PK\x03\x04',
      'PK\x05\x06',
      'version https://g',
      '<!doctype',
      '<html>',
      '<head>',
    ],
    ...['\x80\x02}q', '\x80\x05.', '[1]', '\xde\0\x02\xa1a', '\xdf\0\0\0\x01\xd9a', '\x81\xd9a'],
  ];
  const differing = texts.filter((text) => {
    const head = Uint8Array.from(text.padEnd(16, '\x01'), (one) => one.charCodeAt(0));
    return seen(head) !== foreignByBytes(head);
  });
  expect(differing).toEqual([]);
  expect(
    texts.filter((text) => foreignByBytes(Uint8Array.from(text, (one) => one.charCodeAt(0)))).length,
  ).toBeGreaterThan(20);
});
