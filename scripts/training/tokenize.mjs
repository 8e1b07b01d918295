// Turns the training text into token files:
//
//   node scripts/training/tokenize.mjs DATA
//
// Reads DATA/docs.jsonl and sources.json; writes train.bin, val.bin and val2.bin (uint16, little endian, <|endoftext|> after
// every document), tokens.json with what drop_overlap.py needs, SOURCES.md, and vocab.json to print samples with. Where a
// document belongs was decided by build_corpus.py.
import { closeSync, createReadStream, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { get_encoding as getEncoding } from 'tiktoken';

const END_OF_TEXT = 50256;
const BUFFERED_TOKENS = 1 << 20;
const SETS = ['train', 'val', 'val2'];

class TokenFile {
  constructor(path) {
    this.file = openSync(path, 'w');
    this.buffer = Buffer.alloc(2 * BUFFERED_TOKENS);
    this.filled = 0;
    this.tokens = 0;
    this.bytes = 0;
    this.documents = 0;
  }

  push(token) {
    if (this.filled === this.buffer.length) this.flush();
    this.filled = this.buffer.writeUInt16LE(token, this.filled);
    this.tokens += 1;
  }

  add(text, ids) {
    ids.forEach((token) => this.push(token));
    this.push(END_OF_TEXT);
    this.bytes += Buffer.byteLength(text);
    this.documents += 1;
  }

  flush() {
    writeSync(this.file, this.buffer, 0, this.filled);
    this.filled = 0;
  }

  close() {
    this.flush();
    closeSync(this.file);
    return { documents: this.documents, tokens: this.tokens, bytes: this.bytes };
  }
}

/** A line of SOURCES.md: `tokens` are those of the training text. */
const sourceLine = ({ repository, commit, licence, kind, documents, size }, tokens) =>
  `| ${[repository, commit, licence, kind, documents, size, tokens].join(' | ')} |`;

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node scripts/training/tokenize.mjs DATA');
  process.exit(2);
}
const encoder = getEncoding('gpt2');
const files = Object.fromEntries(SETS.map((name) => [name, new TokenFile(join(folder, `${name}.bin`))]));
/** Tokens of the first part's training documents, then how many each of the library's has. */
const counted = { first: 0, library: [] };
const bySource = new Map();
for await (const line of createInterface({ input: createReadStream(join(folder, 'docs.jsonl')) })) {
  const { s: source, c: kind, set, t: text } = JSON.parse(line);
  const ids = encoder.encode(text, [], []);
  files[set].add(text, ids);
  if (set !== 'train') continue;
  const tokens = ids.length + 1;
  if (kind === 'first') counted.first += tokens;
  else counted.library.push(tokens);
  bySource.set(source, (bySource.get(source) ?? 0) + tokens);
}
for (const name of SETS) console.log(name, files[name].close());
writeFileSync(join(folder, 'tokens.json'), JSON.stringify(counted));

const sources = JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8'));
const lines = sources.map((row) => sourceLine(row, bySource.get(row.repository) ?? 0));
const columns =
  'repository (public git snapshot) | commit | licence of the text | kind | documents | bytes | tokens';
const head = `| ${columns} |\n|---|---|---|---|---:|---:|---:|`;
writeFileSync(join(folder, 'SOURCES.md'), `${head}\n${lines.join('\n')}\n`);

const vocabulary = fileURLToPath(new URL('../vocabulary.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vocabulary, folder], { stdio: 'inherit' });
process.exitCode = status ?? 1;
