/** What each call of the protocol asks of the engine. Loading and running, which change the state, are the server's. */
import type { Abi } from '../wasm/abi';
import type { Handlers, ServerState } from './calls';
import { encode, tokenizerOf } from './encoding';
import { modelOf } from './changed';
import { experimentHandlers } from './experiments';
import { CallError } from '../protocol/call-error';
import type { LoadedModel } from './loading';
import { distribution, draw, summarise, within } from './next';
import { probe } from './probe';
import type { Of } from '../protocol/experiments';
import type { Screen, Scored, Surprise, Tensor, TensorRequest } from '../protocol/protocol';
import { thumbnails } from '../protocol/protocol';
import { patience } from './queue';
import { reason } from '../protocol/reasons';
import { extremes, rankRows, rankTexts, surprises } from './scores';
import { carriedOver } from './screen';
import { traceBlob, traceParts } from './trace';

/** Positions whose logits are looked at between two looks at the messages. */
const surpriseRows = 8;

export function createHandlers(server: ServerState): Omit<Handlers, 'load' | 'run'> {
  const about = async ({ run, of }: { run: number; of?: Of }) => {
    const { abi, loaded } = await server.run(run);
    return { abi, loaded: modelOf(loaded, run, of) };
  };
  return {
    ...experimentHandlers(server),
    tensor: {
      lane: 'pull',
      run: async ({ run, ...request }) => {
        const { abi, loaded } = await server.run(run);
        return tensorOf(abi, loaded, request);
      },
    },
    screen: {
      lane: 'pull',
      run: async ({ tokens: before, tensors: wanted }, signal) => {
        const { abi, loaded, run, tokens } = await server.run();
        const tensors: Screen['tensors'] = [];
        let since = performance.now();
        for (const one of wanted) {
          const request = carriedOver(one, before, tokens);
          if (!request) continue;
          tensors.push({ request, tensor: tensorOf(abi, loaded, request) });
          if (performance.now() - since < patience) continue;
          await server.pause(loaded, signal);
          since = performance.now();
        }
        return { run, tensors };
      },
    },
    distribution: {
      lane: 'first',
      run: async (request) => {
        const { abi, loaded } = await about(request);
        return distribution(abi, loaded, request);
      },
    },
    ranks: {
      lane: 'first',
      run: async (request) => {
        const { abi, loaded } = await about(request);
        const summary = summarise(abi, loaded, request);
        const blocks = request.blocks.map((block) => within(block, summary));
        return { ...summary, blocks, data: rankRows(abi, loaded, blocks) };
      },
    },
    rankTexts: {
      lane: 'first',
      run: async (request) => {
        const { abi, loaded } = await about(request);
        return rankTexts(abi, loaded, within(request.ranks, summarise(abi, loaded, request)));
      },
    },
    draw: {
      lane: 'pull',
      run: async (request) => {
        const { abi, loaded } = await about(request);
        summarise(abi, loaded, request);
        return draw(abi, loaded, request);
      },
    },
    merges: {
      lane: 'now',
      run: async ({ text, reading }) => {
        const { abi, loaded } = await server.model();
        const trace = abi.tokenizerMerges(tokenizerOf(loaded), text, reading);
        const { pieces, symbols, ids, steps } = trace;
        return {
          pieces,
          symbols: symbols.map((piece) => piece.map((symbol) => Uint8Array.from(symbol))),
          tokens: ids.map((piece) => piece.map((id) => loaded.vocabulary.token(id))),
          steps: steps.map((step) => ({
            ...step,
            left: Uint8Array.from(step.left),
            right: Uint8Array.from(step.right),
          })),
        };
      },
    },
    encode: {
      lane: 'now',
      run: async ({ text }) => {
        const { abi, loaded } = await server.model();
        return encode(abi, loaded, text).map((id) => loaded.vocabulary.token(id));
      },
    },
    tokens: {
      lane: 'now',
      run: async ({ ids }) => {
        const { loaded } = await server.model();
        const { vocabulary } = loaded.info;
        const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
        if (wrong !== undefined)
          throw new CallError(
            'input',
            `There is no token ${wrong}: ids go from 0 to ${vocabulary - 1}.`,
            reason('token_unknown', { got: wrong, high: vocabulary - 1 }),
          );
        return ids.map((id) => loaded.vocabulary.token(id));
      },
    },
    weight: {
      lane: 'now',
      run: async ({ name, rows }) => {
        const { abi, loaded } = await server.model();
        return abi.modelWeight(loaded.model, name, rows[0], rows[1]);
      },
    },
    unembed: {
      lane: 'pull',
      run: async ({ vector, finalNorm, count }) => {
        const { abi, loaded } = await server.model();
        const logits = abi.sessionUnembed(loaded.session, vector, finalNorm);
        const scored = (sign: 1 | -1) =>
          extremes(logits, count, sign).map((id): Scored => ({
            id,
            text: loaded.vocabulary.text(id),
            score: logits[id]!,
          }));
        return {
          up: scored(1),
          down: scored(-1),
          mean: logits.reduce((sum, logit) => sum + logit, 0) / logits.length,
        };
      },
    },
    nearest: {
      lane: 'now',
      run: async ({ vector, count }) => {
        const { abi, loaded } = await server.model();
        const { data } = abi.modelNearest(loaded.model, vector, count);
        return Array.from({ length: data.length / 2 }, (_, index) => {
          const id = data[2 * index]!;
          return { id, text: loaded.vocabulary.text(id), score: data[2 * index + 1]! };
        });
      },
    },
    surprise: {
      lane: 'long',
      run: async ({ run, rows: [begin, end] }, signal) => {
        const { abi, loaded } = await server.run(run);
        const rows: Surprise[] = [];
        for (let at = begin; at < end; at += surpriseRows) {
          rows.push(...surprises(abi, loaded, at, Math.min(at + surpriseRows, end)));
          await server.pause(loaded, signal);
        }
        return rows;
      },
    },
    tensorTable: { lane: 'now', run: async () => (await server.engine()).tensorTable() },
    trace: {
      lane: 'long',
      run: async ({ run }, signal) => {
        const { abi, loaded, tokens } = await server.run(run);
        const parts = traceParts(abi.tensorTable(), loaded.info, tokens);
        return traceBlob(abi, loaded.session, parts, () => server.pause(loaded, signal));
      },
    },
    probe: {
      lane: 'long',
      run: async (request, signal) => {
        const { abi, loaded } = await server.model();
        const ids = request.ids ?? encode(abi, loaded, request.prompt ?? '');
        return probe(abi, loaded.model, ids, request.heads, () => server.pause(loaded, signal), request.rows);
      },
    },
  };
}

function tensorOf(abi: Abi, { session }: LoadedModel, request: Omit<TensorRequest, 'run'>): Tensor {
  const { name, head, rows, size } = request;
  return name === thumbnails
    ? abi.sessionThumbnails(session, size ?? 1)
    : abi.sessionTensor(session, name, head, rows?.[0], rows?.[1]);
}
