/** The hub and the models that are offered by name: all of it that a visit needs before anything is asked. */
export const HUB = 'https://huggingface.co';

/** Models offered by name. Sizes (of the file, and of what is kept as int8) are those of when this was written: the hub's listing decides. */
export const PRESETS = [
  {
    name: 'gpt2',
    repository: 'openai-community/gpt2',
    parameters: 124_439_808,
    bytes: 548_105_171,
    kept: 134_883_888,
  },
  {
    name: 'distilgpt2',
    repository: 'distilbert/distilgpt2',
    parameters: 81_912_576,
    bytes: 352_824_413,
    kept: 89_522_736,
  },
  {
    name: 'gpt2-medium',
    repository: 'openai-community/gpt2-medium',
    parameters: 354_823_168,
    bytes: 1_519_984_962,
    kept: 381_024_320,
  },
] as const;

/** "openai-community/gpt2", with what makes it another file: the revision asked for, and exactness. */
export function hubId(repository: string, revision: string, exact: boolean): string {
  return repository + (revision === 'main' ? '' : `@${revision}`) + (exact ? ':f32' : '');
}
