/** A kept model as the engine's worker reads it: each block is checked on its way. */
import { CallError } from '../protocol/call-error';
import type { ModelFiles, OpenFile } from './model-files';
import { reason } from '../protocol/reasons';
import { ModelFailure } from './failure';
import { openDisk } from './storage';
import { findKept, type KeptModel, readKept } from './store';

export function keptFiles(id: string, name: string): ModelFiles {
  const found = (async () => {
    const disk = await openDisk();
    const model = await findKept(disk, id);
    if (!model) throw explained(new ModelFailure('gone'), name);
    return { disk, model };
  })();
  found.catch(() => undefined);
  return {
    weights: ['model.safetensors'],
    total: null,
    where: name,
    async open(file): Promise<OpenFile | null> {
      const { disk, model } = await found;
      const entry = model.files.find((part) => part.name === file);
      return entry
        ? {
            stream: streamOf(readKept(disk, model, file), model),
            size: entry.bytes,
            where: `${name}/${file}`,
          }
        : null;
    },
  };
}

function streamOf(chunks: AsyncGenerator<Uint8Array>, model: KeptModel): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(explained(error, model.name));
        }
      },
      cancel: async () => void (await chunks.return(undefined)),
    },
    // The generator itself reads one block ahead.
    { highWaterMark: 0 },
  );
}

function explained(error: unknown, name: string): CallError {
  const failure = ModelFailure.from(error);
  if (failure.code === 'damaged') {
    return new CallError(
      'input',
      `The kept copy of "${name}" is damaged and was not used; remove it and fetch it again.`,
      reason('kept_damaged', { name }),
    );
  }
  return new CallError(
    'input',
    `"${name}" is not kept in this browser, or was cleared away; fetch it again or choose another model.`,
    reason('kept_gone', { name }),
  );
}
