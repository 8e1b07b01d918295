/** The page's own helper thread, in a thread of Node. */
import { parentPort } from 'node:worker_threads';
import type { HelperMessage } from '../../../web/src/wasm/helper';
import '../../../web/src/wasm/helper';

const scope = globalThis as unknown as { onmessage: (event: { data: HelperMessage }) => void };
parentPort!.once('message', (data: HelperMessage) => scope.onmessage({ data }));
