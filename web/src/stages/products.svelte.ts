import { allowedProducts, allProducts, type Scored } from './arithmetic/attention';
import { usePaced } from './paced.svelte';

/** So many products are added up in one go, a few ms; more of them take turns with the frames. */
const atOnce = 2_000_000;

/**
 * q·k of every pair of a head, [T, T]. Of a long text the products with the future come a moment after the others.
 * To be called while a component is set up.
 */
export function useProducts(of: () => Scored | undefined): { readonly current: Float32Array | undefined } {
  const head = $derived(of());
  const few = $derived(head !== undefined && (head.tokens * head.tokens * head.size) / 2 <= atOnce);
  const first = $derived(head && (few ? allProducts(head).next().value || undefined : allowedProducts(head)));
  const whole = usePaced(() => (head && !few ? productsOf(head) : null));
  return {
    get current() {
      return whole.current && whole.current.head === head ? whole.current.products : first;
    },
  };
}

function* productsOf(head: Scored): Generator<void, { head: Scored; products: Float32Array }> {
  return { head, products: yield* allProducts(head, atOnce) };
}
