/** The files of a model among those a reader chose or dropped. */

export interface Opened {
  /** The folder they lie in, or null when they were chosen one by one. */
  name: string | null;
  files: File[];
}

const WANTED =
  /(\.safetensors|^model\.safetensors\.index\.json|^config\.json|^tokenizer\.json|^vocab\.json|^merges\.txt|^card\.json|\.bin|\.pt|\.pth)$/;
/** Folders deeper than this are not looked into. */
const DEPTH = 3;

/** From an input: with a folder, the shallowest one in it that holds weights or a configuration. */
export function fromInput(files: Iterable<File>): Opened {
  return choose([...files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

/** From a drop; folders are looked into. Must be called while the event is handled. */
export async function fromDrop(items: DataTransferItemList): Promise<Opened> {
  const entries = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
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

function choose(found: Found[]): Opened {
  const folders = new Map<string, File[]>();
  for (const { file, path } of found) {
    const folder = path.split('/').slice(0, -1).join('/');
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const depth = (folder: string) => (folder === '' ? 0 : folder.split('/').length);
  const [best] = [...folders.entries()]
    .filter(([, files]) => files.some(({ name }) => name.endsWith('.safetensors') || name === 'config.json'))
    .sort(([a], [b]) => depth(a) - depth(b));
  const [folder, files] = best ?? ['', found.map(({ file }) => file)];
  return { name: folder.split('/').pop() || null, files: files.filter(({ name }) => WANTED.test(name)) };
}
