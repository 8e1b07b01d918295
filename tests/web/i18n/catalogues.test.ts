import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';
import { catalogues as first } from '../../../web/src/i18n';
import { panelWords } from '../../../web/src/model-panel/panel-words';

const source = join(import.meta.dirname, '../../../web/src');

/** With what is fetched later. */
const catalogues = {
  en: { ...first.en, modelPanel: panelWords.en },
  ko: { ...first.ko, modelPanel: panelWords.ko },
};

/** `area.key` of every text, with how many values it takes. */
function keys(catalogue: object, path = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) => {
    const here = `${path}${key}`;
    if (typeof value === 'function') return [`${here}(${value.length})`];
    if (Array.isArray(value)) return [`${here}[${value.length}]`];
    return typeof value === 'object' ? keys(value as object, `${here}.`) : [here];
  });
}

function texts(catalogue: object): string[] {
  return Object.values(catalogue).flatMap((value) => {
    if (typeof value === 'function') return [];
    return typeof value === 'object' ? texts(value as object) : [value as string];
  });
}

describe('catalogues', () => {
  it('have the same keys and values in every language', () => {
    expect(keys(catalogues.ko)).toEqual(keys(catalogues.en));
  });

  it('leave no text empty', () => {
    for (const catalogue of Object.values(catalogues)) {
      for (const text of texts(catalogue)) expect(text.trim()).not.toBe('');
    }
  });

  it('write Korean in Korean: a sentence of Latin letters alone was forgotten', () => {
    const forgotten = texts(catalogues.ko).filter(
      (text) => /[A-Za-z]{3,} [A-Za-z]{2,}/.test(text) && !/[가-힣]/.test(text),
    );
    expect(forgotten).toEqual([]);
  });
});

/** What of a component's markup a person reads and no catalogue holds. Signs, digits and single letters are the same in all languages. */
function bareTexts(markup: string): string[] {
  const found: string[] = [];
  const spoken = new Set(['aria-label', 'title', 'placeholder', 'alt', 'aria-description']);
  /** Names of functions are the same in all languages. */
  const readable = (text: string) =>
    /\p{L}{2,}/u.test(text.replace(/&\w+;/g, '').replace(/\b(cos|exp|softmax)\b/g, ''));
  const visit = (node: unknown, attribute = ''): void => {
    if (Array.isArray(node)) return node.forEach((child) => visit(child, attribute));
    if (typeof node !== 'object' || node === null) return;
    const { type, name, data } = node as { type?: string; name?: string; data?: string };
    // Formulas are written the same in all languages.
    if (
      type === 'Comment' ||
      type === 'Script' ||
      type === 'StyleSheet' ||
      name === 'math' ||
      name === 'code'
    )
      return;
    if (type === 'Text' && readable(data ?? '') && (attribute === '' || spoken.has(attribute)))
      found.push(data!.trim());
    const inside =
      type === 'Attribute'
        ? (name ?? '')
        : type === 'Text'
          ? attribute
          : type === 'StyleDirective'
            ? 'style'
            : type === 'RegularElement'
              ? ''
              : attribute;
    for (const [key, child] of Object.entries(node))
      if (key !== 'css' && key !== 'instance' && key !== 'module') visit(child, inside);
  };
  visit(parse(markup, { modern: true }).fragment);
  return found;
}

describe('components', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.svelte'),
  );

  it('are there to be read', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(bareTexts('<p title="Some title">Some text {x}</p>')).toEqual(['Some title', 'Some text']);
  });

  /** The names of the page, of keys, of functions and of branches are the same in all languages, and so are acronyms. */
  const common = /^(Vit|ine|Esc|main|\W*(exp|softmax|Esc)\W*|[A-Z]{2,4})$/;

  it.each(files)('%s holds no text of its own', (file) => {
    const bare = bareTexts(readFileSync(join(source, file), 'utf8')).filter((text) => !common.test(text));
    expect(bare).toEqual([]);
  });
});
