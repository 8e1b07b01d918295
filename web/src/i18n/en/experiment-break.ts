/** Break it: every part switched off by itself. */
export const breaking = {
  ask: (word: string) => `What does “${word}” lose when one part is missing?`,
  most: {
    heads: (target: string, layer: number, index: number, loss: string) =>
      `Without head ${index} of block ${layer} “${target}” changes most: ${loss}.`,
    blocks: (target: string, layer: number, index: number, loss: string) =>
      `Without ${['the attention', 'the MLP', 'both halves'][index] ?? ''} of block ${layer} “${target}” changes most: ${loss}.`,
    looks: (target: string, word: string, loss: string) =>
      `When the last word may not look at “${word}”, “${target}” changes most: ${loss}.`,
    words: (target: string, word: string, loss: string) =>
      `With “${word}” made an average word, “${target}” changes most: ${loss}.`,
    depth: (target: string, kept: number) => `From ${kept} blocks on, “${target}” stays in front.`,
    never: (target: string) => `“${target}” is in front only with all blocks.`,
  },
  firsts: (n: number, all: number, single: string) =>
    n === 0
      ? `The first guess stays the same for all ${all} ${single}.`
      : `The first guess becomes another one for ${n} of ${all} ${single}.`,
  over: 'Take away',
  overs: {
    heads: 'each head',
    blocks: 'each half block',
    looks: 'each look',
    words: 'each word',
    depth: 'blocks from the top',
  },
  units: { heads: 'heads', blocks: 'parts', looks: 'looks', words: 'words', depth: 'depths' },
  at: 'Where',
  ats: { last: 'at the last word', all: 'at every word' },
  by: 'Put in its place',
  bys: { zero: 'zero', mean: 'its mean over this prompt' },
  columns: ['attention', 'MLP', 'both'],
  map: (unit: string) => `Change of the word’s lead without each of the ${unit}`,
  loses: 'loses',
  gains: 'gains',
  click: 'Click a cell to switch that part off in the model.',
  cell: (part: string, change: string, p: string, first: string) =>
    `Without ${part}: ${change}, share ${p}, first guess ${first}`,
  lookPart: (word: string) => `the look at “${word}”`,
  wordPart: (word: string) => `the word “${word}”`,
  depthPart: (kept: number) => `all but the first ${kept} blocks`,
  headPart: (layer: number, head: number) => `block ${layer}, head ${head}`,
  halfPart: (layer: number, index: number) =>
    `${['attention', 'MLP', 'attention and MLP'][index] ?? ''} of block ${layer}`,
  overflow: 'its numbers left what F32 holds',
  kept: (n: number) => (n === 1 ? '1 block' : `${n} blocks`),
  none: 'no block',
  scatter: 'What it pushes, and what is lost without it',
  scatterName: (n: number) => `${n} heads: what each pushes against what is lost without it`,
  pushes: 'pushes',
  lost: 'lost without it',
  agree: (rho: string) => `Rank correlation ${rho}: what pushes most is also missed most, nearly.`,
  differ: (rho: string) =>
    `Rank correlation ${rho}: what pushes and what is missed are not the same. That is the lesson: later parts read a head too, and others make up for it.`,
  sums: (single: string, lead: string) =>
    `All single changes together: ${single}; the lead itself: ${lead}. Effects of single parts do not add up.`,
  caveats: {
    zero: 'What is taken away becomes zero, a value the model never saw; its mean is milder.',
    mean: 'What is taken away becomes its mean over this prompt’s words.',
    edges: 'Looks are cut before the softmax, in every block; the other looks share the rest.',
    words: 'A word becomes the average of all tokens’ embeddings and keeps its place.',
    depth: 'A block that is skipped adds nothing; the model was not trained to stop early.',
    others: 'Others may make up for a missing part: small does not mean unused.',
    small: 'Small changes are usual in a small model; GPT-2 small shows heads that matter alone.',
  },
  delta: 'change of the lead',
  deltaLogit: 'change of its logit',
  kl: 'KL (nats)',
  first: 'first guess',
  tableName: 'Every cell of the sweep',
  presets: 'Ready-made',
};
