/** Text as the ids of its tokens, by the model's own tokenizer. */
import type { Abi, Handle } from '../wasm/abi';
import { CallError } from '../protocol/call-error';
import type { LoadedModel } from './loading';
import type { Reading } from '../protocol/protocol';
import { reason } from '../protocol/reasons';

export function tokenizerOf(loaded: LoadedModel): Handle {
  if (loaded.tokenizer === 0) {
    throw new CallError(
      'input',
      `"${loaded.info.name}" came without a tokenizer: give token ids instead of text, or open its tokenizer.json too.`,
      reason('no_tokenizer', { name: loaded.info.name }),
    );
  }
  return loaded.tokenizer;
}

export function encode(abi: Abi, loaded: LoadedModel, text: string, reading: Reading = {}): number[] {
  const rows = abi.tokenizerEncode(tokenizerOf(loaded), text, reading);
  return Array.from({ length: rows.length / 3 }, (_, token) => rows[3 * token]!);
}
