// Writes GPT-2's vocabulary as Hugging Face's vocab.json and merges.txt into each folder given:
//
//   node scripts/vocabulary.mjs FOLDER...
//
// They come from npm's tiktoken, which carries the 50,257 tokens and their ranks but no merges. A token's rank
// is the rank of the merge that made it, so the merge is what is left of its bytes once everything of a
// lower rank has merged: two symbols. Both files come out as OpenAI published them (encoder.json and
// vocab.bpe), byte for byte, which their SHA-256 shows; a folder that is right already costs two hashes.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES = {
  'vocab.json': '196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783',
  'merges.txt': '1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5',
};

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function isRight(folder) {
  return Object.entries(FILES).every(([name, hash]) => {
    try {
      return sha256(readFileSync(join(folder, name))) === hash;
    } catch {
      return false;
    }
  });
}

/** GPT-2's printable character for each byte: itself where it is visible, else the next of U+0100 and up. */
function byteSymbols() {
  const visible = (byte) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
}

/** [token, ...] by id: each token a string of one byte symbol a byte. */
function readTokens(ranks) {
  const symbols = byteSymbols();
  const tokens = [];
  for (const line of ranks.bpe_ranks.split('\n').filter(Boolean)) {
    const [, offset, ...encoded] = line.split(' ');
    encoded.forEach((base64, i) => {
      tokens[Number(offset) + i] = Array.from(Buffer.from(base64, 'base64'), (byte) => symbols[byte]).join(
        '',
      );
    });
  }
  return tokens;
}

/** The two symbols left of `token` when all merges of a rank below its own are made. */
function mergeOf(token, rank, rankOf) {
  const parts = Array.from(token);
  for (;;) {
    let best = -1;
    let bestRank = rank;
    for (let i = 0; i + 1 < parts.length; ++i) {
      const found = rankOf.get(parts[i] + parts[i + 1]);
      if (found !== undefined && found < bestRank) [best, bestRank] = [i, found];
    }
    if (best < 0) break;
    parts.splice(best, 2, parts[best] + parts[best + 1]);
  }
  if (parts.length !== 2) throw new Error(`token ${rank} comes apart into ${parts.length} symbols, wanted 2`);
  return parts.join(' ');
}

async function makeFiles() {
  const { default: ranks } = await import('tiktoken/encoders/gpt2');
  const tokens = readTokens(ranks);
  const rankOf = new Map(tokens.map((token, rank) => [token, rank]));
  const merges = tokens.flatMap((token, rank) => (token.length > 1 ? [mergeOf(token, rank, rankOf)] : []));
  return {
    'vocab.json': vocabularyJson(tokens, ranks.special_tokens),
    'merges.txt': `#version: 0.2\n${merges.join('\n')}\n`,
  };
}

/** One object in the order of the ids, in ASCII and with the spaces of the published file. */
function vocabularyJson(tokens, specialTokens) {
  const escape = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const entries = tokens.map((token, id) => [token, id]).concat(Object.entries(specialTokens));
  const fields = entries.map(
    ([token, id]) => `${JSON.stringify(token).replace(/[\u0080-\uffff]/g, escape)}: ${id}`,
  );
  return `{${fields.join(', ')}}`;
}

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error('usage: node scripts/vocabulary.mjs FOLDER...');
  process.exit(2);
}
const wanted = folders.filter((folder) => !isRight(folder));
if (wanted.length > 0) {
  const files = await makeFiles();
  for (const [name, text] of Object.entries(files)) {
    if (sha256(text) !== FILES[name]) {
      throw new Error(
        `${name} came out with SHA-256 ${sha256(text)}, wanted ${FILES[name]}: tiktoken has changed`,
      );
    }
  }
  for (const folder of wanted) {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    console.log(`vocabulary: wrote ${Object.keys(files).join(' and ')} to ${folder}`);
  }
}
