// Writes tests/fixtures/tokenizers.json: small tokenizers in every form that Hugging Face writes, and the ids that its
// own Rust core (npm's tokenizers 0.23.2) gives for texts. Not part of the tests, which read the file alone:
//
//   npm install --no-save tokenizers@0.23.2 && node tests/tokenizer/hugging-face.mjs
//
// Each case: `files` as they lie in a model's folder, and `texts` with ids. Special tokens written out in a text are
// recognised, as transformers does. Where the files are of the old form (vocab.json and merges.txt), `reference` names
// what transformers builds of them.
import { writeFileSync } from 'node:fs';
import { Tokenizer } from 'tokenizers';

const OUT = new URL('../fixtures/tokenizers.json', import.meta.url);

const KOREAN = [
  '안녕하세요. 한국어를 읽는 모델입니다.',
  '근육이 커지기 위해서는 꾸준히 운동을 해야 합니다.',
  '오늘 서울의 날씨는 맑고, 내일은 비가 오겠습니다.',
  '모델은 글을 읽고 다음에 올 말을 고릅니다. 글을 읽는 모델은 말을 배웁니다.',
  'GPT-2 모델은 2019년에 나왔습니다.',
];
const ENGLISH = ['hello world, hello worlds', 'the world is the world', "it's a café, isn't it? naïve café"];

/** The merges that byte-pair encoding learns of pieces (lists of symbols): the most frequent pair first. */
function learn(pieces, count) {
  const merges = [];
  let words = pieces.map((symbols) => [...symbols]);
  while (merges.length < count) {
    const counts = new Map();
    for (const word of words)
      for (let i = 0; i + 1 < word.length; ++i) {
        const pair = `${word[i]} ${word[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    const [best, times] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0] ?? [];
    if (!best || times < 2) break;
    merges.push(best);
    const [left, right] = best.split(' ');
    words = words.map((word) => {
      const out = [];
      for (const symbol of word)
        if (symbol === right && out.at(-1) === left) out[out.length - 1] = left + right;
        else out.push(symbol);
      return out;
    });
  }
  return merges;
}

const withIds = (tokens) => Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));

function byteSymbols() {
  const visible = (byte) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
}

const added = (content, id, flags = {}) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...flags,
});

/** The form of KoGPT2's tokenizer.json: characters, a metaspace, NFKC and special tokens first. */
function korean() {
  const specials = ['<s>', '</s>', '<usr>', '<pad>', '<sys>', '<unk>', '<mask>', '<d>', '</d>', '<unused0>'];
  const pieces = KOREAN.flatMap((line) => line.split(' ').map((word) => [...`▁${word}`]));
  const merges = learn(pieces, 120);
  const vocab = withIds([...specials, ...pieces.flat(), ...merges.map((pair) => pair.replace(' ', ''))]);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((token, id) => added(token, id)),
    normalizer: { type: 'NFKC' },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', add_prefix_space: true },
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      vocab,
      merges,
    },
  };
}

/** Bytes with a few merges; `change` makes a case of it. */
function byteLevel(change = () => undefined) {
  const symbols = byteSymbols();
  const spell = (text) => Array.from(Buffer.from(text), (byte) => symbols[byte]);
  const pieces = ENGLISH.flatMap((line) => line.match(/'s|'t| ?\p{L}+| ?[^\s\p{L}]+|\s+/gu).map(spell));
  const merges = learn(pieces, 40);
  const vocab = withIds([...symbols, ...merges.map((pair) => pair.replace(' ', '')), '<|endoftext|>']);
  const root = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [added('<|endoftext|>', vocab['<|endoftext|>'])],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      fuse_unk: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
  change(root, Object.keys(vocab).length);
  return root;
}

const template = (single, tokens) => ({
  type: 'TemplateProcessing',
  single,
  pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
  special_tokens: Object.fromEntries(
    Object.entries(tokens).map(([id, number]) => [id, { id, ids: [number], tokens: [id] }]),
  ),
});

const KOREAN_TEXTS = [
  '',
  '안녕하세요. 한국어 GPT-2 입니다.😤:)l^o',
  '근육이 커지기 위해서는',
  ' 모델은  글을   읽고',
  '모델은\u3000글을 읽는다',
  '모델은 글을'.normalize('NFD'),
  '㈜모델 ① ｶﾞ ﬁ ½ ㎏ \u00a8',
  '글을\n읽는 모델',
  '</s>글을 읽는<usr> 모델<s>',
  '가각힣 \u1100\u1161\u11a8 x\u0301\u0323',
  '▁글을▁읽는',
  '\ufdfa 모델',
];
const TEXTS = [
  '',
  'hello world',
  ' hello  worlds',
  "'s",
  '\nhello',
  'it is a café',
  'cafe\u0301',
  'hello <|endoftext|> world',
  '<|endoftext|>',
  ' \u0085a\ufeff',
  '한글 😤',
];

const CASES = [
  { name: 'KoGPT2: metaspace and NFKC', root: korean(), texts: KOREAN_TEXTS },
  {
    name: 'metaspace: unknown characters fused, a space at the very start alone',
    root: (() => {
      const root = korean();
      root.model.fuse_unk = true;
      root.pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
      return root;
    })(),
    texts: KOREAN_TEXTS,
  },
  {
    name: 'a template that begins with a token',
    root: byteLevel((root, next) => {
      root.added_tokens.push(added('<s>', next));
      root.post_processor = template(
        [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        { '<s>': next },
      );
    }),
    texts: [...TEXTS, 'hi'],
  },
  {
    name: 'tokens that take white space along, and a space before the text',
    root: byteLevel((root, next) => {
      root.added_tokens.push(
        added('<left>', next, { lstrip: true }),
        added('<right>', next + 1, { rstrip: true, special: false }),
        added('<both>', next + 2, { lstrip: true, rstrip: true, special: false, normalized: true }),
      );
      root.pre_tokenizer.add_prefix_space = true;
    }),
    texts: [
      ...TEXTS,
      'a \n <left> b',
      'a <right>  \u0085b',
      'a  <both>\u3000 b<both><left> ',
      '  <left>',
      'x<left><right> <both> y',
    ],
  },
  {
    name: 'a normal form, and an added token in another one',
    root: byteLevel((root, next) => {
      root.normalizer = { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'NFC' }] };
      root.added_tokens.push(added('[é]', next, { special: false, normalized: true }));
      root.model.dropout = 0;
    }),
    texts: [...TEXTS, 'x[e\u0301]y', 'x[é]y', '\u1112\u1161\u11ab\u1100\u1173\u11af'],
  },
  {
    name: 'vocab.json and merges.txt with what lies beside them',
    root: byteLevel((root, next) => {
      root.added_tokens.push(
        added('[user]', next, { special: false, normalized: true }),
        added('<pad>', next + 1),
        added('<mask>', next + 2, { lstrip: true }),
      );
    }),
    texts: [...TEXTS, 'a [user] b<pad>', 'a <mask> b'],
    files: ({ model }, next) => ({
      'vocab.json': JSON.stringify(model.vocab),
      'merges.txt': `#version: 0.2\n${model.merges.join('\n')}\n`,
      'added_tokens.json': JSON.stringify({ '[user]': next, '<pad>': next + 1, '<mask>': next + 2 }),
      'special_tokens_map.json': JSON.stringify({
        bos_token: '<|endoftext|>',
        eos_token: '<|endoftext|>',
        pad_token: '<pad>',
        mask_token: { content: '<mask>', lstrip: true, normalized: false, rstrip: false, single_word: false },
      }),
      'tokenizer_config.json': JSON.stringify({ tokenizer_class: 'GPT2Tokenizer', model_max_length: 1024 }),
    }),
  },
  {
    name: 'the same in the newer form, with the beginning of a document',
    root: byteLevel((root, next) => {
      const mark = next - 1;
      root.added_tokens.push(added('[user]', next, { special: false, normalized: true }));
      root.pre_tokenizer.add_prefix_space = true;
      root.post_processor = template(
        [{ SpecialToken: { id: '<|endoftext|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        { '<|endoftext|>': mark },
      );
    }),
    texts: [...TEXTS, 'a [user] b'],
    files: ({ model }, next) => ({
      'vocab.json': JSON.stringify(model.vocab),
      'merges.txt': model.merges.join('\n'),
      'tokenizer_config.json': JSON.stringify({
        add_bos_token: true,
        add_prefix_space: true,
        added_tokens_decoder: {
          [next - 1]: {
            content: '<|endoftext|>',
            lstrip: false,
            normalized: true,
            rstrip: false,
            single_word: false,
            special: true,
          },
          [next]: {
            content: '[user]',
            lstrip: false,
            normalized: true,
            rstrip: false,
            single_word: false,
            special: false,
          },
        },
        bos_token: '<|endoftext|>',
        eos_token: '<|endoftext|>',
        tokenizer_class: 'GPT2Tokenizer',
      }),
    }),
  },
];

const cases = [];
for (const { name, root, texts, files } of CASES) {
  const tokenizer = Tokenizer.fromString(JSON.stringify(root));
  const next = Object.keys(root.model.vocab).length;
  const answers = [];
  for (const text of texts) {
    const encoding = await tokenizer.encode(text);
    answers.push({ text, ids: encoding.getIds() });
  }
  cases.push({
    name,
    files: files?.(root, next) ?? { 'tokenizer.json': JSON.stringify(root) },
    texts: answers,
  });
}
writeFileSync(
  OUT,
  `${JSON.stringify({ made: "by tests/tokenizer/hugging-face.mjs with npm's tokenizers 0.23.2", cases }, null, 1)}\n`,
);
console.log(`${cases.length} tokenizers, ${cases.reduce((sum, one) => sum + one.texts.length, 0)} texts`);
