// One server for all that is measured: the bench page, the engine, and the models.
import { createServer } from 'node:http';
import { staticFiles } from '../serve.mjs';

/**
 * Serves `folders`, rows of [path, folder], with the headers that isolate a page. Resolves to {url, close()}; the url
 * has no slash at its end.
 */
export async function serveFolders(folders) {
  const rows = [];
  for (const [under, folder] of folders)
    rows.push([under, await staticFiles(folder, { under, isolated: true })]);
  // The longest path first, so that / is what is left.
  rows.sort(([a], [b]) => b.length - a.length);
  const server = createServer((request, response) => {
    const row = rows.find(([under]) => request.url.startsWith(under));
    if (row) return row[1](request, response);
    response.writeHead(404);
    return response.end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      }),
  };
}
