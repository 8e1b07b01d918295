import { counted } from './plural';

export const tokens = {
  title: 'Words in pieces',
  lead: 'The text is cut into pieces, which are words with the space before them, numbers and signs, and the bytes of each piece are joined pair by pair in an order learned from a large text. What is left when no pair can be joined are the tokens: each has a number, and the model reads the numbers alone.',
  more: [
    'A frequent word ends as one token, a rare one in several, because no learned merge joins its parts. The number beside a step is the rank of its merge: 0 was learned first, from the most frequent pair. At each step the pair with the smallest rank is merged, wherever it stands.',
    'Since everything begins with bytes, any text can be written, also in scripts the model hardly knows; it only takes more tokens. A token may then be a part of a character and has no text of its own: it is shown as bytes.',
  ],
  pieces: 'The text in pieces',
  piecesNote: 'choose one to see how it is merged',
  steps: (text: string) => `“${text}”: bytes, merges, tokens`,
  stepsNote: (bytes: string, merges: string, tokens: string) =>
    `${counted(bytes, 'byte')}, ${counted(merges, 'merge')}, ${counted(tokens, 'token')}`,
  stepTable: 'Merges step by step',
  step: 'step',
  rank: 'rank',
  after: 'symbols',
  joins: 'joins',
  bytes: 'bytes',
  start: 'bytes',
  tokens: 'tokens',
  try: 'Try a word',
  tryHint: 'such as empowers',
  tryNote: 'with the space before it, as inside a text',
  ids: 'Tokens and their numbers',
  idTable: 'Tokens with id, text and bytes',
  columns: { position: 'position', token: 'token', id: 'id', bytes: 'bytes' },
  neighbours: (id: string) => `Around number ${id} in the vocabulary`,
  neighboursNote: 'numbers follow the order of learning: small ones are bytes and frequent pairs',
  neighbourTable: 'Neighbours in the vocabulary',
  noTokenizer: 'This model has no tokenizer files: the prompt is a list of numbers.',
  facts: { vocabulary: 'vocabulary', merges: 'merges', text: 'text' },
  vocabularyOf: (v: string, merges: string) => `${v} = 256 bytes + ${merges} merges + 1`,
  textOf: (bytes: string, tokens: string) => `${counted(bytes, 'byte')} → ${counted(tokens, 'token')}`,
  idsRow: 'ids',
  whySplit: (pairs: string, tokens: string) =>
    `It stays in ${tokens} tokens, because the list of merges has no rule for the neighbours that are left: ${pairs}; such pairs were too rare in the text from which the rules were learned.`,
  whyWhole:
    'Every step found a rule in the list of merges, until one symbol was left: the piece is one token.',
  whySingle: 'A single byte: there is nothing to merge, and it is a token as it is.',
  whyGiven:
    'This token is not made by merges: it is looked for in the text as a whole, before anything is cut into pieces.',
  begins: (token: string, id: string) =>
    `Before the text stands the document mark ${token}, token ${id}; the switch beside the prompt put it there.`,
  specialRead:
    'Special tokens are read as the tokens they name, wherever they are written out; the switch beside the prompt says so.',
  specialAsText:
    'A special token that is written out is ordinary text here, and falls into pieces like any other. The switch beside the prompt reads it as the one token it names.',
  cut: (n: string) => `Only the first ${n} steps are shown.`,
  symbols: {
    T: 'number of tokens',
    t_i: 'number (id) of the token at position i',
  },
};
