/** The files of a model among those a reader chose or dropped. */
import { isBlobName, namedByContent, plainName, plainNamed } from './by-content';
import type { Dropped } from './dropped';
import { foreignByName } from './foreign';

export interface Opened {
  /** The folder they lie in, or null when they were chosen one by one. */
  name: string | null;
  /** All of that folder, by the names that belong to what they hold; none where nothing came. */
  files: File[];
}

/** Folders deeper than this are not looked into. */
const DEPTH = 3;

/** From an input: with a folder, the shallowest one in it that holds weights or a configuration. */
export function fromInput(files: Iterable<File>): Promise<Opened> {
  return choose([...files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

/** From a drop, by what `dropped` took of it; folders are looked into. */
export async function fromDrop(entries: Dropped): Promise<Opened> {
  const found: Found[] = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ file: entry, path: entry.name });
    else if (entry) await walk(entry, 0, found);
  }
  return choose(found);
}

interface Found {
  file: File;
  path: string;
}

async function walk(entry: FileSystemEntry, depth: number, found: Found[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ file, path: entry.fullPath.replace(/^\//, '') });
  } else if (depth < DEPTH) {
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // Entries come in batches until an empty one.
    for (;;) {
      const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (batch.length === 0) return;
      for (const inner of batch) await walk(inner, depth + 1, found);
    }
  }
}

/** What makes a folder a model's, the surest first. */
const signs: ((name: string) => boolean)[] = [
  (name) => name.endsWith('.safetensors') || plainName(name) === 'config.json',
  isBlobName,
  (name) => foreignByName(name) !== null,
];

async function choose(found: Found[]): Promise<Opened> {
  const folders = new Map<string, File[]>();
  for (const { file, path } of found) {
    const folder = path.split('/').slice(0, -1).join('/');
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const depth = (folder: string) => (folder === '' ? 0 : folder.split('/').length);
  const sorted = [...folders].sort(([a], [b]) => depth(a) - depth(b));
  const best = signs
    .map((sign) => sorted.find(([, files]) => files.some(({ name }) => sign(name))))
    .find((one) => one !== undefined);
  const [folder, files] = best ?? [sorted[0]?.[0] ?? '', found.map(({ file }) => file)];
  const blobs = files.filter(({ name }) => isBlobName(name));
  const others = files.filter(({ name }) => !isBlobName(name));
  return { name: nameOf(folder), files: [...plainNamed(others), ...(await namedByContent(blobs))] };
}

/** The folder's name; of one in Hugging Face's cache the model's. */
function nameOf(path: string): string | null {
  const parts = path.split('/');
  const cached = /^models--(.+?)--(.+)$/.exec(parts.findLast((part) => part.startsWith('models--')) ?? '');
  return cached ? `${cached[1]}/${cached[2]}` : parts.pop() || null;
}
