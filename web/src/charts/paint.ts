/** How the browser writes what it painted, read into what an SVG file may say. Pure: text in, values out. */

export interface Ink {
  /** `#rrggbb`, or `none`. */
  colour: string;
  opacity: number;
}

const nothing: Ink = { colour: 'none', opacity: 1 };

/** A computed colour: `rgb(1, 2, 3)`, `rgba(1, 2, 3, 0.5)`, `color(srgb 0.1 0.2 0.3 / 0.5)`, `transparent`, `none`. */
export function inkOf(text: string): Ink {
  const inside = /^(rgba?|color)\(([^)]*)\)/.exec(text.trim());
  if (!inside) return /^#[0-9a-f]{6}$/i.test(text) ? { colour: text.toLowerCase(), opacity: 1 } : nothing;
  const numbers = (inside[2]!.match(/-?[\d.]+(e-?\d+)?/gi) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0, opacity = 1] = numbers;
  if (opacity === 0) return nothing;
  const scale = inside[1] === 'color' ? 255 : 1;
  const digits = [red, green, blue].map((part) =>
    Math.round(Math.min(255, Math.max(0, part * scale)))
      .toString(16)
      .padStart(2, '0'),
  );
  return { colour: `#${digits.join('')}`, opacity };
}

/** Colours of a computed gradient, evenly spaced stops; `repeats` tells a hatching from a ramp. */
export function gradientOf(text: string): { colours: Ink[]; repeats: boolean } | null {
  if (!text.includes('linear-gradient')) return null;
  const colours = Array.from(text.matchAll(/(?:rgba?|color)\([^)]*\)/g), ([colour]) => inkOf(colour));
  return { colours, repeats: text.includes('repeating-') };
}

/** A frame drawn as a shadow without blur, `rgb(...) 0px 0px 0px 1.5px`: its colour and width. */
export function frameOf(text: string): { ink: Ink; width: number } | null {
  const found = /^((?:rgba?|color)\([^)]*\)) 0px 0px 0px ([\d.]+)px$/.exec(text);
  return found && { ink: inkOf(found[1]!), width: Number(found[2]) };
}

/** Words with the line each stands in, as lines of text: from the first word's beginning to the last one's end. */
export function linesOf(
  text: string,
  words: readonly { begin: number; end: number; top: number; left: number; right: number }[],
): { text: string; top: number; left: number; right: number }[] {
  const lines: { begin: number; end: number; top: number; left: number; right: number }[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line && Math.abs(line.top - word.top) < 2 && word.left >= line.left) {
      line.end = word.end;
      line.right = Math.max(line.right, word.right);
    } else lines.push({ ...word });
  }
  return lines.map(({ begin, end, top, left, right }) => ({
    text: text.slice(begin, end).replace(/\s+/g, ' '),
    top,
    left,
    right,
  }));
}
