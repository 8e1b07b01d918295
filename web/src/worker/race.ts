/** What a new token costs with keys and values kept, and when all of the text is computed again. */
import type { Abi, Handle } from '../wasm/abi';
import type { RaceRequest, RaceSide, RaceStep } from '../protocol/experiments';
import { work } from '../protocol/work';
import type { LoadedModel } from './loading';
import { extremes } from './scores';
import { finish } from './sessions';

/** A step that would take longer is left out, ms. */
const longest = 2000;
/** A step that takes less is measured three times, ms. */
const quick = 100;

/** Same bits, one number at a time: a zero's sign counts, and what is no number is itself. */
function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [x, y] = [a, b].map((part) => new Uint32Array(part.buffer, part.byteOffset, part.length)) as [
    Uint32Array,
    Uint32Array,
  ];
  return x.length === y.length && x.every((bits, i) => bits === y[i]);
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

interface Racer {
  abi: Abi;
  loaded: LoadedModel;
  pause: () => Promise<void>;
}

async function timed(
  { abi, pause }: Racer,
  session: Handle,
  ids: readonly number[],
  again: (() => Promise<void>) | null,
): Promise<number> {
  const times: number[] = [];
  do {
    if (times.length > 0) await again?.();
    const begun = performance.now();
    abi.sessionStart(session, ids);
    const started = performance.now() - begun;
    times.push(started + (await finish(abi, session, pause)));
  } while (again && times.length < 3 && times[0]! < quick);
  return median(times);
}

const logitsOf = (abi: Abi, session: Handle, tokens: number) =>
  abi.sessionTensor(session, 'logits', -1, tokens - 1, tokens).data;

/** One more token, both ways. `expected`: what computing it anew would take, ms. */
async function step(
  racer: Racer,
  kept: Handle,
  ids: readonly number[],
  repeat: boolean,
  expected: number,
): Promise<Omit<RaceStep, 'id' | 'text'>> {
  const { abi, loaded, pause } = racer;
  const tokens = ids.length;
  const back = async () => {
    abi.sessionStart(kept, ids.slice(0, -1));
    await finish(abi, kept, pause);
  };
  const ready = await timed(racer, kept, ids, repeat ? back : null);
  const own: RaceSide = { products: work(loaded.info, tokens - 1, 1), milliseconds: ready };
  if (expected > longest) return { tokens, kept: own, anew: null, equal: true };
  const sessions: Handle[] = [];
  try {
    const times: number[] = [];
    do {
      const session = abi.sessionNew(loaded.model);
      sessions.push(session);
      times.push(await timed(racer, session, ids, null));
    } while (repeat && times.length < 3 && times[0]! < quick);
    const equal = sameBits(logitsOf(abi, kept, tokens), logitsOf(abi, sessions[0]!, tokens));
    const anew = { products: work(loaded.info, 0, tokens), milliseconds: median(times) };
    return { tokens, kept: own, anew, equal };
  } finally {
    for (const session of sessions) abi.sessionFree(session);
  }
}

async function written(
  racer: Racer,
  kept: Handle,
  begun: readonly number[],
  count: number,
  tell: (steps: RaceStep[]) => void,
): Promise<number> {
  const { abi, loaded, pause } = racer;
  let ids = [...begun];
  abi.sessionStart(kept, ids);
  await finish(abi, kept, pause);
  let done = 0;
  for (let expected = 0; done < count && ids.length < loaded.info.context; done += 1) {
    const [id = 0] = extremes(logitsOf(abi, kept, ids.length), 1, 1);
    ids = [...ids, id];
    const found = await step(racer, kept, ids, false, expected);
    expected = found.anew?.milliseconds ?? Infinity;
    tell([{ ...found, id, text: loaded.vocabulary.text(id) }]);
    await pause();
  }
  return done;
}

async function measured(
  racer: Racer,
  kept: Handle,
  text: readonly number[],
  lengths: readonly number[],
  tell: (steps: RaceStep[]) => void,
): Promise<number> {
  const { abi, loaded, pause } = racer;
  let done = 0;
  let [perProduct, last] = [0, 0];
  for (const length of lengths.filter((one) => one >= 2 && one <= loaded.info.context)) {
    const ids = Array.from({ length }, (_, i) => text[i % text.length]!);
    abi.sessionStart(kept, ids.slice(0, -1));
    await finish(abi, kept, pause);
    const expected = Math.max(last, perProduct * work(loaded.info, 0, length));
    const found = await step(racer, kept, ids, true, expected);
    last = found.anew?.milliseconds ?? Infinity;
    perProduct = found.anew ? last / found.anew.products : Infinity;
    tell([{ ...found, id: null, text: '' }]);
    done += 1;
    await pause();
  }
  return done;
}

export async function race(
  abi: Abi,
  loaded: LoadedModel,
  ids: readonly number[],
  { steps = 0, lengths }: RaceRequest,
  pause: () => Promise<void>,
  tell: (steps: RaceStep[]) => void,
): Promise<number> {
  const kept = abi.sessionNew(loaded.model);
  try {
    const racer = { abi, loaded, pause };
    return lengths
      ? await measured(racer, kept, ids, lengths, tell)
      : await written(racer, kept, ids, steps, tell);
  } finally {
    abi.sessionFree(kept);
  }
}
