/** The chapters in the order they are read. Each is fetched when it is opened, with the texts of one language. */
import type { Locale } from '../i18n';
import type { Chapter, ChapterText } from './types';

interface Entry {
  id: string;
  minutes: number;
  chapter: () => Promise<Chapter>;
  text: Record<Locale, () => Promise<ChapterText>>;
}

export const contents: readonly Entry[] = [
  {
    id: 'next',
    minutes: 6,
    chapter: async () => (await import('./chapters/next')).chapter,
    text: {
      en: async () => (await import('./text/en/next')).next,
      ko: async () => (await import('./text/ko/next')).next,
    },
  },
];

export const entryOf = (id: string): Entry | undefined => contents.find((entry) => entry.id === id);

export interface Address {
  chapter: string;
  /** From 0. */
  step: number;
}

/** `next.1` as a place; null where there is no such chapter. */
export function readAddress(text: string): Address | null {
  const [, chapter, step] = /^([a-z]+)(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  return chapter && entryOf(chapter) ? { chapter, step: Math.max(0, Number(step ?? 1) - 1) } : null;
}

export const writeAddress = ({ chapter, step }: Address): string => `${chapter}.${step + 1}`;
