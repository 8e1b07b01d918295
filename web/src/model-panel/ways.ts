/** Where the other form of the model on screen can be had, to compare the two: what is nearest comes first. */
import type { ModelInfo, ModelSource } from '../protocol/protocol';
import type { Job } from '../models/jobs';
import type { Opened } from '../models/opened';
import type { SiteModel } from '../models/site';
import { hubId } from '../models/presets';
import { type KeptModel, type Origin, type OriginalFile, versionOf } from '../models/store';

export interface Way {
  job: Job;
  /** Id under which an interrupted download of it is put aside. */
  id: string | null;
  /** Host that is asked, and bytes it sends; null when nothing is downloaded. */
  download: { host: string; bytes: number } | null;
  /** The weights at hand are rounded already: only the arithmetic differs. */
  rounded: boolean;
}

export interface Ways {
  way: Way | null;
  /** Files the reader may open instead. */
  files: OriginalFile[] | null;
}

export interface Surroundings {
  /** Address of the folder models/. */
  models: string;
  site: SiteModel[];
  kept: KeptModel[];
  /** Of the model on screen; null for the bundled one. */
  origin: Origin | null;
  /** Its files, when the reader opened them in this visit. */
  opened: Opened | null;
}

const near = (job: Job): Way => ({ job, id: null, download: null, rounded: false });

export function waysToCompare(
  info: Pick<ModelInfo, 'dtype'>,
  source: ModelSource,
  around: Surroundings,
): Ways {
  // From the exact weights the other form is made here, whatever they came from.
  if (info.dtype === 'f32') return { way: own(source, around, false), files: null };
  const { origin, opened } = around;
  if (opened) {
    const { files, name } = opened;
    const way = near({ kind: 'files', files, name: name ?? undefined, exact: true, keep: false });
    return { way, files: null };
  }
  const version = origin ? versionOf(origin) : around.site.find(({ id }) => id === source.id)?.sha256;
  const twin = around.kept.find(({ id }) => id === `${source.id}:f32`);
  if (twin && (version === undefined || versionOf(twin.origin) === version))
    return { way: near({ kind: 'kept', id: twin.id, exact: true, keep: false }), files: null };
  const files = origin && origin.weights.length > 0 ? origin.weights : null;
  const way = onSite(source, around) ?? onHub(origin);
  const rounded = own(source, around, true);
  return { way: way ?? (files ? null : rounded && { ...rounded, rounded: true }), files };
}

/** The weights that are in use. */
function own(source: ModelSource, { models }: Surroundings, exact: boolean): Way | null {
  switch (source.kind) {
    case 'kept':
      return near({ kind: 'kept', id: source.id, exact, keep: false });
    case 'files':
      return near({ kind: 'files', files: source.files, name: source.name, exact, keep: false });
    case 'site':
      return near({
        kind: 'site',
        base: new URL(source.base, new URL('..', models)).href,
        exact,
        keep: false,
      });
  }
}

/** What the host of the page has placed beside its rounded copy. */
function onSite(source: ModelSource, { models, site, origin }: Surroundings): Way | null {
  const model = site.find(({ id }) => id === source.id);
  const current = source.kind === 'site' || (origin?.kind === 'site' && origin.sha256 === model?.sha256);
  if (!model?.exactBytes || !current) return null;
  const base = new URL(`${model.folder}/`, models);
  return {
    job: { kind: 'site', base: base.href, exact: true, keep: false },
    id: `${model.id}:f32`,
    download: { host: base.host, bytes: model.exactBytes },
    rounded: false,
  };
}

function onHub(origin: Origin | null): Way | null {
  const hub = origin?.kind === 'hub' ? origin : origin?.kind === 'site' ? origin.hub : null;
  if (!hub) return null;
  const { endpoint, repository, commit } = hub;
  return {
    job: { kind: 'hub', endpoint, repository, revision: commit, exact: true, keep: false },
    id: hubId(repository, commit, true),
    download: {
      host: new URL(endpoint).host,
      bytes: origin!.weights.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    },
    rounded: false,
  };
}
