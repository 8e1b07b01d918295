/** What the page says: English comes with its program, another language when it is asked for. */
import { arriving } from '../protocol/stall';
import type { Catalogue, Locale } from '.';
import { en } from './en';

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

const sources: Record<Locale, () => Promise<Catalogue>> = {
  en: () => Promise.resolve(en),
  ko: async () => (await arriving(import('./ko'))).ko,
};
const learnt = new Map<Locale, Catalogue>([['en', en]]);

/** The texts of a language, once they are here. */
export function catalogueOf(locale: Locale): Catalogue | undefined {
  return learnt.get(locale);
}

/** Fetches the texts of a language. Rejects where they cannot be had. */
export async function learn(locale: Locale): Promise<Catalogue> {
  const catalogue = learnt.get(locale) ?? (await sources[locale]());
  learnt.set(locale, catalogue);
  return catalogue;
}
