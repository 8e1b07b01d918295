import { heldEnd, largestBar } from '../../layout/screen/answers';
import type { Candidate } from '../../protocol/protocol';
import { useRun } from '../../state/context';

/** The scale of the answer's bars, 0 to `end`: it begins anew with each text, and a slider only makes it grow. */
export function useBars(listed: () => readonly Candidate[]) {
  const run = useRun();
  let held: number | null = null;
  let heldRun = -2;
  const end = $derived.by(() => {
    if (heldRun !== run.newest) held = null;
    heldRun = run.newest;
    return (held = heldEnd(held, largestBar(listed())));
  });
  return {
    get end() {
      return end;
    },
    /** Width of a share's bar, percent of the whole. */
    width: (value: number) => (100 * Math.min(1, value / end)).toFixed(3),
  };
}
