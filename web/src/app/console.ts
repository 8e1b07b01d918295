import { formatChanges, parseChanges } from '../state/changes';
import type { Changed, LensPoint, SweepCell, Why } from '../protocol/experiments';
import type { RunResult, Tensor } from '../protocol/protocol';
import type { EngineState } from '../state/engine.svelte';
import type { Slice } from '../state/cache';
import type { Experiment } from '../state/experiment.svelte';
import type { Picture } from '../state/pictured';
import type { RunState } from '../state/run.svelte';
import type { ViewState } from '../state/view.svelte';
import { address } from '../state/url';

/** `window.vitrine`: the page's numbers for the curious, at the browser's console. */
export interface VitrineConsole {
  /** Puts a text in the prompt box, runs it and resolves when the screen shows its answer. */
  run(text: string): Promise<RunResult>;
  /**
   * A tensor of the run on screen by its TransformerLens name, such as `blocks.3.attn.hook_pattern` (`[H, T, T]`).
   * With `head` only that head's part, with `rows` only tokens `[begin, end)`. While the model is changed: `of` the changed
   * model's run, or its `difference` from the unchanged one's.
   */
  tensor(name: string, slice?: Slice, of?: Picture['of']): Promise<Tensor>;
  /** Names, axes and one-line help of all tensors. */
  tensors(): Promise<unknown>;
  /** The logit lens of a position, the last when left out: every point of the stream read as tokens, `top` of each. */
  lens(options?: { position?: number; top?: number; ids?: number[] }): Promise<LensPoint[]>;
  /** What each part adds to the logit of a token's id, minus a rival's where there is one ('mean': the average token). */
  why(target: number, rival?: number | 'mean'): Promise<Why>;
  /** Runs the text on screen with changes written as in an address, such as 'h5.2*0,w6', and compares. */
  ablate(codes: string): Promise<Changed>;
  /** Changes every head (or block, look, depth) by itself at the last position, and compares the target's prediction. */
  sweep(target: number, over?: 'heads' | 'blocks' | 'looks' | 'depth'): Promise<SweepCell[]>;
  /** A plain copy of what the page shows. */
  state(): Record<string, unknown>;
  /** This help, as text. */
  help(): string;
}

const help = [
  'await vitrine.run("text")                  run a text; resolves when the screen shows it',
  'await vitrine.tensor("name")               {shape, data} of a tensor of that run',
  'await vitrine.tensor("name", {head: 2})    one head of it; {rows: [0, 4]} for some tokens',
  'await vitrine.tensor("name", {}, "changed")  the same in the changed model; "difference" from the unchanged',
  'await vitrine.tensors()                    all names, their axes and what they are',
  'await vitrine.lens({top: 3})               the logit lens: every point of the stream read as tokens',
  "await vitrine.why(id, rival)               what each part adds to a token's logit, or to a difference",
  'await vitrine.ablate("h5.2*0,w6")          the same text in a changed model: before and after',
  'await vitrine.sweep(id, "heads")           every head off by itself: what it does to that token',
  'vitrine.state()                            what the page shows',
].join('\n');

/** The run on screen, which questions name. */
function numberOf({ result }: RunState): number {
  if (!result) throw new Error('there is no run to ask about: type a text first');
  return result.run;
}

interface Shown {
  engine: EngineState;
  run: RunState;
  view: ViewState;
  experiment: Experiment;
}

export function makeConsole({ engine, run, view, experiment }: Shown): VitrineConsole {
  return {
    async run(text) {
      await run.replace(String(text));
      await run.settled();
      if (run.problem) throw new Error(run.problem.message);
      if (!run.result)
        throw new Error('there is nothing to run: the text is empty or no model is loaded yet');
      return run.result;
    },
    tensor: (name, slice = {}, of = 'base') =>
      run.tensor(name, slice, { of, stamp: formatChanges(experiment.codes) }),
    async lens({ position, top = 5, ids = [] } = {}) {
      return engine.call('lens', {
        run: numberOf(run),
        top,
        ids,
        ...(position !== undefined && { position }),
      });
    },
    async why(target, rival) {
      return engine.call('why', { run: numberOf(run), target, ...(rival !== undefined && { rival }) });
    },
    async ablate(codes) {
      const { interventions, faults } = parseChanges(String(codes), run.tokens.length || undefined);
      if (faults.length > 0) throw new Error(`not changes: ${faults.join(', ')}; h5.2*0, m3 and w6 are`);
      return engine.call('changed', { run: numberOf(run), as: 'other', interventions });
    },
    async sweep(target, over = 'heads') {
      const cells: SweepCell[] = [];
      const request = { run: numberOf(run), over, at: 'last' as const, target };
      await engine.sweep(request, (found) => cells.push(...found));
      return cells;
    },
    tensors: () => engine.call('tensorTable', null),
    state: () => ({
      status: run.status,
      model: run.info,
      prompt: run.prompt,
      reading: { ...run.reading },
      appended: [...run.appended],
      tokens: run.empty ? [] : run.tokens.map(({ id, text }) => ({ id, text })),
      run: run.run,
      // The run that the table of next tokens answers: it is shown a frame before the picture.
      newest: run.newest,
      reused: run.result?.reused ?? 0,
      milliseconds: run.result?.milliseconds ?? 0,
      threads: engine.variant?.threads ?? 1,
      kernel: engine.variant?.kernel ?? 'simd',
      layer: view.layer,
      head: view.head,
      at: address(view),
      pinnedToken: view.pinnedToken,
      cell: view.cell,
      pinnedHeads: view.pinnedHeads.map(address),
      order: view.order,
      open: view.open,
      detail: view.detail,
      changes: [...experiment.codes],
      changed: experiment.changed.status,
      comparison: experiment.changed.comparison,
      pictured: experiment.picture?.of ?? null,
      sampling: { ...view.sampling },
      seed: view.seed,
      theme: view.theme,
      locale: view.locale,
    }),
    help: () => help,
  };
}
