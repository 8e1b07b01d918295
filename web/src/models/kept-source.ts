/** A kept model as the engine's worker reads it: each block is checked on its way. */
import { openDisk } from './disk';
import { ModelFailure } from './failure';
import { findKept, readKept } from './store';

export interface KeptFiles {
  weights: string[];
  where: string;
  open(name: string): Promise<{ stream: ReadableStream<Uint8Array>; size: number; where: string } | null>;
}

/** Throws ModelFailure `gone` when the browser no longer has it. */
export async function keptFiles(id: string): Promise<KeptFiles> {
  const disk = await openDisk();
  const model = await findKept(disk, id);
  if (!model) throw new ModelFailure('gone', { name: id });
  return {
    weights: ['model.safetensors'],
    where: model.name,
    open: async (name) => {
      const entry = model.files.find((file) => file.name === name);
      if (!entry) return null;
      const chunks = readKept(disk, model, name);
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: async () => void (await chunks.return(undefined)),
      });
      return { stream, size: entry.bytes, where: `${model.name}/${name}` };
    },
  };
}
