// Installs the peers on demand and writes the checkpoint in their formats, each once, into build/peers.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { at, mustRun, which } from '../../project.mjs';
import { ggufModel } from './gguf.mjs';
import { cacheModel, onnxModel } from './onnx.mjs';
import { readCheckpoint } from './weights.mjs';

export const PEERS = at('build/peers');
const VERSIONS = { 'onnxruntime-web': '1.30.0', '@wllama/wllama': '3.8.1' };

const installed = (name) => {
  const file = join(PEERS, 'node_modules', name, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === VERSIONS[name];
};

async function install() {
  const missing = Object.keys(VERSIONS).filter((name) => !installed(name));
  if (missing.length === 0) return;
  mkdirSync(PEERS, { recursive: true });
  // A package of its own, so that npm leaves the project's alone.
  writeFileSync(join(PEERS, 'package.json'), '{ "private": true }\n');
  const wanted = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  await mustRun('installing the peers', which('npm'), ['install', ...flags, ...wanted], { cwd: PEERS });
}

function writeParts(file, { parts }) {
  const descriptor = openSync(`${file}.part`, 'w');
  for (const part of parts) {
    for (let done = 0; done < part.length;) done += writeSync(descriptor, part, done);
  }
  closeSync(descriptor);
  renameSync(`${file}.part`, file);
}

async function vocabulary() {
  const folder = at('build/models/gpt2-tokenizer');
  mkdirSync(folder, { recursive: true });
  await mustRun('writing the vocabulary', process.execPath, [at('scripts/vocabulary.mjs'), folder]);
  const ids = JSON.parse(readFileSync(join(folder, 'vocab.json'), 'utf8'));
  const tokens = [];
  for (const [text, id] of Object.entries(ids)) tokens[id] = text;
  const lines = readFileSync(join(folder, 'merges.txt'), 'utf8').split('\n');
  return { tokens, merges: lines.filter((line) => line !== '' && !line.startsWith('#version')) };
}

const FILES = ['f32.onnx', 'q8.onnx', 'cache.onnx', 'q8.gguf', 'shape.json'];

/** The folder with FILES, made from the checkpoint in `source`. */
export async function preparePeers(source) {
  await install();
  const { size, mtimeMs } = statSync(join(source, 'model.safetensors'));
  const stamp = `${source} ${size} ${Math.round(mtimeMs)} ${FILES.join(' ')}`;
  const folder = join(PEERS, 'models');
  const stampFile = join(folder, 'from.txt');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return folder;
  mkdirSync(folder, { recursive: true });
  const checkpoint = readCheckpoint(source);
  writeParts(join(folder, 'f32.onnx'), onnxModel(checkpoint, 'f32'));
  writeParts(join(folder, 'q8.onnx'), onnxModel(checkpoint, 'q8'));
  writeParts(join(folder, 'cache.onnx'), cacheModel(checkpoint));
  writeParts(join(folder, 'q8.gguf'), ggufModel(checkpoint, await vocabulary()));
  writeFileSync(join(folder, 'shape.json'), JSON.stringify(checkpoint.config));
  writeFileSync(stampFile, stamp);
  return folder;
}
