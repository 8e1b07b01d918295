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
  {
    id: 'tokens',
    minutes: 6,
    chapter: async () => (await import('./chapters/tokens')).chapter,
    text: {
      en: async () => (await import('./text/en/tokens')).tokens,
      ko: async () => (await import('./text/ko/tokens')).tokens,
    },
  },
  {
    id: 'vectors',
    minutes: 6,
    chapter: async () => (await import('./chapters/vectors')).chapter,
    text: {
      en: async () => (await import('./text/en/vectors')).vectors,
      ko: async () => (await import('./text/ko/vectors')).vectors,
    },
  },
  {
    id: 'order',
    minutes: 8,
    chapter: async () => (await import('./chapters/order')).chapter,
    text: {
      en: async () => (await import('./text/en/order')).order,
      ko: async () => (await import('./text/ko/order')).order,
    },
  },
  {
    id: 'attention',
    minutes: 9,
    chapter: async () => (await import('./chapters/attention')).chapter,
    text: {
      en: async () => (await import('./text/en/attention')).attention,
      ko: async () => (await import('./text/ko/attention')).attention,
    },
  },
  {
    id: 'heads',
    minutes: 8,
    chapter: async () => (await import('./chapters/heads')).chapter,
    text: {
      en: async () => (await import('./text/en/heads')).heads,
      ko: async () => (await import('./text/ko/heads')).heads,
    },
  },
  {
    id: 'block',
    minutes: 8,
    chapter: async () => (await import('./chapters/block')).chapter,
    text: {
      en: async () => (await import('./text/en/block')).block,
      ko: async () => (await import('./text/ko/block')).block,
    },
  },
  {
    id: 'depth',
    minutes: 6,
    chapter: async () => (await import('./chapters/depth')).chapter,
    text: {
      en: async () => (await import('./text/en/depth')).depth,
      ko: async () => (await import('./text/ko/depth')).depth,
    },
  },
  {
    id: 'sampling',
    minutes: 7,
    chapter: async () => (await import('./chapters/sampling')).chapter,
    text: {
      en: async () => (await import('./text/en/sampling')).sampling,
      ko: async () => (await import('./text/ko/sampling')).sampling,
    },
  },
  {
    id: 'why',
    minutes: 9,
    chapter: async () => (await import('./chapters/why')).chapter,
    text: {
      en: async () => (await import('./text/en/why')).why,
      ko: async () => (await import('./text/ko/why')).why,
    },
  },
  {
    id: 'cost',
    minutes: 9,
    chapter: async () => (await import('./chapters/cost')).chapter,
    text: {
      en: async () => (await import('./text/en/cost')).cost,
      ko: async () => (await import('./text/ko/cost')).cost,
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
