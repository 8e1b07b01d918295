import { useView } from '../state/context';

/**
 * What is opened inside a stage, such as `neuron-17`: kept in the view, so that it is in the link and Escape lets go
 * of it first. To be called while a component is set up.
 */
export function useDetail(kind: string) {
  const view = useView();
  const index = $derived.by(() => {
    const match = new RegExp(`^${kind}-(\\d{1,6})$`).exec(view.detail ?? '');
    return match ? Number(match[1]) : null;
  });
  return {
    get index() {
      return index;
    },
    /** The detail itself while it is of this kind, as `Level` asks. */
    get what() {
      return index === null ? null : view.detail;
    },
    show(to: number | null) {
      view.detail = to === null ? null : `${kind}-${to}`;
    },
  };
}
