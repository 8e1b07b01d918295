import { openCache } from './cache';
import { type Disk, MemoryDisk } from './disk';
import { openOpfs } from './opfs';

/**
 * The best storage this browser offers here and now; where it offers none, one without room. Both ways are
 * part of whoever asks: a worker's script that a later part of it imports is run anew by WebKit.
 */
export async function openDisk(): Promise<Disk> {
  return (await openOpfs()) ?? (await openCache()) ?? new MemoryDisk(0);
}
