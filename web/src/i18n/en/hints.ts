/** The line that a first visit is met with; what it says of a thing is never longer than the first sentence of all. */
export const hints = {
  title: 'What there is to do',
  pointing:
    'GPT-2 reads what you type, and every number follows. Point at a token, cell or stripe to see what it is; click to keep it; click a title to open its stage.',
  touching: 'GPT-2 reads what you type, live. Tap a token or a cell to keep it lit, a title to open it.',
  token: (token: string) => `“${token}” and the tokens it looks at in this head. Click to keep it lit.`,
  cell: (query: string, key: string) => `How much “${query}” looks at “${key}”. Click to keep the sum.`,
  dimension: {
    stream: (d: number) => `Dimension ${d} of the residual stream, lit wherever it is drawn.`,
    match: (d: number) => `Dimension ${d} of this head’s queries and keys: they are multiplied pair by pair.`,
    value: (d: number) => `Dimension ${d} of this head’s values, and of their weighted sum.`,
    neuron: (n: number) => `Neuron ${n} of this block’s MLP, before and after GELU.`,
  },
  done: 'Got it',
};
