export const qkv = {
  title: 'Queries, keys and values',
  lead: 'The normalised vector of each token is multiplied with three weight matrices. The query says what the token looks for, the key what it can be found by, the value what it hands over when it is found. Each head has its own slice of all three, so each head can look for something else.',
  more: [
    'The three matrices are stored as one, with 3C outputs: first all queries, then all keys, then all values. Each third is split into H heads of D = C / H outputs. Nothing is computed at the split: the first D numbers belong to head 0, the next D to head 1 and so on.',
    'Every number of q, k and v is a dot product over all C inputs, plus a bias. Point at a row of a matrix to see which value it makes, and click to open it to its products.',
  ],
  query: 'query',
  key: 'key',
  value: 'value',
  product: 'x times the weights of this head',
  productNote:
    'above: the input x of the token · the matrix: one row an output, one column an input · right: what comes out',
  matrix: (what: string, rows: number, columns: number) =>
    `Weights of the ${what}, ${rows} outputs by ${columns} inputs`,
  inputOf: (token: string) => `Normalised input of ${token}`,
  outputOf: (what: string, token: string) => `${what} of ${token}`,
  cell: (d: number, c: number, value: string) => `output ${d}, input ${c}: ${value}`,
  opened: (what: string, d: number) => `Dimension ${d} of the ${what}: x × weights`,
  term: (c: number, x: string, w: string) => `dimension ${c}: ${x} × ${w}`,
  split: 'The split into heads',
  splitNote: 'one row a head: click to choose it',
  splitOf: (what: string) => `All heads' ${what}: choose a head`,
  head: (h: number) => `head ${h}`,
  all: 'All tokens, this head',
  allOf: (what: string) => `${what} of all tokens`,
  facts: { weights: 'weights', output: 'q, k, v', heads: 'split' },
};
