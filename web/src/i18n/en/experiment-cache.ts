import { counted } from './plural';

/** With and without keys and values kept. */
export const cache = {
  ask: 'What does it save to keep keys and values?',
  saved: (words: string, work: string, time: string) =>
    `With nothing kept, ${counted(words, 'word')} took ${work} times the work and ${time} times the time.`,
  why: 'Keys and values of earlier words never change, so a new word can reuse them: one row instead of all.',
  words: 'Words to write',
  kept: 'keys and values kept',
  anew: 'from scratch each time',
  triangle: (side: string) => `Rows computed for each new word, ${side}`,
  computed: 'computed',
  reused: 'kept',
  products: 'multiply-adds',
  time: 'engine time',
  same: 'Both ways wrote the same, to the last bit of every logit.',
  differ: 'The two ways differ: a defect of the engine.',
  wrote: 'Written so far',
  reads: (work: string, time: string) =>
    `${work} times the work is only ${time} times the time: one row, too, must read all weights, however little it computes. “10 times” in popular texts is a point on a curve.`,
  caveats: ['Multiply-adds with weights, keys and values are counted; norms, softmax and GELU are not.'],
  timing: (threads: string, kernel: string) =>
    `Engine time on this machine, ${counted(threads, 'thread')}, ${kernel} kernel; waiting is not counted.`,
  curve: 'One more word, by the length of the text',
  curveName:
    'Milliseconds a new word takes at each length, with and without keys and values kept, log scales',
  measure: 'Measure',
  median:
    'Median of three where one takes less than 0.1 s. The slow way stops where a step would take more than 2 s.',
  formula: 'dashed: multiply-adds, scaled to the last measured point',
  length: 'tokens',
  steps: 'Every step',
  token: 'new word',
  memory: 'What the kept numbers take',
  memoryName: 'Memory of keys and values at three lengths',
  model: 'Sizes of',
  thisModel: 'this model',
  kind: 'Attention',
  kinds: { mha: 'every head its own (MHA)', gqa: 'groups share (GQA)', mqa: 'all share one (MQA)' },
  groups: (n: string) => `${counted(n, 'group')}`,
  groupsName: 'Groups',
  window: 'Window',
  windowOf: (n: string) => `the last ${n} tokens`,
  windowAll: 'all tokens',
  bytes: 'Each number',
  queries: 'keep queries as well',
  queriesNote: 'A past query is never asked again: the memory grows, the time stays.',
  perToken: (bytes: string) => `${bytes} a token.`,
  at: (tokens: string) => `${tokens} tokens`,
  beyond: 'beyond its context',
  page: (bytes: string) =>
    `This page keeps more, since everything can be opened: streams and queries too, ${bytes} a token.`,
};
