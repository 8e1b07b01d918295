/** The experiments of the C interface: what reads a finished run out, and what compares two. Positions -1: the last. */
import type { Abi, Floats, Handle } from './abi';

export const noRival = -1;
export const averageToken = -2;
export const fuses = { mean: 0, max: 1, value: 2 } as const;

/** [points, 3 + 2 top + 3 n]: entropy, KL, largest p; `top` times id, p; for each id logit, p, rank. */
export const sessionLens = (
  abi: Abi,
  session: Handle,
  position: number,
  everyPoint: boolean,
  top: number,
  ids: readonly number[],
): Floats => abi.ask('vt_session_lens', session, position, everyPoint ? 1 : 0, top, Int32Array.from(ids));

/** embed, pos_embed, constant; per layer H heads, attention bias, MLP; difference, rounding. */
export const sessionWhy = (
  abi: Abi,
  session: Handle,
  position: number,
  target: number,
  rival: number,
): Floats => abi.ask('vt_session_why', session, position, target, rival);

export const sessionWhySources = (abi: Abi, session: Handle, layer: number): Floats =>
  abi.ask('vt_session_why_sources', session, layer);

export const sessionWhyNeurons = (abi: Abi, session: Handle, layer: number): Floats =>
  abi.ask('vt_session_why_neurons', session, layer);

/** [L, H, 7]: previous, first, self, duplicate, induction, broad, rows with a repeat. */
export const sessionHeadScores = (abi: Abi, session: Handle, firstRow: number, aside: boolean): Floats =>
  abi.ask('vt_session_head_scores', session, firstRow, aside ? 1 : 0);

/** [L, T] */
export const sessionRollout = (
  abi: Abi,
  session: Handle,
  position: number,
  fuse: keyof typeof fuses,
): Floats => abi.ask('vt_session_rollout', session, position, fuses[fuse]);

/** [L + 1, 4]: length, cosine with the last and with the next, along the last why's direction. */
export const sessionGeometry = (abi: Abi, session: Handle, position: number): Floats =>
  abi.ask('vt_session_geometry', session, position);

/** [L, H, D]: the mean z of each head over the run's tokens. */
export const sessionMeans = (abi: Abi, session: Handle): Floats => abi.ask('vt_session_means', session);

export const sessionUseMeans = (abi: Abi, session: Handle, means: Float32Array): void => {
  abi.ask('vt_session_use_means', session, means);
};

/** From now on the session takes open patches and frozen norms from the other's finished run; 0: from none. */
export const sessionPair = (abi: Abi, session: Handle, other: Handle): void => {
  abi.ask('vt_session_pair', session, other);
};

/** Where two runs first differ by bits: a row of the tensor table, a layer and a token. */
export function sessionFirstDifference(
  abi: Abi,
  session: Handle,
  other: Handle,
): { tensor: number; layer: number; row: number } | null {
  const [differs = 0, tensor = 0, layer = 0, row = 0] = abi.askWhole(
    'vt_session_first_difference',
    session,
    other,
  );
  return differs === 1 ? { tensor, layer, row } : null;
}

/** Changes of the target's logit and of its difference to the rival; p before, after; rank; KL; first guess before, after. */
export const sessionCompare = (
  abi: Abi,
  session: Handle,
  other: Handle,
  target: number,
  rival: number,
): Float32Array => abi.ask('vt_session_compare', session, other, target, rival).data;
