/**
 * Where the files of a model come from: a folder of a web site, or files the reader opened. Every way in which
 * that goes wrong is told by name, with what to do.
 */
import { keptFiles } from './kept-source';
import { CallError } from '../protocol/call-error';
import type { ModelFiles, OpenFile } from './model-files';
import type { ModelSource } from '../protocol/protocol';
import { type Reason, reason as why } from '../protocol/reasons';

/** The one file without which nothing works. */
export const weightsFile = 'model.safetensors';

export function filesOf(source: ModelSource): ModelFiles {
  switch (source.kind) {
    case 'site':
      return siteFiles(source.base);
    case 'files':
      return openedFiles(source.files);
    case 'kept':
      return keptFiles(source.id, source.name);
  }
}

function siteFiles(base: string): ModelFiles {
  const folder = new URL(base.endsWith('/') ? base : `${base}/`);
  return {
    weights: [weightsFile],
    total: null,
    where: folder.href,
    open: (name, signal) => fetchFile(new URL(name, folder), signal),
  };
}

async function fetchFile(url: URL, signal: AbortSignal): Promise<OpenFile | null> {
  const response = await fetch(url, { signal }).catch((reason: unknown) => {
    throw signal.aborted
      ? signal.reason
      : network(why('fetch_failed', { where: url.href }), url.href, 'could not be fetched', reason);
  });
  if (response.status === 404 || response.status === 410) return null;
  if (!response.ok || !response.body)
    throw network(
      why('fetch_status', { where: url.href, status: response.status }),
      url.href,
      `answered ${response.status} ${response.statusText}`.trim(),
    );
  // Hosts of single-page sites answer with the page itself for a file they do not have.
  if (response.headers.get('content-type')?.startsWith('text/html')) return null;
  return { stream: response.body, size: exactSize(response), where: url.href };
}

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
      const { done, value } = await reader.read().catch((reason: unknown) => {
        if (signal.aborted) throw signal.reason;
        throw reason instanceof CallError
          ? reason
          : network(
              why('fetch_broke', { where: file.where, got: received }),
              file.where,
              `broke off after ${received} bytes`,
              reason,
            );
      });
      signal.throwIfAborted();
      if (done) break;
      received += value.length;
      take(value);
    }
  } finally {
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

export async function readAll(file: OpenFile, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const size = await readChunks(file, signal, (chunk) => chunks.push(chunk));
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
