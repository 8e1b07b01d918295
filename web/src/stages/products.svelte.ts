import { useRun } from '../state/context';
import { turns } from '../state/turns';
import { allowedProducts, allProducts, type Scored } from './arithmetic/attention';

/** So many products are added up in one go, a few ms; more of them take turns with the frames. */
const atOnce = 2_000_000;

/**
 * q·k of every pair of a head, [T, T]. Of a long text the products with the future come a moment after the others.
 * To be called while a component is set up.
 */
export function useProducts(of: () => Scored | undefined): { readonly current: Float32Array | undefined } {
  const run = useRun();
  const head = $derived(of());
  const few = $derived(head !== undefined && (head.tokens * head.tokens * head.size) / 2 <= atOnce);
  const first = $derived(head && (few ? allProducts(head).next().value || undefined : allowedProducts(head)));
  let whole = $state.raw<{ head: Scored; products: Float32Array } | null>(null);

  $effect(() => {
    const asked = head;
    if (!asked || few) return;
    const { value, end } = turns.through(allProducts(asked, atOnce));
    void run.track(value).then((products) => {
      if (products) whole = { head: asked, products };
    });
    return end;
  });

  return {
    get current() {
      return whole && whole.head === head ? whole.products : first;
    },
  };
}
