import { describe, expect, it } from 'vitest';
import { tasksOf } from '../../scripts/bench/page-tasks.mjs';

const named = (tid: number, name: string) => ({ ph: 'M', name: 'thread_name', pid: 1, tid, args: { name } });
const task = (tid: number, dur: number, tdur?: number) => ({
  ph: 'X',
  name: 'RunTask',
  pid: 1,
  tid,
  dur,
  tdur,
});

describe('tasksOf', () => {
  it("counts the page's thread alone, by its time on the processor", () => {
    const events = [
      named(1, 'CrRendererMain'),
      named(2, 'DedicatedWorker thread'),
      task(1, 90_000, 12_500),
      task(1, 8_000, 4_000),
      task(2, 200_000, 200_000),
      { ...task(1, 70_000, 70_000), name: 'FunctionCall' },
    ];
    expect(tasksOf(events)).toEqual({ longest: 12.5, total: 16.5 });
  });

  it('takes the clock where no other time is told, and nothing for nothing', () => {
    expect(tasksOf([named(1, 'CrRendererMain'), task(1, 5_000)])).toEqual({ longest: 5, total: 5 });
    expect(tasksOf([])).toEqual({ longest: 0, total: 0 });
  });
});
