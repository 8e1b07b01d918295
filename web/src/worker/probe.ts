/** Runs tokens in a session of their own, beside what is on screen. */
import type { Abi, Handle } from '../wasm/abi';
import type { Probe, ProbeRequest } from '../protocol/protocol';

/** `pause` is called between blocks; when it rejects, the session goes and nothing is answered. */
export async function probe(
  abi: Abi,
  model: Handle,
  ids: number[],
  heads: ProbeRequest['heads'],
  pause: () => Promise<void>,
  [begin, end] = [ids.length - 1, ids.length],
): Promise<Probe> {
  const session = abi.sessionNew(model);
  try {
    abi.sessionStart(session, ids);
    while (abi.sessionAdvance(session)) await pause();
    const last = ids.length - 1;
    const row = (name: string, head?: number) => abi.sessionTensor(session, name, head, last, last + 1).data;
    return {
      ids,
      logits: await logits(abi, session, [begin, end], pause),
      patterns: heads.map(({ layer, head }) => row(`blocks.${layer}.attn.hook_pattern`, head)),
    };
  } finally {
    abi.sessionFree(session);
  }
}

/** Positions whose logits the engine makes at once: all of a long prompt's would not fit its memory. */
const ROWS = 8;

async function logits(
  abi: Abi,
  session: Handle,
  [begin, end]: [number, number],
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const first = abi.sessionTensor(session, 'logits', -1, begin, Math.min(begin + ROWS, end));
  const size = first.shape[1];
  const all = new Float32Array((end - begin) * size);
  all.set(first.data);
  for (let at = begin + ROWS; at < end; at += ROWS) {
    await pause();
    all.set(abi.sessionTensor(session, 'logits', -1, at, Math.min(at + ROWS, end)).data, (at - begin) * size);
  }
  return all;
}
