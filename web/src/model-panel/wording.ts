import { reasonText } from '../protocol/reasons';
import type { Catalogue } from '../i18n';
import { bytes } from '../format/format';
import type { PlainFailure } from '../protocol/model-failure';
import type { Progress } from '../models/progress';

/** The sentence for a failure; what the engine found comes in the reader's language, or in its own words. */
export function failureText(text: Catalogue['models'], { code, values, cause }: PlainFailure): string {
  const detail = cause && reasonText(text.reasons, cause);
  return text.failure[code](detail ? { ...values, detail } : values);
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
