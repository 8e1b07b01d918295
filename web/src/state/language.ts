/** The language of a page that is opened, and what is remembered from one visit to the next. */
import type { Locale } from '../i18n';
import { preferredLocale } from '../i18n/spoken';
import { decodeLink, type Link } from './url';

/** What the page's address asks for. */
export const linkOfAddress = (): Link => decodeLink(location.hash || location.search);

/** The language that the browser prefers. */
export const preferred = (): Locale => preferredLocale(navigator.languages ?? [navigator.language]);

/** The language to begin in: the link's, else the one chosen at an earlier visit, else the browser's. */
export function firstLocale(link: Link): Locale {
  const kept = recall('locale');
  return link.locale ?? (kept === 'en' || kept === 'ko' ? kept : preferred());
}

/** Storage can be forbidden; then nothing is remembered. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`vitrine.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`vitrine.${name}`, value);
  } catch {
    // Nothing to be done, and nothing lost but a preference.
  }
}
