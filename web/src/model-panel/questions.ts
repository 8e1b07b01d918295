/** What the dialog may hold, in one file that is fetched when it first opens. */
export { default as AskFiles } from './AskFiles.svelte';
export { default as AskHub } from './AskHub.svelte';
export { default as AskSite } from './AskSite.svelte';
export { default as KeptModels } from './KeptModels.svelte';
