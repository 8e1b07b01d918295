import { allowedProducts, allProducts, type Scored } from './arithmetic/attention';
import { usePaced } from './paced.svelte';

/** So many products are added up in one go, a few ms. */
const atOnce = 1 << 20;

/**
 * q·k of every pair of a head, [T, T]. Of a long text the products with the future come a moment after the others.
 * To be called while a component is set up.
 */
export function useProducts(of: () => Scored | undefined): { readonly current: Float32Array | undefined } {
  const head = $derived(of());
  const whole = usePaced(() => (head ? productsOf(head) : null));
  /** Until then. */
  const allowed = $derived(head && allowedProducts(head));
  return {
    get current() {
      return whole.current && whole.current.head === head ? whole.current.products : allowed;
    },
  };
}

function* productsOf(head: Scored): Generator<void, { head: Scored; products: Float32Array }> {
  return { head, products: yield* allProducts(head, atOnce) };
}
