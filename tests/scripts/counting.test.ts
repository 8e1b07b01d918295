import { describe, expect, test } from 'vitest';
import { doctestCounts } from '../../scripts/doctest.mjs';
import { markedBlocks } from '../../scripts/readme.mjs';
import { chosen, runSuite } from '../../scripts/test.mjs';
import { unittestCounts } from '../../scripts/unittest.mjs';
import { vitestCounts } from '../../scripts/vitest.mjs';

test('doctestCounts reads the summary, and nothing where there is none', () => {
  const output =
    '[doctest] test cases:  12 |  10 passed | 2 failed | 3 skipped\n[doctest] assertions: 99 | 97 passed | 2 failed |\n';
  expect(doctestCounts(output)).toEqual({ passed: 10, failed: 2 });
  expect(doctestCounts('Segmentation fault\n')).toBeUndefined();
});

test('vitestCounts counts a file that could not be loaded as failed', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    testResults: [
      { status: 'passed', assertionResults: [{}, {}] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'failed', assertionResults: [] },
    ],
  };
  expect(vitestCounts(report)).toEqual({ passed: 5, failed: 2 });
});

test('unittestCounts takes what was skipped for neither', () => {
  expect(unittestCounts('...\nRan 23 tests in 0.1s\n\nOK (skipped=10)\n')).toEqual({ passed: 13, failed: 0 });
  const failing = 'Ran 9 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=3)\n';
  expect(unittestCounts(failing)).toEqual({ passed: 3, failed: 3 });
  expect(unittestCounts('Ran 1 test in 0.1s\n\nOK\n')).toEqual({ passed: 1, failed: 0 });
  expect(unittestCounts('Traceback (most recent call last):\n')).toBeUndefined();
});

test('markedBlocks finds the blocks for CI and where their commands begin', () => {
  const text = 'a\n```sh ci\none\ntwo\n```\n```sh\nnot this\n```\n```sh ci\nthree\n```\n';
  expect(markedBlocks(text)).toEqual([
    { line: 3, commands: 'one\ntwo\n' },
    { line: 10, commands: 'three\n' },
  ]);
});

test('runSuite hands on the counts, and counts a crash or no test at all as one failure', async () => {
  const suite = (run: () => Promise<unknown>) => ({ name: 'sample', run });
  const failed = { passed: 0, failed: 1 };
  expect(await runSuite(suite(async () => ({ passed: 3, failed: 1 })))).toEqual({ passed: 3, failed: 1 });
  expect(await runSuite(suite(async () => undefined))).toEqual(failed);
  expect(await runSuite(suite(async () => ({ passed: 0, failed: 0 })))).toEqual(failed);
});

test('chosen takes suites by name, long ones only when they are asked for, and refuses unknown ones', () => {
  const [engine, web] = [{ name: 'engine', long: true }, { name: 'web' }];
  expect(chosen([engine, web], undefined)).toEqual([web]);
  expect(chosen([engine, web], undefined, true)).toEqual([engine, web]);
  expect(chosen([engine, web], 'engine')).toEqual([engine]);
  expect(() => chosen([engine, web], 'web,nothing')).toThrow('nothing is no suite: engine, web');
});
