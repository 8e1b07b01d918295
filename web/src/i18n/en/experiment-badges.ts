/** What heads do, by their scores. */
export const badges = {
  title: 'What each head does, by its looks',
  onText: 'on this text',
  onTest: 'on random tokens said twice',
  names: {
    previous: 'the word before',
    first: 'the first word',
    self: 'itself',
    duplicate: 'the same word earlier',
    induction: 'what followed it earlier',
    broad: 'everything alike',
    mixed: 'mixed',
  },
  head: 'head',
  none: 'none',
  least: (value: string) => `A badge from ${value} on`,
  run: 'Run the standard test',
  aside: 'set the first word aside',
  count: (n: number, what: string) => `${what}: ${n}`,
  noInduction: 'No head of this model scores as an induction head on random tokens.',
  note: 'Where it looked, not why. “Everything alike” counts from 0.9 on, and only where no other score makes a badge. Scores are means over the text’s words from the second on; TransformerLens divides by all words and scores lower where few repeat. The test has no start token: four sequences of 50 random tokens, each said twice.',
};
