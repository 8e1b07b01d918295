import { untrack } from 'svelte';
import type { Candidate, Ranks } from '../protocol/protocol';
import { useView } from '../state/context';
import { usePull } from '../state/pull.svelte';
import { candidateAt } from './arithmetic/ranks';

type Block = [number, number];

/**
 * The ranks that are on screen, under the sliders. Their numbers come as one array with each move of a slider; their
 * tokens, which no slider moves, once for each text. To be called while a component is set up.
 */
export function useRanks(blocks: readonly (() => Block | null)[]) {
  const view = useView();
  // A slider that moves asks for no tokens: only other ranks do.
  const wanted = blocks.map((block) => {
    const key = $derived(block()?.join(' ') ?? '');
    return () => (key === '' ? null : (key.split(' ').map(Number) as Block));
  });
  const pull = usePull('ranks', () => {
    const asked = wanted.flatMap((block) => {
      const ranks = block();
      return ranks ? [ranks] : [];
    });
    return asked.length > 0 ? { ...view.sampling, blocks: asked } : null;
  });
  const texts = wanted.map((block) =>
    usePull('rankTexts', () => {
      const ranks = block();
      return ranks && { ...untrack(() => view.sampling), ranks };
    }),
  );

  /** Undefined where it is not at hand, or still that of another text. */
  function textAt(rank: number): string | undefined {
    for (const { current, answered, run } of texts) {
      const [begin, end] = answered?.ranks ?? [0, 0];
      if (current && run === pull.run && rank >= begin && rank < end) return current[rank - begin];
    }
    return undefined;
  }

  return {
    get current(): Ranks | undefined {
      return pull.current;
    },
    textAt,
    at: (rank: number): Candidate | undefined => candidateAt(pull.current, rank, textAt(rank)),
  };
}
