import { thumbnails } from '../protocol/protocol';
import { headWorthLooking } from '../layout/worth';
import type { EngineState } from './engine.svelte';
import { examples, type Example } from './examples';
import { siteModels } from '../models/bundled';
import type { RunState } from './run.svelte';
import type { ViewState } from './view.svelte';

/** Of a longer text only these last queries are looked at: the patterns of all heads grow with the square of its length. */
const lookedAt = 64;

/** Puts the view on the head worth looking at of the run on screen, unless a person has chosen one meanwhile. */
export async function lookWhereWorth(run: RunState, view: ViewState): Promise<void> {
  const { info, tokens, run: id } = run;
  const { layer, head } = view;
  const keys = tokens.length;
  if (!info || keys < 4) return;
  const rows = Math.min(keys, lookedAt);
  let patterns: Float32Array[] = [];
  if (rows === keys) {
    const { data } = await run.tensor(thumbnails, { size: keys });
    const size = data.length / info.layers;
    patterns = Array.from({ length: info.layers }, (_, l) => data.subarray(l * size, (l + 1) * size));
  } else {
    for (let l = 0; l < info.layers; l += 1) {
      const slice = { rows: [keys - rows, keys] as [number, number] };
      patterns.push((await run.tensor(`blocks.${l}.attn.hook_pattern`, slice)).data);
    }
  }
  const found = headWorthLooking(patterns, { heads: info.heads, rows, keys }, tokens);
  if (found && run.run === id && view.layer === layer && view.head === head)
    view.goTo(found.layer, found.head);
}

/** Shows an example with its head: the one it was measured with where the bundled model is in use, else by the rule. */
export async function beginExample(
  example: Example,
  { run, view, engine }: { run: RunState; view: ViewState; engine: EngineState },
): Promise<void> {
  const shown = engine.phase.source.id === siteModels[0]!.id ? example.shown : null;
  view.pinnedToken = null;
  view.cell = null;
  if (shown) view.goTo(shown.layer, shown.head);
  // What is said of it was measured on its words alone.
  await run.replace(example.text, [], {});
  if (!shown && run.text === example.text) await run.track(lookWhereWorth(run, view)).catch(() => undefined);
}

/** The example whose text stands in the prompt, if any. */
export function exampleOf(text: string): Example | null {
  return examples.find((example) => example.text === text) ?? null;
}
