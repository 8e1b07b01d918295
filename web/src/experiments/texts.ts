import type { experiments } from '../i18n/experiments';

/** The experiments' words in one language. */
export type Catalogue = (typeof experiments)['en'];
