import { experiments as en } from './en/experiments';
import { experiments as ko } from './ko/experiments';

/** Texts of the experiments, by language; they come with their programs. */
export const experiments = { en, ko };
