/**
 * The small files of a model's folder that are read beside config.json and the weights. Which of them make the tokenizer
 * is decided in one place, the engine's Tokenizer::from_files; here is only which are fetched.
 */
export const tokenizerFiles = [
  'tokenizer.json',
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
  'vocab.txt',
  'special_tokens_map.json',
  'tokenizer_config.json',
] as const;

export const generationConfig = 'generation_config.json';

/** Of a folder's names those of its small files, without what the engine does not look at beside a tokenizer.json. */
export function sideFilesOf(names: Iterable<string>): string[] {
  const there = new Set(names);
  const unread = there.has('tokenizer.json')
    ? ['vocab.json', 'merges.txt', 'added_tokens.json', 'vocab.txt']
    : [];
  if (there.has('vocab.json')) unread.push('vocab.txt');
  return [...tokenizerFiles, generationConfig].filter((name) => there.has(name) && !unread.includes(name));
}

/** Whether a name is one of them, config.json and card.json among them. */
export function isSideFile(name: string): boolean {
  return [...tokenizerFiles, generationConfig, 'config.json', 'card.json'].includes(name);
}
