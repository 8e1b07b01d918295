import { pane as en } from './en/experiment-pane';
import { pane as ko } from './ko/experiment-pane';

/** Texts that every view of experiments uses, by language. */
export const pane = { en, ko };
