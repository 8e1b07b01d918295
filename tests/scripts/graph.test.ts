/** Suites and builds as a graph: who begins when, what a failure costs, and what the log looks like. */
import { describe, expect, it } from 'vitest';
import { costsToEnd, runGraph } from '../../scripts/graph.mjs';
import { OrderedLog, say } from '../../scripts/log.mjs';
import { Problem } from '../../scripts/project.mjs';
import { runSuites } from '../../scripts/test.mjs';
import { BUILDS, SUITES } from '../../scripts/suites.mjs';

/** Tasks that end when the test lets them, and the order in which they began. */
function played() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const task = (name: string, needs: string[] = [], { slots = 1, cost = 1 } = {}) => ({
    name,
    needs,
    slots,
    cost,
    run: () =>
      new Promise<string>((resolve, reject) => {
        begun.push(name);
        ends.set(name, (error) => (error ? reject(error) : resolve(name)));
      }),
  });
  /** Ends a task and lets those that waited for it begin. */
  const end = async (name: string, error?: Error) => {
    ends.get(name)!(error);
    await new Promise(setImmediate);
  };
  return { begun, task, end };
}

describe('runGraph', () => {
  it('runs as many tasks as there are slots, the longest way to the end first', async () => {
    const { begun, task, end } = played();
    const tasks = [
      task('short', [], { cost: 5 }),
      task('first', [], { cost: 1 }),
      task('long', ['first'], { cost: 9 }),
      task('middle', [], { cost: 7 }),
    ];
    const all = runGraph(tasks, 2);
    await new Promise(setImmediate);
    expect(begun).toEqual(['first', 'middle']);
    await end('first');
    expect(begun).toEqual(['first', 'middle', 'long']);
    await end('middle');
    expect(begun.at(-1)).toBe('short');
    await end('long');
    await end('short');
    expect([...(await all).values()]).toHaveLength(4);
  });

  it('gives a task that takes all slots the machine to itself', async () => {
    const { begun, task, end } = played();
    const all = runGraph([task('wide', [], { slots: 2, cost: 9 }), task('a'), task('b')], 2);
    await new Promise(setImmediate);
    expect(begun).toEqual(['wide']);
    await end('wide');
    expect(begun).toEqual(['wide', 'a', 'b']);
    await end('a');
    await end('b');
    expect((await all).size).toBe(3);
  });

  it('runs a task that asks for more slots than there are', async () => {
    const { task, end } = played();
    const all = runGraph([task('wide', [], { slots: 2 })], 1);
    await new Promise(setImmediate);
    await end('wide');
    expect((await all).get('wide')).toEqual({ value: 'wide' });
  });

  it('leaves out what needs a task that failed, and all that needs that', async () => {
    const { begun, task, end } = played();
    const all = runGraph([task('build'), task('test', ['build']), task('after', ['test']), task('other')], 1);
    await new Promise(setImmediate);
    const error = new Error('no compiler');
    await end('build', error);
    await end('other');
    expect(begun).toEqual(['build', 'other']);
    expect(Object.fromEntries(await all)).toEqual({
      build: { error },
      test: { lacks: 'build' },
      after: { lacks: 'test' },
      other: { value: 'other' },
    });
  });

  it('refuses a need that is no task, and a circle', async () => {
    const { task } = played();
    await expect(runGraph([task('a', ['b'])], 1)).rejects.toThrow('a needs b, which is no task');
    await expect(runGraph([task('a', ['b']), task('b', ['a'])], 1)).rejects.toThrow('a > b > a');
  });
});

it('costsToEnd adds the dearest chain of those that wait', () => {
  const task = (name: string, cost: number, needs: string[] = []) => ({ name, cost, needs });
  const tasks = [task('a', 1), task('b', 2, ['a']), task('c', 5, ['a']), task('d', 4, ['b'])];
  expect(Object.fromEntries(costsToEnd(tasks))).toEqual({ a: 7, b: 6, c: 5, d: 4 });
});

/** A promise that the test resolves. */
function later() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe('OrderedLog', () => {
  it('keeps the words of a section together and prints sections in order, the first one as it is written', async () => {
    let printed = '';
    const log = new OrderedLog(['first', 'second', 'third'], {
      write: (text: string) => void (printed += text),
    });
    const [first, second] = [later(), later()];
    const writing = [
      log.write('first', async () => {
        say('1a');
        await first.promise;
        say('1b');
      }),
      log.write('second', async () => {
        say('2a');
        await second.promise;
        say('2b');
      }),
      log.write('third', async () => say('3')),
    ];
    expect(printed).toBe('1a\n');
    first.resolve();
    await writing[0];
    expect(printed).toBe('1a\n1b\n2a\n');
    second.resolve();
    await Promise.all(writing);
    expect(printed).toBe('1a\n1b\n2a\n2b\n3\n');
  });

  it('passes by a section that nobody writes', async () => {
    let printed = '';
    const log = new OrderedLog(['first', 'second'], { write: (text: string) => void (printed += text) });
    await log.write('second', async () => say('2'));
    expect(printed).toBe('');
    log.end('first');
    expect(printed).toBe('2\n');
  });
});

describe('runSuites', () => {
  const build = (name: string, needs: string[] = [], run: () => unknown = () => undefined) => ({
    name,
    needs,
    cost: 1,
    run: async () => run(),
  });
  const suite = (name: string, needs: string[], counts = { passed: 2, failed: 0 }) => ({
    name,
    about: `about ${name}`,
    needs,
    cost: 1,
    run: async () => counts,
  });
  function logOf(names: string[]) {
    const lines: string[] = [];
    return { lines, log: new OrderedLog(names, { write: (text: string) => void lines.push(text.trim()) }) };
  }

  it('builds what the suites need, once, and nothing else', async () => {
    const built: string[] = [];
    const builds = ['base', 'used', 'unused'].map((name) =>
      build(name, name === 'base' ? [] : ['base'], () => built.push(name)),
    );
    const { log } = logOf(['a', 'b']);
    const { suites } = await runSuites([suite('a', ['used']), suite('b', ['used'])], builds, { log });
    expect(built).toEqual(['base', 'used']);
    expect(suites).toMatchObject([
      { name: 'a', passed: 2, failed: 0 },
      { name: 'b', passed: 2, failed: 0 },
    ]);
  });

  it('counts a suite whose build failed as one failure, and tells what the build said once', async () => {
    const builds = [
      build('broken', [], () => {
        throw new Problem('no compiler');
      }),
      build('on it', ['broken']),
    ];
    const { lines, log } = logOf(['a', 'b']);
    const { suites } = await runSuites([suite('a', ['on it']), suite('b', ['broken'])], builds, { log });
    expect(suites).toMatchObject([
      { name: 'a', passed: 0, failed: 1 },
      { name: 'b', passed: 0, failed: 1 },
    ]);
    expect(lines.join('\n').match(/no compiler/g)).toHaveLength(1);
    expect(lines.join('\n')).toContain('a: not run');
    expect(lines.join('\n')).toContain('b: not run');
  });

  it('does not run a suite that needs one that failed, unless that one was not asked for', async () => {
    const [smoke, rest] = [suite('smoke', [], { passed: 1, failed: 1 }), suite('rest', ['smoke'])];
    const { lines, log } = logOf(['smoke', 'rest']);
    const { suites } = await runSuites([smoke, rest], [], { log });
    expect(suites).toMatchObject([
      { passed: 1, failed: 1 },
      { passed: 0, failed: 1 },
    ]);
    expect(lines.at(-1)).toBe('=== rest: not run: smoke failed, see there');
    expect((await runSuites([rest], [], { log: logOf(['rest']).log })).suites).toMatchObject([
      { passed: 2, failed: 0 },
    ]);
  });

  it('tells when a build or a suite begins and ends, and nothing of what never ran', async () => {
    const builds = [
      build('good'),
      build('broken', [], () => {
        throw new Problem('no compiler');
      }),
    ];
    const told: string[] = [];
    await runSuites([suite('a', ['good']), suite('b', ['broken'])], builds, {
      ...{ log: logOf(['a', 'b']).log, slots: 1 },
      progress: (line: string) => void told.push(line.replace(/[\d.]+ s$/, 'N s')),
    });
    expect(told).toEqual([
      'the build of good begins',
      'the build of good ended after N s',
      'the build of broken begins',
      'the build of broken failed after N s',
      'a begins',
      'a ended after N s',
    ]);
  });
});

it('every need of the suites is a build or a suite, and builds into the same folder wait for each other', () => {
  const names = [...BUILDS, ...SUITES].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { needs } of [...BUILDS, ...SUITES]) expect(names).toEqual(expect.arrayContaining(needs));
  const needsOf = (name: string) => BUILDS.find((row) => row.name === name)!.needs;
  expect(needsOf('wasm tests')).toContain('vitrine.wasm');
  expect(needsOf('vitrine_tests')).toContain('vitrine');
});
