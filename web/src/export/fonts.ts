/** The page's own fonts inside a figure that is taken away: what opens it may not have them. */

/** Code points [first, last] of a `unicode-range`: `U+0000-00FF, U+131, U+4??`. Everything where it is not told. */
export function rangesOf(text: string): [number, number][] {
  const parts = Array.from(text.matchAll(/U\+([0-9a-f?]{1,6})(?:-([0-9a-f]{1,6}))?/gi));
  if (parts.length === 0) return [[0, 0x10ffff]];
  return parts.map(([, from = '0', to]) => [
    parseInt(from.replaceAll('?', '0'), 16),
    parseInt(to ?? from.replaceAll('?', 'f'), 16),
  ]);
}

/** Whether one of the characters lies in the ranges. */
export function covers(ranges: readonly [number, number][], characters: Iterable<string>): boolean {
  for (const character of characters) {
    const code = character.codePointAt(0)!;
    if (ranges.some(([first, last]) => code >= first && code <= last)) return true;
  }
  return false;
}

const marks: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The characters that a figure's texts are written with. White space needs no font. */
export function charactersOf(svg: string): Set<string> {
  const written = Array.from(svg.matchAll(/<text\b[^>]*>([^<]*)/g), ([, text = '']) => text).join('');
  const plain = written.replace(/&(\w+);/g, (_, name: string) => marks[name] ?? '');
  return new Set(Array.from(plain).filter((character) => character.trim() !== ''));
}

/** The figure with those parts of the page's fonts in it that its texts need. A part that cannot be had is left out. */
export async function withFonts(svg: string): Promise<string> {
  const characters = charactersOf(svg);
  const faces = await Promise.all(
    Array.from(document.styleSheets).flatMap((sheet) =>
      Array.from(sheet.cssRules).flatMap((rule) =>
        rule instanceof CSSFontFaceRule ? [embedded(rule.style, characters, sheet.href, svg)] : [],
      ),
    ),
  );
  const style = faces.filter(Boolean).join('');
  return style === '' ? svg : svg.replace('</desc>', `</desc><style>${style}</style>`);
}

/** Longest that a font is waited for, ms: a figure is wanted now, and can be read without it. */
const patience = 4000;

/** Each font's file as text, by its address: one figure after the other is taken away, all in the same fonts. */
const fetched = new Map<string, Promise<string>>();

function fontAt(address: string): Promise<string> {
  let font = fetched.get(address);
  if (!font) {
    font = fetch(address, { signal: AbortSignal.timeout(patience) }).then(async (answer) => {
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      return base64(new Uint8Array(await answer.arrayBuffer()));
    });
    fetched.set(address, font);
    // What could not be had is asked for again with the next figure.
    font.catch(() => fetched.delete(address));
  }
  return font;
}

async function embedded(
  face: CSSStyleDeclaration,
  characters: Set<string>,
  sheet: string | null,
  svg: string,
): Promise<string> {
  const family = face.getPropertyValue('font-family').replace(/["']/g, '');
  const address = /url\(["']?([^"')]+)/.exec(face.getPropertyValue('src'))?.[1];
  const ranges = face.getPropertyValue('unicode-range');
  if (!address || !svg.includes(family) || !covers(rangesOf(ranges), characters)) return '';
  try {
    const data = await fontAt(new URL(address, sheet ?? document.baseURI).href);
    const weight = face.getPropertyValue('font-weight') || '100 900';
    // Swapped, not blocked: a picture is drawn at once, and what is blocked then would be missing from it.
    return `@font-face{font-family:'${family}';font-weight:${weight};font-display:swap;src:url(data:font/woff2;base64,${data}) format('woff2');${ranges ? `unicode-range:${ranges};` : ''}}`;
  } catch {
    // Without it the text is set in a font of whoever opens the file, at the measured width.
    return '';
  }
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
