/** The page's calls of the engine's C interface against its header: names, numbers and kinds of arguments, results. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { at } from '../../scripts/project.mjs';
import { abiVersion } from '../../web/src/wasm/abi';

interface Declared {
  result: string;
  /** Types of the parameters, names left out. */
  parameters: string[];
}

const header = readFileSync(at('engine/api/c_api.h'), 'utf8');

/** What c_api.h exports, by name. */
const declared = new Map(
  [...header.matchAll(/^([\w ]+?[ *]+)(vt_\w+)\(([^)]*)\)\s*VT_EXPORT\((\w+)\);/gm)].map(
    ([, result, name, parameters, exported]): [string, Declared] => {
      expect(exported).toBe(name);
      const each = parameters!.trim() === 'void' ? [] : parameters!.split(',');
      return [
        name!,
        {
          result: result!.trim(),
          parameters: each.map((one) =>
            one
              .trim()
              .replace(/\s*\w+$/, '')
              .trim(),
          ),
        },
      ];
    },
  ),
);

interface Called {
  name: string;
  /** `#status`, `#handle` or `#invoke`; `ask` and `askWhole` are statuses. */
  by: string;
  /** Types of the arguments after the name. */
  args: string[];
  line: number;
}

/** Every call that abi.ts and readouts.ts make by name. */
function calls(): Called[] {
  const files = ['web/src/wasm/abi.ts', 'web/src/wasm/readouts.ts'].map((path) => at(path));
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    noEmit: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const found: Called[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const [first, ...rest] = node.arguments;
    if (!first || !ts.isStringLiteral(first) || !first.text.startsWith('vt_')) return;
    const typeOf = (one: ts.Expression) =>
      checker.typeToString(checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(one)));
    found.push({
      name: first.text,
      by: node.expression.name.text,
      args: rest.map(typeOf),
      line: node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1,
    });
  };
  for (const file of files) visit(program.getSourceFile(file)!);
  return found;
}

/** What an argument becomes in C: an array or a text is where it begins and how long it is. */
function inC(type: string): RegExp[] {
  const whole = /^(int32_t|uint32_t|size_t|vt_handle|double)$/;
  if (/^Int32Array/.test(type)) return [/^const int32_t\*$/, whole];
  if (/^Float32Array/.test(type)) return [/^const float\*$/, whole];
  if (/Uint8Array|string/.test(type)) return [/^const char\*$/, whole];
  return [/^(int32_t|uint32_t|size_t|vt_handle|double|void\*)$/];
}

describe('abi.ts', () => {
  const made = calls();

  test('speaks the version of the header', () => {
    expect(header).toContain(`VT_ABI_VERSION = ${abiVersion} `);
  });

  test('calls what the header declares, with as many arguments of the same kinds', () => {
    expect(made.length).toBeGreaterThan(40);
    for (const { name, args, line } of made) {
      const wanted = declared.get(name);
      expect(wanted, `line ${line} calls ${name}, which c_api.h does not export`).toBeDefined();
      const given = args.flatMap(inC);
      expect(given.length, `line ${line}: ${name}(${args.join(', ')})`).toBe(wanted!.parameters.length);
      given.forEach((kind, i) => expect(wanted!.parameters[i], `line ${line}: ${name}`).toMatch(kind));
    }
  });

  test('takes a handle where one is returned, and a status where that says how it went', () => {
    for (const { name, by, line } of made) {
      const { result } = declared.get(name)!;
      if (by === '#handle') expect(result, `line ${line}: ${name}`).toBe('vt_handle');
      if (by === '#status' || by.startsWith('ask')) expect(result, `line ${line}: ${name}`).toBe('int32_t');
    }
  });

  test('leaves nothing that is exported without a caller', () => {
    const elsewhere = [
      'web/src/wasm/byte-kernel.ts',
      'web/src/wasm/threads.ts',
      'web/src/wasm/helper.ts',
      'web/src/wasm/wasm.ts',
      'scripts/bench/engine.ts',
      'scripts/bench/profile.ts',
    ]
      .map((path) => readFileSync(at(path), 'utf8'))
      .join('\n');
    const callers = new Set(made.map(({ name }) => name));
    const idle = [...declared.keys()].filter(
      (name) => !callers.has(name) && !new RegExp(`\\b${name}\\b`).test(elsewhere),
    );
    expect(declared.size).toBeGreaterThan(40);
    expect(idle).toEqual([]);
  });
});
