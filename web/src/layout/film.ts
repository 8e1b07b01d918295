/** Room for a block's number with air beside it, CSS px, by how many digits it has. */
const roomFor = (layers: number) => (layers > 10 ? 17 : 10);

/**
 * On which of two lines each block's number stands over a film of frames `frame` px wide; null where it would touch
 * another. One line where they fit side by side, else two in turn; the chosen block's number always stands.
 */
export function filmNumbers(layers: number, frame: number, chosen: number): (0 | 1 | null)[] {
  const room = roomFor(layers);
  if (frame >= room) return Array.from({ length: layers }, () => 1);
  const every = Math.max(1, Math.ceil(room / (2 * frame)));
  const lineOf = (layer: number): 0 | 1 => (Math.floor(layer / every) % 2 === 0 ? 1 : 0);
  return Array.from({ length: layers }, (_, layer) => {
    if (layer === chosen) return lineOf(layer);
    if (layer % every !== 0) return null;
    const line = lineOf(layer);
    return line === lineOf(chosen) && Math.abs(layer - chosen) * frame < room ? null : line;
  });
}
