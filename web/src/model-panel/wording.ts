import { type Reason, reasonText } from '../protocol/reasons';
import type { Catalogue } from '../i18n';
import { bytes } from '../format/format';
import type { PlainFailure } from '../models/failure';
import type { Progress } from '../models/progress';

/** The sentence for a failure; what the engine said comes in the reader's language, or is quoted. */
export function failureText(text: Catalogue['models'], { code, values }: PlainFailure): string {
  const told = values['said'] ? reasonText(text.reasons, JSON.parse(String(values['said'])) as Reason) : null;
  return text.failure[code](told ? { ...values, detail: told } : values);
}

/** "Downloading and converting · 312 MB of 548 MB · 24.1 MB/s · 10 s left". */
export function progressText(
  text: Catalogue['models'],
  { stage, received, total, rate, left, pause }: Progress,
): string {
  const parts: string[] = [text.stages[stage]];
  if (total !== null && received > 0) parts.push(text.progress(bytes(received), bytes(total)));
  else if (received > 0) parts.push(bytes(received));
  if (stage === 'pausing' && pause) parts.push(`${Math.ceil(pause / 1000)} s`);
  if (stage === 'downloading' || stage === 'reading' || stage === 'replaying') {
    if (rate !== null) parts.push(text.rate(bytes(rate)));
    if (left !== null) parts.push(text.left(left));
  }
  return parts.join(' · ');
}
