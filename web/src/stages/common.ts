import { common as en } from '../i18n/en/stages-common';
import { common as ko } from '../i18n/ko/stages-common';

/** Texts that every opened stage uses, by language. */
export const common = { en, ko };
