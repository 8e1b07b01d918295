// What `npm run bench` may be asked for.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Problem } from '../project.mjs';

export const USAGE = `usage: npm run bench -- [options]
  --runtime node|chromium   where; both when left out
  --model DIR               a folder with config.json and model.safetensors; the bundled model and one of GPT-2 small's
                            shape with random weights when left out
  --tokens 8,32,...         lengths of the prompts that are run from nothing
  --threads 1,all           how many threads, one after the other; numbers or all
  --dtype q8,f32            in which precisions
  --simd                    without the kernel for relaxed SIMD, as in a browser that lacks it
  --peers                   in Chromium, also run onnxruntime-web and wllama on the same weights (they are installed
                            on demand)
  --experiments             what the experiments cost instead, each beside its budget: int8, one thread, in Node
  --json [FILE]             print JSON alone, or write it to FILE beside the lines; npm prints two lines of its own
                            before, but for \`npm run --silent bench -- --json\`
  --quick                   the bundled model, few repetitions: whether it works, not how fast`;

const refuse = (text) => {
  throw new Problem(`${text}\n${USAGE}`);
};

/** `a,b,c` -> ['a', 'b', 'c'] without doubles. */
const list = (name, text) => {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === ''))
    refuse(`--${name} ${text}: names or numbers with commas between are wanted`);
  return [...new Set(parts)];
};

const oneOf = (name, allowed) => (part) =>
  allowed.includes(part) ? part : refuse(`--${name} ${part}: ${allowed.join(' or ')} is wanted`);

const whole = (name, largest) => (part) => {
  const value = /^\d{1,6}$/.test(part) ? Number(part) : 0;
  return value >= 1 && value <= largest
    ? value
    : refuse(`--${name} ${part}: a whole number from 1 to ${largest} is wanted`);
};

const MOST_THREADS = 16;

/** The options of a command line; throws a Problem that tells the usage. `cores`: what `all` stands for. */
export function readOptions(args, cores = availableParallelism()) {
  // --json may stand alone; parseArgs has no optional values.
  const given = args.map((arg, index) =>
    arg === '--json' && (index + 1 === args.length || args[index + 1].startsWith('-')) ? '--json=' : arg,
  );
  let values;
  try {
    ({ values } = parseArgs({
      args: given,
      options: {
        runtime: { type: 'string' },
        model: { type: 'string' },
        tokens: { type: 'string' },
        threads: { type: 'string' },
        dtype: { type: 'string' },
        simd: { type: 'boolean', default: false },
        peers: { type: 'boolean', default: false },
        experiments: { type: 'boolean', default: false },
        json: { type: 'string' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    refuse(error.message);
  }
  const { quick } = values;
  const threads = (part) =>
    part === 'all' ? Math.min(cores, MOST_THREADS) : whole('threads', MOST_THREADS)(part);
  const runtimes = list('runtime', values.runtime ?? 'node,chromium').map(
    oneOf('runtime', ['node', 'chromium']),
  );
  if (values.peers && !runtimes.includes('chromium'))
    refuse(`--peers --runtime ${values.runtime}: the peers run in Chromium; --runtime chromium is wanted`);
  return {
    help: values.help,
    runtimes,
    model: values.model,
    tokens: list('tokens', values.tokens ?? (quick ? '8,32' : '8,32,128,512,1024'))
      .map(whole('tokens', 100_000))
      .sort((a, b) => a - b),
    threads: [...new Set(list('threads', values.threads ?? (quick ? '1' : '1,all')).map(threads))],
    dtypes: list('dtype', values.dtype ?? (quick ? 'q8' : 'q8,f32')).map(oneOf('dtype', ['q8', 'f32'])),
    simd: values.simd,
    peers: values.peers,
    experiments: values.experiments,
    json: values.json !== undefined,
    jsonFile: values.json || undefined,
    quick,
  };
}
