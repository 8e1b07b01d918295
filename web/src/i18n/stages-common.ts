import { common as en } from './en/stages-common';
import { common as ko } from './ko/stages-common';

/** Texts that every opened stage uses, by language. */
export const common = { en, ko };
