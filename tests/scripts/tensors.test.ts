import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, PLACES } from '../../scripts/project.mjs';
import { GENERATED, listText, render, tensorRows } from '../../scripts/tensor-names.mjs';

const run = promisify(execFile);

test("the page's names are the engine's", async () => {
  expect(await render()).toBe(readFileSync(GENERATED, 'utf8'));
});

test('every row of the list is read', () => {
  const rows = listText().match(/^ {2}(ONCE|LAYER|BLOCK)\(/gm)!;
  expect(tensorRows(listText())).toHaveLength(rows.length);
});

/** The list with one more row, as whoever adds a tensor writes it. */
const listWith = (kind: string) =>
  listText().replace(
    '  BLOCK(mlp_out,',
    `  ${kind}(mlp_gate, "mlp.hook_gate", "mlp", "What a gate lets through", T, F) \\\n  BLOCK(mlp_out,`,
  );

interface Command {
  file: string;
  command: string;
}

/** The compiler and its flags for a source, as the native build calls it, with `overlay` before all other headers. */
function compilation(source: string, overlay: string): { compiler: string; flags: string[] } {
  const file = join(PLACES.native, 'compile_commands.json');
  const commands = JSON.parse(readFileSync(file, 'utf8')) as Command[];
  const words = commands.find((entry) => entry.file === at(source))!.command.split(' ');
  const compiler = words.find(
    (word) => /(\+\+|clang|cc|cl)(-\d+)?(\.exe)?$/.test(word) && !/ccache/.test(word),
  )!;
  const flags = words.flatMap((word, i) =>
    word === '-isystem' ? [word, words[i + 1]!] : /^-(I|std|f)/.test(word) ? [word] : [],
  );
  return { compiler, flags: [`-I${overlay}`, ...flags] };
}

describe('a tensor more', () => {
  const overlay = mkdtempSync(join(tmpdir(), 'vitrine-tensors-'));
  const list = join(overlay, 'model/tensor_list.h');
  beforeAll(() => mkdirSync(join(overlay, 'model')));
  afterAll(() => rmSync(overlay, { recursive: true }));

  const compile = (source: string, ...more: string[]) => {
    const { compiler, flags } = compilation('engine/session/session_tensors.cpp', overlay);
    return run(compiler, [...flags, ...more, source]);
  };

  test('of a block is a line: its field, its memory, its name and its place in a session follow', async () => {
    writeFileSync(list, listWith('BLOCK'));
    const source = join(overlay, 'more.cpp');
    writeFileSync(
      source,
      `#include <cstdio>
       #include "model/activations.cpp"
       #include "session/trace.cpp"
       int main() {
         vitrine::Config config;
         config.n_layer = 1, config.n_head = 2, config.n_embd = 6, config.n_inner = 10;
         float memory[200];
         auto a = vitrine::block_activations(config, memory, 2, 0, 2);
         std::printf("%d %d %s", int(vitrine::activation_floats(config)), int(a.mlp_gate.cols()),
                     vitrine::tensor_name({vitrine::TensorId::mlp_gate, 0}).c_str());
       }`,
    );
    const program = join(overlay, 'more');
    await compile(source, '-o', program);
    const { stdout } = await run(program, []);
    expect(stdout).toBe(`${2 + 6 * 6 + 2 * 10 + 10} 10 blocks.0.mlp.hook_gate`);
    await compile(at('engine/session/session_tensors.cpp'), '-fsyntax-only');
    expect(await render(listWith('BLOCK'))).toContain("name: 'mlp.hook_gate'");
  });

  test('without a place for its values does not compile', async () => {
    writeFileSync(list, listWith('LAYER'));
    await expect(compile(at('engine/session/session_tensors.cpp'), '-fsyntax-only')).rejects.toThrow(
      /deleted function[^]*mlp_gate/,
    );
  });
});
