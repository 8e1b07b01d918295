/** The engine as a converter of weights: one model at a time, in a worker that ends with it. */
import { type Abi, EngineRefusal, EngineTrap, type Handle, loadAs } from '../engine/abi';
import type { Converted, Converter } from './acquire';
import { ModelFailure } from './failure';

/** Bytes of the result copied out of the engine at once. */
const PIECE = 4 << 20;

export interface EngineConverter extends Converter {
  finish(): Converted & { model: Handle };
}

export function engineConverter(abi: Abi): EngineConverter {
  let loader: Handle = 0;
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof EngineRefusal) throw new ModelFailure('weights', { detail: error.message });
      if (error instanceof EngineTrap) throw new ModelFailure('tooLarge', { detail: error.message });
      throw error;
    }
  };
  return {
    begin(config, exact) {
      if (loader) abi.loaderFree(loader);
      loader = told(() => abi.loaderNew(config, exact ? loadAs.f32 : loadAs.q8));
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
        bytes,
        *pieces() {
          for (let at = 0; at < bytes; at += PIECE)
            yield abi.modelImagePart(model, at, Math.min(at + PIECE, bytes));
        },
      };
    },
  };
}
