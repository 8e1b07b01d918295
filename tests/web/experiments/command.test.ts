/** The command line beside a figure. */
import { expect, test } from 'vitest';
import { abiVersion } from '../../../web/src/wasm/abi';
import { commandLine, flagsOf, quoted } from '../../../web/src/experiments/command';
import { interfaceVersion } from '../../../web/src/experiments/record';
import { parseChanges } from '../../../web/src/state/changes';

test('words of a shell stay one word each', () => {
  expect(quoted('gpt2')).toBe('gpt2');
  expect(quoted('Vitrine 19M')).toBe("'Vitrine 19M'");
  expect(quoted("it's; $(no)")).toBe(String.raw`'it'\''s; $(no)'`);
  expect(quoted('')).toBe("''");
});

test.each([
  ['h5.2*0', ['--ablate', '5.2']],
  ['h5.2*0.5', ['--scale', '5.2=0.5']],
  ['a3', ['--skip-attention', 3]],
  ['m0', ['--skip-mlp', 0]],
  ['l4', ['--skip-layer', 4]],
  ['e5.2:9-1', ['--cut', '5.2:9-1']],
  ['e5.*:9-1', ['--cut', '5.*:9-1']],
  ['w6', ['--window', 6]],
  ['nomask', ['--no-mask']],
  ['nopos', ['--no-positions']],
  ['pos+100', ['--positions', 'shift:100']],
  ['pos~17', ['--positions', 'shuffle:17']],
  ['pos=0', ['--positions', 'same']],
  ['t2', ['--attention-temperature', 2]],
  ['ln', ['--no-layernorm']],
  ['ln3', ['--no-layernorm', 3]],
  ['lnf', ['--no-layernorm', 'final']],
  ['kv2', ['--kv-groups', 2]],
] as const)('%s is a flag', (code, flag) => {
  expect(flagsOf(parseChanges(code).interventions)).toEqual([flag]);
});

test('changes from a token on say so once, and the whole line is one that a shell takes', () => {
  const { interventions } = parseChanges('h1.0*0,m2,at=4');
  expect(
    commandLine(
      'why',
      'my model',
      [
        ['--tokens', '1,2'],
        ['--target', 7],
      ],
      interventions,
    ),
  ).toBe("vitrine why 'my model' --tokens 1,2 --target 7 --ablate 1.0 --skip-mlp 2 --from 4");
});

test('a file names the interface that page and engine speak', () =>
  expect(interfaceVersion).toBe(abiVersion));
