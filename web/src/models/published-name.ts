/** "openai-community/gpt2@main:f32" goes by the name of gpt2. */
export function publishedName(name: string): string {
  return name
    .split('/')
    .pop()!
    .replace(/[@:#].*$/, '')
    .replace(/-small$/, '')
    .toLowerCase();
}
