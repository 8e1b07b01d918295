/** What a JSON file of an experiment says beside its numbers: enough to make it again. Pure. */
import type { EngineEvent, ModelInfo, TokenInfo } from '../protocol/protocol';

export interface Recorded {
  info: ModelInfo;
  variant: Extract<EngineEvent, { type: 'variant' }> | null;
  tokens: readonly Pick<TokenInfo, 'id' | 'text'>[];
  /** Codes of the changes that were active. */
  changes: readonly string[];
  command: string;
  settings: object;
  numbers: object;
}

/** The version of the C interface that page and engine speak; a test holds it against `wasm/abi.ts`. */
export const interfaceVersion = 4;

export function recordOf({ info, variant, tokens, changes, command, settings, numbers }: Recorded) {
  return {
    model: {
      name: info.name,
      id: info.id,
      sha256: info.sha256 ?? null,
      dtype: info.dtype,
      layers: info.layers,
      heads: info.heads,
      width: info.width,
    },
    engine: {
      name: 'vitrine',
      interface: interfaceVersion,
      threads: variant?.threads ?? 1,
      kernel: variant?.kernel ?? 'simd',
    },
    ids: tokens.map(({ id }) => id),
    texts: tokens.map(({ text }) => text),
    changes,
    command,
    settings,
    ...numbers,
  };
}
