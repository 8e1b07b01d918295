/**
 * Lives with browsers' translators. They put an element with other words in the place of a text, and later changes of the
 * text would go nowhere. Numbers, tokens, names and formulas are never theirs (`translate="no"` on the whole page); prose
 * opts in, an element of one text at a time, and takes its text back when the text changes: the translator sees new words.
 */

/** What a translator leaves in place of a text. */
const isStandIn = (node: Node | null): node is HTMLElement =>
  node instanceof HTMLElement && node.tagName === 'FONT';

/** The element that a text which was taken out gave way to; null where it was taken out for another reason. */
function standInOf({ addedNodes, previousSibling, nextSibling }: MutationRecord): HTMLElement | null {
  return [...addedNodes, previousSibling, nextSibling].find(isStandIn) ?? null;
}

/** Watches `root` until the function it returns is called. */
export function liveWithTranslators(root: Node): () => void {
  const texts = new MutationObserver((records) => {
    for (const { target } of records) {
      const standIn = standIns.get(target);
      if (!standIn?.isConnected) continue;
      standIns.delete(target);
      standIn.replaceWith(target);
    }
  });
  const standIns = new WeakMap<Node, HTMLElement>();
  const watch = new MutationObserver((records) => {
    for (const record of records) {
      const standIn = standInOf(record);
      if (!standIn) continue;
      for (const text of record.removedNodes) {
        if (!(text instanceof Text) || text.isConnected) continue;
        standIns.set(text, standIn);
        texts.observe(text, { characterData: true });
      }
    }
  });
  watch.observe(root, { childList: true, subtree: true });
  return () => {
    watch.disconnect();
    texts.disconnect();
  };
}
