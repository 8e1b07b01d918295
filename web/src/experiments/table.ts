/** One row a view that opens: what draws it. Their order is state/stages.ts, their names `views` of the experiments' words. */
import type { Component } from 'svelte';
import { experimentViews, type ExperimentView } from '../state/stages';

/** Each is fetched when it is first opened. */
export const viewTable: Partial<Record<ExperimentView, () => Promise<{ default: Component }>>> = {
  why: () => import('./views/Why.svelte'),
  lens: () => import('./views/Lens.svelte'),
  break: () => import('./views/Break.svelte'),
  compare: () => import('./views/Compare.svelte'),
  cache: () => import('./views/Cache.svelte'),
};

/** The views that there are. */
export const views = experimentViews.filter((name) => viewTable[name]);
