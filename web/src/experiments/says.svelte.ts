/** What a part of the pass wrote at a position, and the words that it raises and lowers. */
import { headContributions } from '../stages/arithmetic/heads';
import { useWeight } from '../stages/weights.svelte';
import type { Tensor } from '../protocol/protocol';
import { usePull } from '../state/pull.svelte';
import type { Part } from './parts';
import type { Question } from './question.svelte';

/** Words listed either way. */
const listed = 10;

/** A row of a tensor at the position asked about, of the run the question is about. */
export function useRow(about: () => Question, name: () => string | null) {
  const asked = $derived.by(() => {
    const tensor = name();
    const { about: run, position } = about();
    if (!tensor || !run) return null;
    return { name: tensor, rows: [position, position + 1] as [number, number], of: run.of };
  });
  const base = usePull('tensor', () =>
    asked?.of === 'base' ? { name: asked.name, rows: asked.rows } : null,
  );
  const changed = usePull('changedTensor', () =>
    asked?.of === 'changed' ? { name: asked.name, rows: asked.rows } : null,
  );
  return {
    get current(): Tensor | undefined {
      return (asked?.of === 'changed' ? changed : base).current;
    },
  };
}

/** To be called while a component is set up. Null asks for nothing. */
export function useSays(about: () => Question, wanted: () => Part | null) {
  const part = $derived(wanted());
  const width = $derived(about().info?.width ?? 0);
  const row = useRow(about, () => {
    if (!part) return null;
    if (part.kind === 'head') return `blocks.${part.layer}.attn.hook_z`;
    return part.kind === 'mlp' ? `blocks.${part.layer}.hook_mlp_out` : null;
  });
  const weight = useWeight(() =>
    part?.kind === 'head' ? { name: `h.${part.layer}.attn.c_proj.weight`, rows: [0, width] } : null,
  );
  const vector = $derived.by(() => {
    const data = row.current?.data;
    if (!part || !data) return null;
    if (part.kind === 'mlp') return data.length === width ? data : null;
    const { heads } = about();
    const projection = weight.current?.data;
    if (!projection || projection.length !== width * data.length || data.length % heads !== 0) return null;
    return headContributions(projection, data, heads).slice(part.head * width, (part.head + 1) * width);
  });
  const pull = usePull('unembed', () => vector && { vector, finalNorm: true, count: listed });
  return {
    get current() {
      return vector ? pull.current : undefined;
    },
  };
}
