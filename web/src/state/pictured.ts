/** What the picture is of, beside the run on screen. Pure. */
import { thumbnails } from '../protocol/protocol';

/** What the picture is of: the run on screen, the changed model's beside it, or changed minus unchanged. */
export interface Picture {
  of: 'base' | 'changed' | 'difference';
  /** The list of changes, so that one's tensors are not taken for another's. */
  stamp: string;
}

/** The run on screen itself. */
export const own: Picture = { of: 'base', stamp: '' };

/**
 * What a tensor is asked of. Shares are those of the changed model also where the rest is a difference: words and arcs are
 * drawn by them.
 */
export function pictureOf(name: string, picture: Picture | null): Picture {
  if (picture?.of !== 'difference') return picture ?? own;
  const shares = name === thumbnails || name.endsWith('hook_pattern');
  return shares ? { ...picture, of: 'changed' } : picture;
}
