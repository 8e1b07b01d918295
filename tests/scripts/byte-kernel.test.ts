import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMPILED, render } from '../../scripts/byte-kernel.mjs';

test('the compiled kernel is what its text says', async () => {
  expect(await render()).toBe(readFileSync(COMPILED, 'utf8'));
});
