/** How the first screen writes numbers: Korean sets the sign close. */
import { percent } from '../../format/format';
import type { Locale } from '../../i18n';

const set = (text: string, locale: Locale) => (locale === 'ko' ? text.replace(' %', '%') : text);

/** 65.7 %, 0.91 %, < 0.01 %. */
export const share = (value: number, locale: Locale) => set(percent(value), locale);

/** 66 %: for the words and the cells, where a decimal would only be in the way. */
export const wholeShare = (value: number, locale: Locale) => set(`${Math.round(100 * value)} %`, locale);
