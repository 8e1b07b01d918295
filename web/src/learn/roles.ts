/** The colour of what a term names, as everywhere on the page. */
const roles: Record<string, string> = {
  query: 'query',
  key: 'key',
  value: 'value',
  attention: 'attention',
  head: 'attention',
  softmax: 'attention',
  mask: 'attention',
  score: 'attention',
  mlp: 'mlp',
  neuron: 'mlp',
  gelu: 'mlp',
  logit: 'output',
  probability: 'output',
  distribution: 'output',
  temperature: 'output',
  topk: 'output',
  topp: 'output',
  residual: 'residual',
  layernorm: 'residual',
};

export const roleOf = (term: string): string => `var(--${roles[term] ?? 'ink'})`;
