/** Runs tokens in a session of their own, beside what is on screen. */
import type { Abi, Handle } from './abi';
import type { Probe, ProbeRequest } from './protocol';

/** `pause` is called between blocks; when it rejects, the session goes and nothing is answered. */
export async function probe(
  abi: Abi,
  model: Handle,
  ids: number[],
  heads: ProbeRequest['heads'],
  pause: () => Promise<void>,
): Promise<Probe> {
  const session = abi.sessionNew(model);
  try {
    abi.sessionStart(session, ids);
    while (abi.sessionAdvance(session)) await pause();
    const last = ids.length - 1;
    const row = (name: string, head?: number) => abi.sessionTensor(session, name, head, last, last + 1).data;
    return {
      ids,
      logits: row('logits'),
      patterns: heads.map(({ layer, head }) => row(`blocks.${layer}.attn.hook_pattern`, head)),
    };
  } finally {
    abi.sessionFree(session);
  }
}
