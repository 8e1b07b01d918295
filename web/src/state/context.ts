import { createContext } from 'svelte';
import type { EngineState } from './engine.svelte';
import type { Experiment } from './experiment.svelte';
import type { Generation } from './generation.svelte';
import type { RunState } from './run.svelte';
import type { ViewState } from './view.svelte';

/** The page's state, handed down from the root; `use...` is called while a component is set up. */
export const [useEngine, provideEngine] = createContext<EngineState>();
export const [useRun, provideRun] = createContext<RunState>();
export const [useView, provideView] = createContext<ViewState>();
export const [useGeneration, provideGeneration] = createContext<Generation>();
export const [useExperiment, provideExperiment] = createContext<Experiment>();
