import { type Disk, MemoryDisk } from './disk';

/** The best storage this browser offers here and now; where it offers none, one without room. */
export async function openDisk(): Promise<Disk> {
  const [{ openOpfs }, { openCache }] = await Promise.all([import('./opfs'), import('./cache')]);
  return (await openOpfs()) ?? (await openCache()) ?? new MemoryDisk(0);
}
