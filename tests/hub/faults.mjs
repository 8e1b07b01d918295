/**
 * Faults of the playing hub. Each says where it strikes and how often:
 *   on: 'api' | 'resolve' | 'cdn'   the listing, the redirect, or the bytes (small files count as bytes too)
 *   file: string | RegExp           the end of the path (for 'api' of the repository); any when left out
 *   times: number                   how many requests it strikes, once when left out
 *   skip: number                    how many it lets by before
 * and what happens:
 *   {kind: 'status', status, code?, message?, headers?}   an answer such as 401, 403, 404, 429, 503
 *   {kind: 'drop'}                  the connection closes before an answer
 *   {kind: 'nocors'}                no Access-Control-Allow-Origin
 *   {kind: 'cut', at}               the connection closes after `at` bytes of the body
 *   {kind: 'hang', at}              nothing more comes after `at` bytes, the connection stays
 *   {kind: 'slow', rate}            bytes a second
 *   {kind: 'short', by} {kind: 'long', by}   the whole answer, its length included, is `by` bytes too short or long
 *   {kind: 'corrupt', at}           one byte differs
 *   {kind: 'gzip'}                  Content-Encoding: gzip
 *   {kind: 'norange'}               Range is ignored: 200 with everything
 *   {kind: 'etag', etag}            another ETag
 */
export function faultFor(faults, on, path) {
  const index = faults.findIndex(
    (fault) => fault.on === on && matches(fault.file, path) && (fault.times ?? 1) > 0,
  );
  if (index < 0) return null;
  const fault = faults[index];
  if (fault.skip > 0) {
    fault.skip -= 1;
    return null;
  }
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) faults.splice(index, 1);
  return fault;
}

function matches(file, path) {
  if (file === undefined) return true;
  return typeof file === 'string' ? path.endsWith(file) : file.test(path);
}
