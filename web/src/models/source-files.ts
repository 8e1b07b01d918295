/**
 * Where the files of a model come from: a folder of a web site, or files the reader opened. Every way in which
 * that goes wrong is told by name, with what to do.
 */
import { keptFiles } from './kept-source';
import { CallError } from '../protocol/call-error';
import { stallLimit, stallWatch } from '../protocol/stall';
import { sha256 } from './hash';
import { smallLimit } from './http';
import type { ModelFiles, OpenFile } from './model-files';
import type { ModelSource } from '../protocol/protocol';
import { type Reason, reason as why } from '../protocol/reasons';

/** The one file without which nothing works. */
export const weightsFile = 'model.safetensors';

/** Known in the worker, which is of the same build as the page; tests run without a build. */
const bundled = typeof __BUNDLED_FILES__ === 'object' ? __BUNDLED_FILES__ : {};

/** SHA-256 of each file of a site's model, as far as it is known before it is fetched. */
const hashesOf = (source: Extract<ModelSource, { kind: 'site' }>): Record<string, string> =>
  source.sha256 ?? bundled[source.id] ?? {};

/** That of its weights. */
export const weightsHash = (source: ModelSource): string | undefined =>
  source.kind === 'site' ? hashesOf(source)[weightsFile] : undefined;

export function filesOf(source: ModelSource): ModelFiles {
  switch (source.kind) {
    case 'site':
      return siteFiles(source.base, hashesOf(source));
    case 'files':
      return openedFiles(source.files);
    case 'kept':
      return keptFiles(source.id, source.name);
  }
}

function siteFiles(base: string, sha256: Record<string, string>): ModelFiles {
  const folder = new URL(base.endsWith('/') ? base : `${base}/`);
  return {
    weights: [weightsFile],
    total: null,
    where: folder.href,
    async open(name, signal, anew) {
      // What is known of a folder is all of it, but for its card: no other name is asked for in vain.
      if (name !== 'card.json' && Object.keys(sha256).length > 0 && !(name in sha256)) return null;
      const file = await fetchFile(new URL(name, folder), signal, anew ? 'reload' : 'default');
      const wanted = sha256[name];
      if (wanted === undefined) return file;
      if (!file) throw missing(name, folder.href);
      return { ...file, sha256: wanted };
    },
  };
}

/** A file without which the model is not the one that belongs to the page. */
export function missing(name: string, where: string): CallError {
  return new CallError(
    'input',
    `There is no ${name} in ${where}: a model folder holds config.json, ${weightsFile} and the tokenizer's files.`,
    why('file_missing', { name, where }),
  );
}

async function fetchFile(url: URL, signal: AbortSignal, cache: RequestCache): Promise<OpenFile | null> {
  const watch = stallWatch(signal);
  watch.wait();
  const response = await fetch(url, { signal: watch.signal, cache }).catch((reason: unknown) => {
    watch.end();
    if (signal.aborted) throw signal.reason;
    throw watch.stalled
      ? stalled(url.href)
      : network(why('fetch_failed', { where: url.href }), url.href, 'could not be fetched', reason);
  });
  watch.rest();
  if (!response.ok || !response.body || isPage(response)) watch.end();
  if ([404, 410].includes(response.status)) return null;
  if (!response.ok || !response.body)
    throw network(
      why('fetch_status', { where: url.href, status: response.status }),
      url.href,
      `answered ${response.status} ${response.statusText}`.trim(),
    );
  return isPage(response)
    ? null
    : { stream: response.body, size: exactSize(response), where: url.href, watch };
}

/** Hosts of single-page sites answer with the page itself for a file they do not have. */
const isPage = (response: Response) => response.headers.get('content-type')?.startsWith('text/html') === true;

/**
 * Content-Length counts the bytes on the wire: for a compressed response that is not the file's size, and another
 * host's response need not tell us whether it is compressed.
 */
function exactSize(response: Response): number | null {
  const length = response.headers.get('content-length');
  if (length === null || response.headers.has('content-encoding') || response.type === 'cors') return null;
  const size = Number(length);
  return Number.isSafeInteger(size) && size >= 0 ? size : null;
}

function openedFiles(files: File[]): ModelFiles {
  const byName = new Map(files.map((file) => [file.name, file]));
  const weights = [...byName.keys()].filter((name) => name.endsWith('.safetensors')).sort();
  const where = files.map((file) => file.name).join(', ') || 'no files';
  if (weights.length === 0) {
    throw new CallError(
      'input',
      `None of the opened files holds weights (${where}): open ${weightsFile} together with config.json and the tokenizer's files.`,
      why('opened_no_weights', { files: where }),
    );
  }
  return {
    weights,
    total: weights.reduce((sum, name) => sum + (byName.get(name)?.size ?? 0), 0),
    where,
    open: async (name) => {
      const file = byName.get(name);
      return file ? { stream: file.stream(), size: file.size, where: file.name } : null;
    },
  };
}

function network(cause: Reason, where: string, what: string, reason?: unknown): CallError {
  const detail = reason instanceof Error ? ` (${reason.message})` : '';
  return new CallError(
    'network',
    `${where} ${what}${detail}. Check the connection and load the model again.`,
    cause,
  );
}

function stalled(where: string): CallError {
  const seconds = stallLimit / 1000;
  return network(why('fetch_stalled', { where, seconds }), where, `has sent nothing for ${seconds} s`);
}

/** Hands on a file chunk by chunk. Rejects when the stream breaks off or holds less than it promised. */
export async function readChunks(
  file: OpenFile,
  signal: AbortSignal,
  take: (chunk: Uint8Array) => void,
): Promise<number> {
  const reader = file.stream.getReader();
  let received = 0;
  const cancel = () => void reader.cancel().catch(() => undefined);
  // A download ends by its own signal; a file's stream has to be told.
  signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      file.watch?.wait();
      const { done, value } = await reader.read().catch((reason: unknown) => {
        if (signal.aborted) throw signal.reason;
        if (file.watch?.stalled) throw stalled(file.where);
        throw reason instanceof CallError
          ? reason
          : network(
              why('fetch_broke', { where: file.where, got: received }),
              file.where,
              `broke off after ${received} bytes`,
              reason,
            );
      });
      file.watch?.rest();
      signal.throwIfAborted();
      if (done) break;
      received += value.length;
      take(value);
    }
  } finally {
    file.watch?.end();
    signal.removeEventListener('abort', cancel);
    // Without this an abandoned download would go on.
    cancel();
  }
  if (file.size !== null && received < file.size) {
    throw network(
      why('fetch_short', { where: file.where, got: received, wanted: file.size }),
      file.where,
      `ended after ${received} of ${file.size} bytes`,
    );
  }
  return received;
}

/** A small file, whole. A host can send without end: more than `most` bytes are not waited for. */
export async function readAll(
  file: OpenFile,
  signal: AbortSignal,
  most = smallLimit,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let got = 0;
  await readChunks(file, signal, (chunk) => {
    got += chunk.length;
    if (got > most)
      throw new CallError(
        'network',
        `${file.where} goes on after ${most} bytes, more than such a file may have. It was not used.`,
        why('file_endless', { where: file.where, most }),
      );
    chunks.push(chunk);
  });
  return joined(chunks);
}

export function joined(chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A file that is read whole; what is not the file it should be is fetched once more. Null when there is none. */
export async function readVerified(
  files: ModelFiles,
  name: string,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  return twice(async (anew) => {
    const file = await files.open(name, signal, anew);
    if (!file) return null;
    const bytes = await readAll(file, signal);
    await verify(file, bytes);
    return bytes;
  }, signal);
}

/** Rejects, with the address, unless the bytes are those of the file that belongs to the page. */
export async function verify(file: OpenFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  if (file.sha256 !== undefined && (await sha256(bytes)) !== file.sha256) throw other(file);
}

export function other({ where }: OpenFile): CallError {
  return network(
    why('file_other', { where }),
    where,
    'is not the file that belongs to this page: it arrived damaged, or the site has been updated',
  );
}

/** Does it once more, past every cache, when it fails by what came; not when nothing came, and not when it was given up. */
export async function twice<T>(work: (anew: boolean) => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work(false);
  } catch (error) {
    if (signal.aborted || !ofContent(error)) throw error;
    return work(true);
  }
}

const ofContent = (error: unknown) =>
  error instanceof CallError &&
  (error.reason?.code === 'file_other' || error.reason?.code === 'file_missing');
