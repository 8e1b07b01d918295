/**
 * Files of a model under names that are not their own: what browsers call a second download, and the blobs of Hugging
 * Face's cache, which are named by their hashes and told apart by what they hold.
 */

/** Longest small file that is looked into, bytes: a tokenizer.json takes some megabytes. */
const longest = 64 << 20;

/** Without what a browser or a desk puts behind a name that is taken: "config (1).json", "model - Copy.safetensors". */
export const plainName = (name: string) =>
  name.replace(/( ?\(\d+\)| - Copy| copy( \d+)?)(?=(\.[\w-]+)+$)/, '');

/** A blob of the cache is called by its SHA-1 or SHA-256. */
export const isBlobName = (name: string) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name);

export function renamed(file: File, name: string): File {
  const { type, lastModified } = file;
  return name === file.name ? file : new File([file], name, { type, lastModified });
}

/** What these keys say a JSON file of a model's folder is; null for another. */
function nameByKeys(json: Record<string, unknown>): string | null {
  if ('weight_map' in json) return 'model.safetensors.index.json';
  if (typeof json.model === 'object' && json.model !== null) return 'tokenizer.json';
  if ('model_type' in json || 'n_embd' in json) return 'config.json';
  if ('tokenizer_class' in json || 'model_max_length' in json) return 'tokenizer_config.json';
  if ('_from_model_config' in json || 'transformers_version' in json) return 'generation_config.json';
  if (['bos_token', 'eos_token', 'unk_token', 'pad_token'].some((key) => key in json))
    return 'special_tokens_map.json';
  const values = Object.values(json);
  if (values.length === 0 || !values.every(Number.isInteger)) return null;
  return values.includes(0) ? 'vocab.json' : 'added_tokens.json';
}

/** The name of what a file holds, or null. */
export async function nameByContent(file: File): Promise<string | null> {
  const head = new Uint8Array(await file.slice(0, 9).arrayBuffer());
  if (head.length === 9 && head[8] === 0x7b) {
    const length = new DataView(head.buffer).getBigUint64(0, true);
    if (length + 8n <= BigInt(file.size)) return 'model.safetensors';
  }
  if (file.size > longest) return null;
  if (head[0] === 0x7b || head[0] === 0x5b) {
    try {
      const json: unknown = JSON.parse(await file.text());
      // A list of words is a vocabulary, too.
      if (Array.isArray(json)) return json.every((one) => typeof one === 'string') ? 'vocab.json' : null;
      return nameByKeys(json as Record<string, unknown>);
    } catch {
      return null;
    }
  }
  return (await file.slice(0, 8).text()) === '#version' ? 'merges.txt' : null;
}

/**
 * The blobs of a cache by the names of what they hold, the newest of each kind, and what is none of them; shards by those of their index, in any
 * order: all of them are read, and each says what is in it.
 */
export async function namedByContent(blobs: File[]): Promise<File[]> {
  const named = new Map<string, File[]>();
  const others: File[] = [];
  for (const file of [...blobs].sort((a, b) => b.lastModified - a.lastModified)) {
    const name = await nameByContent(file);
    if (name) named.set(name, [...(named.get(name) ?? []), file]);
    else others.push(file);
  }
  const [index] = named.get('model.safetensors.index.json') ?? [];
  const shards = index ? shardNames(await index.text()) : [];
  const weights = named.get('model.safetensors') ?? [];
  if (shards.length > 0 && shards.length === weights.length) {
    named.delete('model.safetensors');
    shards.forEach((name, i) => named.set(name, [weights[i]!]));
  } else named.delete('model.safetensors.index.json');
  return [...[...named].map(([name, [newest]]) => renamed(newest!, name)), ...others];
}

function shardNames(text: string): string[] {
  const { weight_map: map } = JSON.parse(text) as { weight_map?: Record<string, unknown> };
  return [...new Set(Object.values(map ?? {}))].filter((name) => typeof name === 'string').sort();
}

/** Files by their plain names: of two that were one the one that came with the weights, else the one without a number. */
export function plainNamed(files: File[]): File[] {
  const more = (file: File) => file.name.length - plainName(file.name).length;
  const weights = files
    .filter(({ name }) => name.endsWith('.safetensors'))
    .sort((a, b) => more(a) - more(b))[0];
  const suffix = (name: string) =>
    name.replace(plainName(name).replace(/(\.[\w-]+)+$/, ''), '').replace(/(\.[\w-]+)+$/, '');
  const wanted = weights ? suffix(weights.name) : '';
  const chosen = new Map<string, File>();
  for (const file of files) {
    const name = plainName(file.name);
    const before = chosen.get(name);
    const better =
      !before || (suffix(before.name) !== wanted && (suffix(file.name) === wanted || more(file) === 0));
    if (better) chosen.set(name, file);
  }
  return [...chosen].map(([name, file]) => renamed(file, name));
}
