import { modelPanel as en } from '../i18n/en/model-panel';
import { modelPanel as ko } from '../i18n/ko/model-panel';

/** Texts of the panel about the model in use, by language. */
export const panelWords = { en, ko };
