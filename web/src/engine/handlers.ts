/** What each call of the protocol asks of the engine. Loading and running, which change the state, are the server's. */
import type { Abi } from './abi';
import { CallError } from './failures';
import type { LoadedModel } from './loading';
import { probe } from './probe';
import type {
  Answer,
  Arguments,
  CallName,
  Distribution,
  DistributionRequest,
  Draw,
  Next,
  NextRequest,
  Sampling,
  Screen,
  Scored,
  Surprise,
  Tensor,
  TensorRequest,
} from './protocol';
import { thumbnails } from './protocol';
import { reason } from './reasons';
import { candidates, extremes, rankRows, rankTexts, surprises } from './scores';
import { carriedOver } from './screen';
import { traceBlob, traceParts } from './trace';

export type Handlers = {
  [K in CallName]: (args: Arguments<K>, signal: AbortSignal) => Answer<K> | Promise<Answer<K>>;
};

/** What the handlers may know of the server; each rejects with the reason the caller is told. */
export interface ServerState {
  engine(): Promise<Abi>;
  /** The model in use. */
  model(): Promise<{ abi: Abi; loaded: LoadedModel }>;
  /** The same, and the number of tokens of the finished run, which must be `run` if one is named. */
  run(run?: number): Promise<{ abi: Abi; loaded: LoadedModel; run: number; tokens: number }>;
  /** Lets newer messages in, and stops when one of them made the work on `loaded` pointless. */
  pause(loaded: LoadedModel, signal: AbortSignal): Promise<void>;
}

/** Longest that newer messages wait for a look at them, ms. */
export const patience = 4;

/** Positions whose logits are looked at between two looks at the messages. */
const surpriseRows = 8;

export function createHandlers(server: ServerState): Omit<Handlers, 'load' | 'run'> {
  return {
    tensor: async ({ run, ...request }) => {
      const { abi, loaded } = await server.run(run);
      return tensorOf(abi, loaded, request);
    },
    screen: async ({ tokens: before, tensors: wanted }, signal) => {
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
    distribution: async (request) => {
      const { abi, loaded } = await server.run(request.run);
      return distribution(abi, loaded, request);
    },
    ranks: async (request) => {
      const { abi, loaded } = await server.run(request.run);
      const summary = summarise(abi, loaded, request);
      const blocks = request.blocks.map((block) => within(block, summary));
      return { ...summary, blocks, data: rankRows(abi, loaded, blocks) };
    },
    rankTexts: async (request) => {
      const { abi, loaded } = await server.run(request.run);
      return rankTexts(abi, loaded, within(request.ranks, summarise(abi, loaded, request)));
    },
    draw: async (request) => {
      const { abi, loaded } = await server.run(request.run);
      summarise(abi, loaded, request);
      return draw(abi, loaded, request);
    },
    merges: async ({ text }) => {
      const { abi, loaded } = await server.model();
      const { pieces, steps } = abi.tokenizerMerges(tokenizerOf(loaded), text);
      return {
        pieces,
        steps: steps.map((step) => ({
          ...step,
          left: Uint8Array.from(step.left),
          right: Uint8Array.from(step.right),
        })),
      };
    },
    encode: async ({ text }) => {
      const { abi, loaded } = await server.model();
      return encode(abi, loaded, text).map((id) => loaded.vocabulary.token(id));
    },
    tokens: async ({ ids }) => {
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
    weight: async ({ name, rows }) => {
      const { abi, loaded } = await server.model();
      return abi.modelWeight(loaded.model, name, rows[0], rows[1]);
    },
    unembed: async ({ vector, finalNorm, count }) => {
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
    nearest: async ({ vector, count }) => {
      const { abi, loaded } = await server.model();
      const { data } = abi.modelNearest(loaded.model, vector, count);
      return Array.from({ length: data.length / 2 }, (_, index) => {
        const id = data[2 * index]!;
        return { id, text: loaded.vocabulary.text(id), score: data[2 * index + 1]! };
      });
    },
    surprise: async ({ run, rows: [begin, end] }, signal) => {
      const { abi, loaded } = await server.run(run);
      const rows: Surprise[] = [];
      for (let at = begin; at < end; at += surpriseRows) {
        rows.push(...surprises(abi, loaded, at, Math.min(at + surpriseRows, end)));
        await server.pause(loaded, signal);
      }
      return rows;
    },
    tensorTable: async () => (await server.engine()).tensorTable(),
    trace: async ({ run }, signal) => {
      const { abi, loaded, tokens } = await server.run(run);
      const parts = traceParts(abi.tensorTable(), loaded.info, tokens);
      return traceBlob(abi, loaded.session, parts, () => server.pause(loaded, signal));
    },
    probe: async (request, signal) => {
      const { abi, loaded } = await server.model();
      const ids = request.ids ?? encode(abi, loaded, request.prompt ?? '');
      return probe(abi, loaded.model, ids, request.heads, () => server.pause(loaded, signal), request.rows);
    },
  };
}

function tensorOf(abi: Abi, { session }: LoadedModel, request: Omit<TensorRequest, 'run'>): Tensor {
  const { name, head, rows, size } = request;
  return name === thumbnails
    ? abi.sessionThumbnails(session, size ?? 1)
    : abi.sessionTensor(session, name, head, rows?.[0], rows?.[1]);
}

/** What follows the last token of the run that has just been finished. */
export function nextOf(abi: Abi, loaded: LoadedModel, run: number, request: NextRequest): Next {
  const { count, around, seed, index } = request;
  return {
    distribution: distribution(abi, loaded, { ...request, run, ranks: [0, count], around }),
    draw: draw(abi, loaded, { seed, index }),
  };
}

function distribution(abi: Abi, loaded: LoadedModel, request: DistributionRequest): Distribution {
  const summary = summarise(abi, loaded, request, request.position);
  const between = (begin: number, end: number) => candidates(abi, loaded, ...within([begin, end], summary));
  const asked = (request.ids ?? []).flatMap((id) => {
    const rank = abi.sessionRankOf(loaded.session, id);
    return candidates(abi, loaded, rank, rank + 1);
  });
  const cut = summary.keptByP - 1;
  const edge = request.around ? between(cut, cut + request.around) : [];
  return { ...summary, candidates: between(...request.ranks), asked, edge };
}

/** Ranks [begin, end) that there are. */
function within(
  [begin, end]: readonly [number, number],
  { vocabulary }: { vocabulary: number },
): [number, number] {
  const first = Math.min(Math.max(begin, 0), vocabulary);
  return [first, Math.min(Math.max(end, first), vocabulary)];
}

interface Summary extends Sampling {
  run: number;
  position: number;
  told: ReturnType<Abi['sessionDistribute']>;
}

/** What each model's session has ranked and distributed last: one screen asks about the same several times. */
const summaries = new WeakMap<LoadedModel, Summary>();

/** Ranks a position's tokens and applies the settings to them; what is asked for next is about these. */
function summarise(abi: Abi, loaded: LoadedModel, request: Sampling & { run: number }, position = -1) {
  const { run, temperature, topK, topP } = request;
  const before = summaries.get(loaded);
  const ranked = before?.run === run && before.position === position;
  if (ranked && before.temperature === temperature && before.topK === topK && before.topP === topP)
    return before.told;
  // Until both are done: the engine may refuse either.
  summaries.delete(loaded);
  if (!ranked) abi.sessionRank(loaded.session, position);
  const told = abi.sessionDistribute(loaded.session, temperature, topK, topP);
  summaries.set(loaded, { run, position, temperature, topK, topP, told });
  return told;
}

/** A token of the distribution last made. */
function draw(abi: Abi, loaded: LoadedModel, { seed, index }: { seed: number; index: number }): Draw {
  const drawn = abi.sessionDraw(loaded.session, seed, index);
  return { ...drawn, text: loaded.vocabulary.text(drawn.id) };
}

function tokenizerOf(loaded: LoadedModel): number {
  if (loaded.tokenizer === 0) {
    throw new CallError(
      'input',
      `"${loaded.info.name}" came without a tokenizer: give token ids instead of text, or open its tokenizer.json too.`,
      reason('no_tokenizer', { name: loaded.info.name }),
    );
  }
  return loaded.tokenizer;
}

export function encode(abi: Abi, loaded: LoadedModel, text: string): number[] {
  const rows = abi.tokenizerEncode(tokenizerOf(loaded), text);
  return Array.from({ length: rows.length / 3 }, (_, token) => rows[3 * token]!);
}
