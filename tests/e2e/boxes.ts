/** Where the text of a page lies: what overlaps, what is cut off, what sits on a card's edge. Runs inside the page. */
import type { Page } from 'playwright-core';

/** One fault, in words: what kind, the texts, and where. */
export type Fault = string;

/**
 * Faults of the text that is visible. A text's box is taken a little smaller than its line, as letters do not fill the
 * line's height; rotated labels are compared by their turned boxes. Texts of different floating layers (dialogs, sticky
 * and fixed boxes) may cover each other.
 */
export function textFaults(page: Page): Promise<Fault[]> {
  return page.evaluate(() => {
    interface Point {
      x: number;
      y: number;
    }
    interface Box {
      text: string;
      corners: Point[];
      layer: Element | null;
      node: Node;
      turned: boolean;
    }
    /** Letters leave this share of a line's height empty above and below. */
    const airAbove = 0.22;
    const airBelow = 0.2;
    /** Overlaps up to this many CSS px are rounding. */
    const slack = 1.5;

    const styles = new Map<Element, CSSStyleDeclaration>();
    const styleOf = (element: Element) => {
      let style = styles.get(element);
      if (!style) styles.set(element, (style = getComputedStyle(element)));
      return style;
    };
    const ancestors = (from: Element | null) => {
      const list: Element[] = [];
      for (let one = from; one; one = one.parentElement) list.push(one);
      return list;
    };
    const isTurned = (element: Element) => {
      const { transform } = styleOf(element);
      return transform !== 'none' && Math.abs(new DOMMatrix(transform).b) > 0.01;
    };
    const short = (text: string) => {
      const one = text.replace(/\s+/g, ' ').trim();
      return one.length > 40 ? `${one.slice(0, 40)}…` : one;
    };
    const at = (corners: Point[]) =>
      `(${Math.round(Math.min(...corners.map(({ x }) => x)))}, ${Math.round(Math.min(...corners.map(({ y }) => y)))})`;
    const rectangle = (left: number, top: number, right: number, bottom: number): Point[] => [
      { x: left, y: top },
      { x: right, y: top },
      { x: right, y: bottom },
      { x: left, y: bottom },
    ];

    /** The element's own box, turned as it is drawn: its corners before the turn, carried to where its bounds are. */
    function turnedCorners(element: HTMLElement): Point[] {
      const style = styleOf(element);
      const matrix = new DOMMatrix(style.transform);
      const [ox, oy] = style.transformOrigin.split(' ').map(parseFloat) as [number, number];
      const { offsetWidth: width, offsetHeight: height } = element;
      const air = { top: height * airAbove, bottom: height * (1 - airBelow) };
      const turn = (corners: Point[]) =>
        corners.map(({ x, y }) => {
          const to = matrix.transformPoint({ x: x - ox, y: y - oy });
          return { x: to.x + ox, y: to.y + oy };
        });
      const whole = turn(rectangle(0, 0, width, height));
      const bounds = element.getBoundingClientRect();
      const dx = bounds.left - Math.min(...whole.map(({ x }) => x));
      const dy = bounds.top - Math.min(...whole.map(({ y }) => y));
      return turn(rectangle(0, air.top, width, air.bottom)).map(({ x, y }) => ({ x: x + dx, y: y + dy }));
    }

    /** How deep two convex shapes lie in each other: the least move that parts them, or 0. */
    function depth(a: Point[], b: Point[]): number {
      let least = Infinity;
      for (const shape of [a, b]) {
        for (let i = 0; i < shape.length; ++i) {
          const from = shape[i]!;
          const to = shape[(i + 1) % shape.length]!;
          const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
          const normal = { x: (from.y - to.y) / length, y: (to.x - from.x) / length };
          const span = (points: Point[]) => {
            const along = points.map(({ x, y }) => x * normal.x + y * normal.y);
            return [Math.min(...along), Math.max(...along)] as const;
          };
          const [aLow, aHigh] = span(a);
          const [bLow, bHigh] = span(b);
          least = Math.min(least, aHigh - bLow, bHigh - aLow);
          if (least <= 0) return 0;
        }
      }
      return least;
    }

    const faults = new Set<string>();
    const boxes: Box[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const modal = document.querySelector('dialog[open]');
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      const text = node.nodeValue ?? '';
      if (!parent || !text.trim() || parent.closest('option, script, style, title, desc, noscript, math'))
        continue;
      if (modal && !modal.contains(parent)) continue;
      if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const chain = ancestors(parent);
      // What only screen readers are to hear is drawn as a clipped dot.
      if (chain.some((one) => one.clientWidth === 1 && one.clientHeight === 1)) continue;
      const turned = chain.find((one) => isTurned(one));
      const layer =
        chain.find((one) => /fixed|sticky/.test(styleOf(one).position) || one.tagName === 'DIALOG') ?? null;
      if (turned) {
        boxes.push({ text, corners: turnedCorners(turned as HTMLElement), layer, node, turned: true });
        continue;
      }
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (rect.width < 1 || rect.height < 1) continue;
        const ink = {
          left: rect.left,
          right: rect.right,
          top: rect.top + rect.height * airAbove,
          bottom: rect.bottom - rect.height * airBelow,
        };
        const seen = { ...ink };
        let excused = false;
        for (const one of chain) {
          const style = styleOf(one);
          if (one === document.documentElement || one === document.body) break;
          const box = one.getBoundingClientRect();
          const cutX = style.overflowX !== 'visible';
          const cutY = style.overflowY !== 'visible';
          if (!cutX && !cutY) continue;
          const scrolls =
            /auto|scroll/.test(style.overflowX + style.overflowY) ||
            (style.textOverflow === 'ellipsis' && rect.height <= box.height + 4);
          if (cutX) {
            if (box.left > seen.left + slack || box.right < seen.right - slack) excused ||= scrolls;
            seen.left = Math.max(seen.left, box.left);
            seen.right = Math.min(seen.right, box.right);
          }
          if (cutY) {
            if (box.top > seen.top + slack || box.bottom < seen.bottom - slack) excused ||= scrolls;
            seen.top = Math.max(seen.top, box.top);
            seen.bottom = Math.min(seen.bottom, box.bottom);
          }
        }
        const gone = seen.right - seen.left < 1 || seen.bottom - seen.top < 1;
        const cut =
          seen.left > ink.left + slack ||
          seen.right < ink.right - slack ||
          seen.top > ink.top + slack ||
          seen.bottom < ink.bottom - slack;
        if (cut && !excused)
          faults.add(`cut off: “${short(text)}” ${at(rectangle(ink.left, ink.top, ink.right, ink.bottom))}`);
        if (gone) continue;
        // A link that shows itself when focused waits far outside.
        if (seen.right < 0) continue;
        if (seen.left < -slack || seen.right > innerWidth + slack)
          faults.add(`beyond the window: “${short(text)}” ${Math.round(seen.right)} > ${innerWidth}`);
        boxes.push({
          text,
          corners: rectangle(seen.left, seen.top, seen.right, seen.bottom),
          layer,
          node,
          turned: false,
        });
      }
    }

    const bounds = boxes.map(({ corners }) => ({
      left: Math.min(...corners.map(({ x }) => x)),
      right: Math.max(...corners.map(({ x }) => x)),
      top: Math.min(...corners.map(({ y }) => y)),
      bottom: Math.max(...corners.map(({ y }) => y)),
    }));
    for (let i = 0; i < boxes.length; ++i) {
      for (let j = i + 1; j < boxes.length; ++j) {
        const [a, b] = [boxes[i]!, boxes[j]!];
        const [p, q] = [bounds[i]!, bounds[j]!];
        if (p.left >= q.right || q.left >= p.right || p.top >= q.bottom || q.top >= p.bottom) continue;
        if (a.layer !== b.layer || a.node === b.node) continue;
        if (depth(a.corners, b.corners) > slack)
          faults.add(`overlap: “${short(a.text)}” ${at(a.corners)} and “${short(b.text)}” ${at(b.corners)}`);
      }
    }

    // The front card of a drawing is the last of its rectangles; its edge must not run through a text.
    for (const card of document.querySelectorAll('svg rect:last-of-type')) {
      const style = styleOf(card);
      if (style.stroke === 'none' || style.fill === 'none' || !card.checkVisibility()) continue;
      const { left, right, top, bottom } = card.getBoundingClientRect();
      if (right - left < 60 || bottom - top < 60) continue;
      boxes.forEach(({ text, turned }, i) => {
        const box = bounds[i]!;
        if (turned || box.right < left || box.left > right) return;
        const onTop = box.top < top - slack && box.bottom > top + slack;
        const onFoot = box.top < bottom - slack && box.bottom > bottom + slack;
        if (onTop || onFoot) faults.add(`on the card's edge: “${short(text)}” at ${Math.round(box.top)}`);
      });
    }
    return [...faults];
  });
}
