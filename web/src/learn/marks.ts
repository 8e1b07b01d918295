/**
 * The marks of a lesson's text: *strong*, `code`, [word](term:key) and [word](see:stage). A backslash takes the next
 * character as it is; what is not closed is text.
 */

export type Mark =
  { kind: 'plain' | 'strong' | 'code'; text: string } | { kind: 'term' | 'see'; text: string; key: string };

const link = /^\[((?:[^\]\\]|\\.)+)\]\((term|see):([\w-]+)\)/;
const strong = /^\*((?:[^*\\]|\\.)+)\*/;
const code = /^`([^`]+)`/;

const unescaped = (text: string) => text.replace(/\\(.)/gs, '$1');

export function marks(source: string): Mark[] {
  const found: Mark[] = [];
  let plain = '';
  const end = () => {
    if (plain) found.push({ kind: 'plain', text: plain });
    plain = '';
  };
  for (let rest = source; rest;) {
    const mark = /^[[*`]/.test(rest) && (link.exec(rest) ?? strong.exec(rest) ?? code.exec(rest));
    if (mark) {
      end();
      const text = unescaped(mark[1]!);
      if (mark[2]) found.push({ kind: mark[2] as 'term' | 'see', text, key: mark[3]! });
      else found.push({ kind: rest[0] === '*' ? 'strong' : 'code', text });
    } else plain += rest[0] === '\\' ? (rest[1] ?? '') : rest[0]!;
    rest = rest.slice(mark ? mark[0].length : rest[0] === '\\' ? 2 : 1);
  }
  end();
  return found;
}

/** A live value inside a marked text: nothing in it is a mark. */
export const plainly = (text: string): string => text.replace(/[\\[\]*`]/g, '\\$&');

/** What a screen reader or a title is told. */
export const spoken = (source: string): string =>
  marks(source)
    .map(({ text }) => text)
    .join('');
