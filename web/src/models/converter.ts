/** The engine as a converter of weights: one model at a time, in a worker that ends with it. */
import { type Abi, type Handle, loadAs } from '../wasm/abi';
import { toFailure } from '../wasm/failures';
import type { Converted, Converter } from './acquire';
import type { FailureCode } from '../protocol/model-failure';
import { ModelFailure } from './failure';

/** Bytes of the result copied out of the engine at once. */
const PIECE = 4 << 20;

export interface EngineConverter extends Converter {
  finish(): Converted & { model: Handle };
}

/** The engine's refusal as a failure of the model: its own words, and its reason for the reader's language. */
function refused(code: FailureCode, error: unknown): ModelFailure {
  const { message, reason } = toFailure(error);
  return new ModelFailure(code, { detail: message }, reason);
}

export function engineConverter(abi: Abi): EngineConverter {
  let loader: Handle = 0;
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      // A trap is nearly always want of memory; the sentence for it says what may help.
      const { code } = toFailure(error);
      if (code === 'memory' || code === 'crashed') throw refused('tooLarge', error);
      if (code === 'input') throw refused('weights', error);
      throw error;
    }
  };
  return {
    complaint(files) {
      try {
        abi.tokenizerFree(
          abi.tokenizerNew(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]))),
        );
        return null;
      } catch (error) {
        return refused('tokenizer', error).plain();
      }
    },
    begin(config, exact, generation) {
      if (loader) abi.loaderFree(loader);
      loader = told(() => abi.loaderNew(config, exact ? loadAs.f32 : loadAs.q8, generation));
    },
    beginFile: (size) => told(() => abi.loaderBeginFile(loader, size)),
    write: (bytes) => told(() => abi.loaderWrite(loader, bytes)),
    finish() {
      const model = told(() => {
        const finishing = loader;
        loader = 0;
        return abi.loaderFinish(finishing);
      });
      const bytes = abi.modelImageBytes(model);
      return {
        model,
        dtype: abi.modelInfo(model).dtype,
        tying: abi.modelInfo(model).tying,
        bytes,
        *pieces() {
          for (let at = 0; at < bytes; at += PIECE)
            yield abi.modelImagePart(model, at, Math.min(at + PIECE, bytes));
        },
      };
    },
  };
}
