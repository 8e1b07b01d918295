import { describe, expect, it } from 'vitest';
import { tasksOf } from '../../scripts/bench/page-tasks.mjs';

const marked = (pid: number, tid: number) => ({ ph: 'R', name: 'here', pid, tid });
const task = (pid: number, tid: number, dur: number, tdur?: number) => ({
  ph: 'X',
  name: 'RunTask',
  pid,
  tid,
  dur,
  tdur,
});

describe('tasksOf', () => {
  it("counts the page's thread alone, by its time on the processor", () => {
    const events = [
      marked(1, 1),
      task(1, 1, 90_000, 12_500),
      task(1, 1, 8_000, 4_000),
      // A worker's, and a page of the browser's own.
      task(1, 2, 200_000, 200_000),
      task(2, 1, 300_000, 300_000),
      { ...task(1, 1, 70_000, 70_000), name: 'FunctionCall' },
    ];
    expect(tasksOf(events, 'here')).toEqual({ longest: 12.5, total: 16.5 });
  });

  it('takes the clock where no other time is told, and nothing for nothing', () => {
    expect(tasksOf([marked(1, 1), task(1, 1, 5_000)], 'here')).toEqual({ longest: 5, total: 5 });
    expect(tasksOf([task(1, 1, 5_000)], 'here')).toEqual({ longest: 0, total: 0 });
    expect(tasksOf([])).toEqual({ longest: 0, total: 0 });
  });
});
