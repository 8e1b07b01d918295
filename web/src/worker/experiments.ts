/** What the calls of experiments ask of the engine: read-outs of the run on screen or of the changed one, and sweeps. */
import type { Abi, Handle } from '../wasm/abi';
import {
  averageToken,
  noRival,
  sessionGeometry,
  sessionHeadScores,
  sessionLens,
  sessionRollout,
  sessionWhy,
  sessionWhyNeurons,
  sessionWhySources,
} from '../wasm/readouts';
import type { ExperimentCalls, HeadScores, LensPoint, Of, StreamPoint, Why } from '../protocol/experiments';
import { type Tensor, thumbnails } from '../protocol/protocol';
import type { Handlers, ServerState } from './calls';
import { modelOf, runChanged } from './changed';
import { headTest } from './head-test';
import { pair, patch } from './patching';
import { race } from './race';
import { sweep } from './sweeps';

function lensPoints(
  { shape, data }: Tensor,
  layers: number,
  everyPoint: boolean,
  top: number,
  ids: readonly number[],
  text: (id: number) => string,
): LensPoint[] {
  const columns = shape[1]!;
  const names = Array.from({ length: layers }, (_, layer) =>
    everyPoint ? [`${layer}.pre`, `${layer}.mid`] : [`${layer}.pre`],
  ).flat();
  return [...names, 'final'].map((point, index) => {
    const row = data.subarray(index * columns, (index + 1) * columns);
    const [entropyNats = 0, klNats = 0] = row;
    const finite = !Number.isNaN(entropyNats);
    const listed = Array.from({ length: finite ? top : 0 }, (_, i) => {
      const id = row[3 + 2 * i]!;
      return { id, text: text(id), p: row[4 + 2 * i]! };
    });
    const at = 3 + 2 * top;
    const targets = (finite ? ids : []).map((id, i) => ({
      id,
      logit: row[at + 3 * i]!,
      p: row[at + 3 * i + 1]!,
      rank: row[at + 3 * i + 2]!,
    }));
    return { point, entropyNats, klNats, top: listed, targets };
  });
}

function whyOf(data: Float32Array, layers: number, heads: number, position: number): Why {
  const stride = heads + 2;
  const layerRow = (layer: number) => data.subarray(3 + layer * stride, 3 + (layer + 1) * stride);
  const rows = Array.from({ length: layers }, (_, layer) => layerRow(layer));
  const [embed = 0, posEmbed = 0, constant = 0] = data;
  const [difference = 0, rounding = 0] = data.subarray(3 + layers * stride);
  return {
    ...{ position, difference, constant, rounding, embed, posEmbed },
    heads: rows.map((row) => [...row.subarray(0, heads)]),
    attentionBias: rows.map((row) => row[heads]!),
    mlp: rows.map((row) => row[heads + 1]!),
  };
}

/** Of the last `why`, [L, H, T]. */
function allSources(abi: Abi, session: Handle, layers: number): Tensor {
  const parts = Array.from({ length: layers }, (_, layer) => sessionWhySources(abi, session, layer));
  const [heads = 0, tokens = 0] = parts[0]?.shape ?? [];
  const data = new Float32Array(layers * heads * tokens);
  parts.forEach((part, layer) => data.set(part.data, layer * heads * tokens));
  return { shape: [layers, heads, tokens], data };
}

function scoresOf({ shape, data }: Tensor): HeadScores[][] {
  const [layers = 0, heads = 0, columns = 0] = shape;
  const one = (at: number): HeadScores => {
    const [previous = 0, first = 0, self = 0, duplicate = 0, induction = 0, broad = 0, repeats = 0] =
      data.subarray(at * columns, (at + 1) * columns);
    return { previous, first, self, broad, repeats, ...(repeats > 0 && { duplicate, induction }) };
  };
  return Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: heads }, (_, head) => one(layer * heads + head)),
  );
}

/** Changed minus base; what is -inf in both, a key that neither may see, is no difference. */
export function minus(changed: Float32Array, base: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(changed, (value, i) => (value === base[i] ? 0 : value - base[i]!));
}

export function experimentHandlers(server: ServerState): Pick<Handlers, keyof ExperimentCalls> {
  const about = async ({ run, of }: { run: number; of?: Of }) => {
    const { abi, loaded, tokens } = await server.run(run);
    return { abi, loaded, tokens, session: modelOf(loaded, run, of).session };
  };
  return {
    changed: {
      lane: 'long',
      run: async (request, signal) => {
        const { abi, loaded, ids } = await server.run(request.run);
        return runChanged(abi, loaded, request.ids ?? ids, request, () => server.pause(loaded, signal));
      },
    },
    lens: {
      lane: 'pull',
      run: async ({ position = -1, everyPoint = true, top, ids = [], ...of }) => {
        const { abi, loaded, session } = await about(of);
        const rows = sessionLens(abi, session, position, everyPoint, top, ids);
        const text = (id: number) => loaded.vocabulary.text(id);
        return lensPoints(rows, loaded.info.layers, everyPoint, top, ids, text);
      },
    },
    why: {
      lane: 'pull',
      run: async ({ position = -1, target, rival = noRival, sources, neurons, ...of }) => {
        const { abi, loaded, tokens, session } = await about(of);
        const minusId = rival === 'mean' ? averageToken : rival;
        const { data } = sessionWhy(abi, session, position, target, minusId);
        const at = position === -1 ? tokens - 1 : position;
        const { layers, heads } = loaded.info;
        return {
          ...whyOf(data, layers, heads, at),
          ...(sources && { sources: allSources(abi, session, layers) }),
          ...(neurons !== undefined && { neurons: sessionWhyNeurons(abi, session, neurons) }),
        };
      },
    },
    whySources: {
      lane: 'pull',
      run: async ({ layer, ...of }) => {
        const { abi, session } = await about(of);
        return sessionWhySources(abi, session, layer);
      },
    },
    whyNeurons: {
      lane: 'pull',
      run: async ({ layer, ...of }) => {
        const { abi, session } = await about(of);
        return sessionWhyNeurons(abi, session, layer);
      },
    },
    headScores: {
      lane: 'long',
      run: async ({ firstRow = 1, setFirstAside = false, ...of }) => {
        const { abi, session } = await about(of);
        return scoresOf(sessionHeadScores(abi, session, firstRow, setFirstAside));
      },
    },
    rollout: {
      lane: 'pull',
      run: async ({ position = -1, fuse = 'mean', ...of }) => {
        const { abi, session } = await about(of);
        return sessionRollout(abi, session, position, fuse);
      },
    },
    geometry: {
      lane: 'pull',
      run: async ({ position = -1, ...of }) => {
        const { abi, session } = await about(of);
        const { data } = sessionGeometry(abi, session, position);
        return Array.from({ length: data.length / 4 }, (_, at): StreamPoint => {
          const [length = 0, cosineFinal = 0, cosineNext = 0, along = 0] = data.subarray(4 * at);
          return { length, cosineFinal, cosineNext, along };
        });
      },
    },
    changedTensor: {
      lane: 'pull',
      run: async ({ run, as = 'changed', name, head, rows, size, difference }) => {
        const { abi, loaded } = await server.run(run);
        const of = (session: Handle) =>
          name === thumbnails
            ? abi.sessionThumbnails(session, size ?? 1)
            : abi.sessionTensor(session, name, head, rows?.[0], rows?.[1]);
        const changed = of(modelOf(loaded, run, as).session);
        if (!difference) return changed;
        return { shape: changed.shape, data: minus(changed.data, of(loaded.session).data) };
      },
    },
    sweep: {
      lane: 'long',
      run: async (request, signal) => {
        const { abi, loaded, ids } = await server.run(request.run);
        return sweep(
          ...([abi, loaded, ids, request] as const),
          () => server.pause(loaded, signal),
          (cells) => server.tell({ type: 'cells', asked: request.asked, cells }),
        );
      },
    },
    race: {
      lane: 'long',
      run: async (request, signal) => {
        const { abi, loaded, ids } = await server.run(request.run);
        return race(
          ...([abi, loaded, ids, request] as const),
          () => server.pause(loaded, signal),
          (steps) => server.tell({ type: 'raced', asked: request.asked, steps }),
        );
      },
    },
    pair: {
      lane: 'long',
      run: async (request, signal) => {
        const { abi, loaded, ids } = await server.run(request.run);
        return pair(abi, loaded, ids, request, () => server.pause(loaded, signal));
      },
    },
    patch: {
      lane: 'long',
      run: async (request, signal) => {
        const { abi, loaded, ids } = await server.run(request.run);
        return patch(
          ...([abi, loaded, ids, request] as const),
          () => server.pause(loaded, signal),
          (cells) => server.tell({ type: 'patched', asked: request.asked, cells }),
        );
      },
    },
    headTest: {
      lane: 'long',
      run: async ({ seed }, signal) => {
        const { abi, loaded } = await server.model();
        return headTest(abi, loaded, seed, () => server.pause(loaded, signal));
      },
    },
  };
}
