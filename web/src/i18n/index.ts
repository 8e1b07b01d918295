import { en } from './en';
import { ko } from './ko';

export type Locale = 'en' | 'ko';

/** A catalogue of the same keys: texts stay texts, and messages with values take the same values. */
export type Same<T> = {
  [K in keyof T]: T[K] extends (...values: infer A) => string
    ? (...values: A) => string
    : T[K] extends string
      ? string
      : T[K] extends string[]
        ? string[]
        : Same<T[K]>;
};

export type Catalogue = Same<typeof en>;

/** Every text of the page by language; a key missing in one of them does not compile. */
export const catalogues: Record<Locale, Catalogue> = { en, ko };

/** Each language by its own name, as a person looking for it would read it. */
export const localeNames: Record<Locale, string> = { en: 'English', ko: '한국어' };

/** The first of the languages a browser prefers that we have. */
export function preferredLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    if (/^en\b/i.test(language)) return 'en';
    if (/^ko\b/i.test(language)) return 'ko';
  }
  return 'en';
}
