// Turns the training text into token files:
//
//   node scripts/training/tokenize.mjs DATA
//
// Reads DATA/docs.jsonl; writes DATA/train.bin and DATA/val.bin (uint16, little endian, <|endoftext|> after every
// document), DATA/tokens.json with what was counted, and DATA/vocab.json to print samples with. One document in 200, by
// a hash of its name, is held out, so that the held-out ones come from all sources.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { get_encoding as getEncoding } from 'tiktoken';

const END_OF_TEXT = 50256;
const BUFFERED_TOKENS = 1 << 20;
const HELD_OUT_ONE_IN = 200;
const HELD_OUT_REMAINDER = 7;

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

const isHeldOut = ({ s, p }) =>
  createHash('md5').update(`${s}|${p}`).digest().readUInt32LE(0) % HELD_OUT_ONE_IN === HELD_OUT_REMAINDER;

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node scripts/training/tokenize.mjs DATA');
  process.exit(2);
}
const encoder = getEncoding('gpt2');
const [train, heldOut] = ['train.bin', 'val.bin'].map((name) => new TokenFile(join(folder, name)));
for await (const line of createInterface({ input: createReadStream(join(folder, 'docs.jsonl')) })) {
  const document = JSON.parse(line);
  (isHeldOut(document) ? heldOut : train).add(document.t, encoder.encode(document.t, [], []));
}
const counted = { train: train.close(), val: heldOut.close() };
writeFileSync(join(folder, 'tokens.json'), `${JSON.stringify(counted, null, 2)}\n`);
console.log(counted);

const vocabulary = fileURLToPath(new URL('../vocabulary.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vocabulary, folder], { stdio: 'inherit' });
process.exitCode = status ?? 1;
