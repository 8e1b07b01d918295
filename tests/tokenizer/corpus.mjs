// Strings that a tokenizer may get wrong, from a seed: the same on every machine.

/** Uniform numbers in [0, 1) (Mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const isSurrogate = (point) => point >= 0xd800 && point <= 0xdfff;
const range = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));

const SPACES = [
  ' ',
  ' ',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '\v',
  '\f',
  '\u0085',
  '\u00a0',
  '\u1680',
  '\u2003',
  '\u2028',
  '\u202f',
  '\u3000',
  '\ufeff',
  '\u200b',
  '\u180e',
];
const CONTRACTIONS = [
  "'s",
  "'t",
  "'re",
  "'ve",
  "'m",
  "'ll",
  "'d",
  "'S",
  "'T",
  "'RE",
  "'Ve",
  "'M",
  "'lL",
  "'D",
  "'",
  "''",
  "'l",
  "'r",
  "'v",
  '’s',
  "'sd",
];
const PUNCTUATION = [
  ...'!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~',
  '…',
  '—',
  '«',
  '»',
  '。',
  '、',
  '№',
  '€',
  '©',
  '„',
  '\u0301',
  '\u20e3',
];
const NUMBERS = [
  ...'0123456789',
  '²',
  '½',
  'Ⅷ',
  '٣',
  '५',
  '㊷',
  '𝟙',
  '〇',
  '零',
  '௧',
  '1,234.56',
  '0x1F',
  '1e-9',
];
const EMOJI = ['🙂', '👩‍👩‍👧‍👦', '👍🏽', '🇰🇷', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '❤️', '🧑🏿‍🚀', '1️⃣', '☃', '🫠', '🏳️‍🌈', '\u200d', '\ufe0f', '🏽'];
const WORDS = [
  'the',
  'The',
  ' attention',
  'Transformer',
  'naïve',
  'Straße',
  'été',
  'Ελλάδα',
  'привет',
  'שלום',
  'مرحبا',
  'नमस्ते',
  'สวัสดี',
  'ngừoi',
  '안녕하세요',
  '한국어',
  'こんにちは',
  '漢字',
  'can',
  'don',
  'they',
  'I',
  'we',
  'iPhone',
  'std::vector<int>',
  'https://example.org/a?b=c',
  'camelCaseName',
  'snake_case',
  'ÀÉÎ',
  'ﬁne',
  'ǅ',
  'ʰ',
  'ªº',
  '<|endoftext|>',
  '<|endof',
  'SolidGoldMagikarp',
  'zzzzqx',
];
const HANGUL = [
  ...range(0xac00, 0xac40),
  ...range(0x1100, 0x1112),
  ...range(0x1161, 0x1175),
  ...range(0x3131, 0x3163),
  ...range(0xd7a0, 0xd7b4),
];
const CJK = [
  ...range(0x4e00, 0x4e60),
  ...range(0x3041, 0x3096),
  ...range(0x30a1, 0x30fa),
  ...range(0x20000, 0x20020),
  ...range(0xff01, 0xff5e),
];
const CONTROLS = [
  ...range(0, 0x1f),
  ...range(0x7f, 0x9f),
  '\u00ad',
  '\u2060',
  '\ufffe',
  '\uffff',
  '\u{10ffff}',
];
const PLANES = [
  [0, 0x7f],
  [0x80, 0x24f],
  [0x250, 0x1fff],
  [0x2000, 0x2fff],
  [0x3000, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, 0x1ffff],
  [0x20000, 0x3ffff],
  [0x40000, 0xdffff],
  [0xe0000, 0xeffff],
  [0xf0000, 0x10ffff],
];

export const SEED = 20190214; // the day GPT-2 was published
const RANDOM_STRINGS = 16000;
const RUNS = 1000;
const SWEEP_STEP = 24; // code points a string of the sweep
const LONGEST_RUN = 160; // long enough for every rule of the pattern

function randomString(random) {
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const anywhere = () => {
    const [first, last] = pick(PLANES);
    const point = first + below(last - first + 1);
    return isSurrogate(point) ? '\ufffd' : String.fromCodePoint(point);
  };
  const ascii = () => String.fromCharCode(32 + below(95));
  const sources = [
    () => pick(WORDS),
    () => pick(WORDS),
    () => pick(SPACES),
    () => pick(CONTRACTIONS),
    () => pick(PUNCTUATION),
    () => pick(NUMBERS),
    () => pick(EMOJI),
    () => pick(HANGUL),
    () => pick(CJK),
    () => pick(CONTROLS),
    anywhere,
    ascii,
    () => pick(SPACES).repeat(1 + below(6)),
  ];
  // Each string mixes only a few sources, so that runs of one kind are long enough to matter.
  const mix = Array.from({ length: 1 + below(5) }, () => pick(sources));
  return Array.from({ length: 1 + below(24) }, () => pick(mix)()).join('');
}

function runString(random) {
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const unit = pick([
    ...'a =-_.\n\t0e',
    '  ',
    '\r\n',
    ' \n',
    'ab',
    "'s",
    '한',
    '字',
    '🙂',
    'é',
    '\u00a0',
    '!?',
    '\u0000',
    'ha',
  ]);
  return `${pick(['', 'x', ' ', '7'])}${unit.repeat(1 + below(LONGEST_RUN))}${pick(['', 'x', ' ', '\n', "'t"])}`;
}

/** Every code point that has a meaning, next to a letter, a digit, white space and itself. */
function* sweepStrings() {
  let text = '';
  let count = 0;
  for (let point = 0; point <= 0x10ffff; ++point) {
    const symbol = isSurrogate(point) ? '' : String.fromCodePoint(point);
    if (!symbol || /^[\p{Cn}\p{Co}]$/u.test(symbol)) continue;
    text += [`a${symbol}`, `7${symbol}`, ` ${symbol}${symbol}`, `\n${symbol}`, `!${symbol}`][count % 5];
    if (++count % SWEEP_STEP === 0) {
      yield text;
      text = '';
    }
  }
  if (text) yield text;
}

/** The strings, in order. None has a lone surrogate, which is no text. */
export function* corpusStrings() {
  const random = generator(SEED);
  yield '';
  for (let i = 0; i < RANDOM_STRINGS; ++i) yield randomString(random);
  for (let i = 0; i < RUNS; ++i) yield runString(random);
  yield* sweepStrings();
}
