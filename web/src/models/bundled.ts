import type { ModelSource } from '../protocol/protocol';

/** Models that lie beside the page; the first one is loaded when nothing else is asked for. */
export const siteModels: ModelSource[] = [{ kind: 'site', id: 'vitrine-19m', base: 'models/vitrine-19m/' }];

/** Their names, as their cards have them, for the time before those are read. */
export const bundledNames: Record<string, string> = { 'vitrine-19m': 'Vitrine 19M' };

/** The source an id in a link stands for; unknown ids fall back to the bundled model. */
export function sourceOf(id: string | null, kept: ModelSource[] = []): ModelSource {
  return [...siteModels, ...kept].find((source) => source.id === id) ?? siteModels[0];
}

/** What a source is called before its own card has been read. */
export function sourceName(source: ModelSource): string {
  return source.kind === 'site' ? source.id : source.name;
}
