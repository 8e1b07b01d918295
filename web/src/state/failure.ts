import type { Failure } from '../protocol/protocol';
import { type ReasonCode, reasonText } from '../protocol/reasons';
import type { Catalogue } from '../i18n';

/** Reasons whose sentence leaves out what only the engine's own words tell. */
const technical: readonly ReasonCode[] = [
  'request',
  'intervention',
  'header_damaged',
  'model_outdated',
  'tokenizer_entry',
  'tokenizer_kind',
  'worker_failed',
  'engine_fetch',
  'fetch_failed',
  'fetch_broke',
];

/**
 * What happened in the reader's language, and the English original where it says more, or where this page has no
 * sentence for it.
 */
export function failureSentence(
  text: Catalogue,
  { message, reason }: Pick<Failure, 'message' | 'reason'>,
): { said: string | null; quote: string | null } {
  const said = reason ? reasonText(text.reasons, reason) : null;
  return { said, quote: said === null || technical.includes(reason!.code) ? message : null };
}
