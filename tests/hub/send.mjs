import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const CHUNK_BYTES = 64 * 1024;

/** [begin, end) that a Range header asks of `size` bytes; null for none or one this server ignores, 'unsatisfiable'. */
export function rangeOf(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 ? 'unsatisfiable' : [Math.max(0, size - last), size];
  }
  const begin = Number(match[1]);
  const end = match[2] === '' ? size : Math.min(size, Number(match[2]) + 1);
  return begin >= size || begin >= end ? 'unsatisfiable' : [begin, end];
}

/** Answers a GET or HEAD for `bytes`, ranges included, with what `fault` (see faults.mjs) does to it. */
export async function send(request, response, bytes, etag, fault) {
  if (fault?.kind === 'drop') return void request.socket.destroy();
  if (fault?.kind === 'status') {
    return void response.writeHead(fault.status, fault.headers ?? {}).end(fault.message ?? '');
  }
  let content = bytes;
  if (fault?.kind === 'short') content = bytes.subarray(0, bytes.length - fault.by);
  if (fault?.kind === 'long') content = Buffer.concat([bytes, Buffer.alloc(fault.by, 7)]);
  if (fault?.kind === 'corrupt') {
    content = Buffer.from(bytes);
    content[fault.at] ^= 0xff;
  }
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    ETag: fault?.kind === 'etag' ? fault.etag : etag,
  };
  const ifRange = request.headers['if-range'];
  const range =
    fault?.kind === 'norange' || fault?.kind === 'gzip' || (ifRange && ifRange !== headers.ETag)
      ? null
      : rangeOf(request.headers.range, content.length);
  if (range === 'unsatisfiable') {
    return void response.writeHead(416, { ...headers, 'Content-Range': `bytes */${content.length}` }).end();
  }
  let body = content;
  let status = 200;
  if (range) {
    status = 206;
    headers['Content-Range'] = `bytes ${range[0]}-${range[1] - 1}/${content.length}`;
    body = content.subarray(range[0], range[1]);
  }
  if (fault?.kind === 'gzip') {
    headers['Content-Encoding'] = 'gzip';
    body = gzipSync(body, { level: 1 });
  }
  headers['Content-Length'] = body.length;
  response.writeHead(status, headers);
  if (request.method === 'HEAD') return void response.end();
  await stream(response, body, fault);
}

/** When the response takes more, or never will. */
function drained(response) {
  return new Promise((done) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      done();
    };
    response.on('drain', settle).on('close', settle);
  });
}

async function stream(response, body, fault) {
  const limit =
    fault?.kind === 'cut' || fault?.kind === 'hang' ? Math.min(fault.at, body.length) : body.length;
  const step =
    fault?.kind === 'slow' ? Math.max(1, Math.min(CHUNK_BYTES, Math.ceil(fault.rate / 20))) : CHUNK_BYTES;
  for (let at = 0; at < limit && !response.destroyed; at += step) {
    const more = response.write(body.subarray(at, Math.min(at + step, limit)));
    if (!more && !response.destroyed) await drained(response);
    if (fault?.kind === 'slow') await wait((1000 * step) / fault.rate);
  }
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'cut') {
    // Let what was written leave before the connection goes.
    await new Promise((done) => response.write('', done));
    return void response.destroy();
  }
  response.end();
}
