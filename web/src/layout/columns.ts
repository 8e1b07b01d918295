/** A column's least and preferred width, and its share of what is left over, in CSS px. */
export interface ColumnWish<N extends string = string> {
  name: N;
  least: number;
  ideal: number;
  grow: number;
}

export interface Span {
  x: number;
  width: number;
}

/**
 * Lays columns side by side over `total` px: below the ideal all shrink in proportion towards their least, above it
 * the rest is shared by `grow`. Never narrower than the least widths, even where they do not fit.
 */
export function solveColumns<N extends string>(wishes: ColumnWish<N>[], total: number): Record<N, Span> {
  const sum = (pick: (wish: ColumnWish<N>) => number) => wishes.reduce((all, wish) => all + pick(wish), 0);
  const ideal = sum((wish) => wish.ideal);
  const least = sum((wish) => wish.least);
  const grow = sum((wish) => wish.grow);
  const extra = Math.max(0, total - ideal);
  const squeeze = total >= ideal ? 0 : Math.min(1, (ideal - total) / Math.max(1, ideal - least));
  const spans = {} as Record<N, Span>;
  let x = 0;
  for (const wish of wishes) {
    const width = wish.ideal - (wish.ideal - wish.least) * squeeze + (grow ? (extra * wish.grow) / grow : 0);
    const end = Math.round(x + width);
    spans[wish.name] = { x: Math.round(x), width: end - Math.round(x) };
    x += width;
  }
  return spans;
}
