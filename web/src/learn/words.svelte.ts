/** The dock's own words: English with its program, another language when it is asked for. */
import type { Locale } from '../i18n';
import type { Same } from '../i18n/same';
import { dock as en } from './text/en/dock';

export type DockWords = Same<typeof en>;
export type Terms = Partial<Record<string, string>>;

let here = $state.raw<Partial<Record<Locale, DockWords>>>({ en });

const sources: Record<Locale, () => Promise<DockWords>> = {
  en: () => Promise.resolve(en),
  ko: async () => (await import('./text/ko/dock')).dock,
};

/** Fetches the words of a language; what cannot be had leaves the dock in the one before. */
export async function learnWords(locale: Locale): Promise<void> {
  if (here[locale]) return;
  const words = await sources[locale]();
  here = { ...here, [locale]: words };
}

export const dockWords = (locale: Locale): DockWords => here[locale] ?? en;

const glossaries: Record<Locale, () => Promise<Terms>> = {
  en: async () => (await import('./text/en/glossary')).glossary,
  ko: async () => (await import('./text/ko/glossary')).glossary,
};

export const glossaryOf = (locale: Locale): Promise<Terms> => glossaries[locale]();
