/** Two prompts beside each other. */
export const compare = {
  ask: 'Change one word: where does the news travel?',
  more: 'A is the prompt above, B a second one. What A has at one place is put into B’s run: how much of A’s answer comes back?',
  other: 'Second prompt (B)',
  otherHint: 'Same sentence, one word changed',
  pairs: 'Ready-made pairs',
  same: 'Both prompts are the same pieces: change a word in B.',
  aligned: 'Both prompts, piece by piece',
  differs: (n: string, a: string, b: string) => `They part at piece ${n}: “${a}” and “${b}”.`,
  answers: 'What each expects',
  answerOf: (side: string) => `Prompt ${side} expects`,
  leads: (word: string, rival: string, a: string, b: string) =>
    `Lead of “${word}” over “${rival}”: A ${a}, B ${b}.`,
  apart: (bits: string) => `The answers are ${bits} bits apart (KL of A from B).`,
  alike: 'The two hardly differ in this: choose other words.',
  lengths: (a: string, b: string) =>
    `A has ${a} pieces, B has ${b}. For the map both need as many: change a word for one of as many pieces.`,
  travel: {
    both: (word: string, block: number, last: string, from: number) =>
      `The news sits at “${word}” up to block ${block}, and “${last}” has it from block ${from} on.`,
    carrier: (word: string, block: number) => `The news sits at “${word}” up to block ${block}.`,
    none: 'No single place carries most of it.',
  },
  site: 'Put in',
  sites: {
    resid_pre: 'the whole vector',
    attn_out: 'attention’s output',
    mlp_out: 'MLP’s output',
    z: 'one head',
  },
  direction: 'Direction',
  directions: { denoise: 'A into B', noise: 'B into A' },
  map: (site: string) => `How much of A’s answer there is with ${site} of one place exchanged`,
  scale: { low: '0: as B, and below', high: '1: as A, and beyond' },
  cell: (layer: number, place: string, restored: string) => `Block ${layer}, ${place}: ${restored}`,
  known: 'before the first difference: 0, not run',
  rowBlock: (layer: number) => `block ${layer}`,
  caveats: [
    'One place at a time: effects do not add up, and a place may carry other news as well.',
    'Shares are not cut off: a place may restore more than all, or less than nothing.',
  ],
  tableName: 'Every cell of the map',
  restored: 'share restored',
  layer: 'block',
  place: 'place',
};
