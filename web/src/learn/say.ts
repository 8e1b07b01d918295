/** How a lesson's texts write live values, so that nothing in a token is taken for a mark. */
import { percent, word } from '../format/format';
import { plainly } from './marks';
import type { Share } from './pick';

/** “word”. */
export const quoted = (text: string): string => `“${plainly(word(text, 20))}”`;

/** “south” 8.8 %, “west” 7.8 %. */
export const listed = (shares: readonly Share[], count = 3): string =>
  shares
    .slice(0, count)
    .map(({ text, share }) => `${quoted(text)} ${percent(share)}`)
    .join(', ');
