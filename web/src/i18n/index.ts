import { en } from './en';
import { ko } from './ko';
import type { Same } from './same';

export type Locale = 'en' | 'ko';

export type Catalogue = Same<typeof en>;

/** Every text of the page by language; a key missing in one of them does not compile. The page itself fetches all but one. */
export const catalogues: Record<Locale, Catalogue> = { en, ko };
