import { en } from './en';
import { ko } from './ko';

export type Locale = 'en' | 'ko';

/** A catalogue of the same keys: texts stay texts, and messages with values take the same values. */
export type Same<T> = {
  [K in keyof T]: T[K] extends (...values: infer A) => infer R
    ? (...values: A) => R
    : T[K] extends string
      ? string
      : T[K] extends string[]
        ? string[]
        : Same<T[K]>;
};

export type Catalogue = Same<typeof en>;

/** Every text of the page by language; a key missing in one of them does not compile. The page itself fetches all but one. */
export const catalogues: Record<Locale, Catalogue> = { en, ko };

export { preferredLocale } from './spoken';
