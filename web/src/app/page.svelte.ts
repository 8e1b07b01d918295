import { untrack } from 'svelte';
import { Library, provideLibrary } from '../model-panel/library.svelte';
import { provideVerification, Verification } from '../model-panel/verification.svelte';
import {
  provideEngine,
  provideExperiment,
  provideGeneration,
  provideRun,
  provideView,
} from '../state/context';
import { makeConsole, type VitrineConsole } from './console';
import { EngineState } from '../state/engine.svelte';
import { Experiment } from '../state/experiment.svelte';
import { firstExample } from '../state/examples';
import { Generation } from '../state/generation.svelte';
import { keepHistory } from '../state/history.svelte';
import {
  firstLocale,
  linkOfAddress,
  preferred as preferredByBrowser,
  recall,
  remember,
} from '../state/language';
import { applyLink, linkOf, readingOfLink } from '../state/link';
import { lookWhereWorth } from '../state/looking';
import { sourceOf } from '../models/bundled';
import { aroundCut } from '../state/next.svelte';
import { RunState } from '../state/run.svelte';
import { keepPrompt, keptPrompt, pack, unpack } from '../state/packed';
import { encodeLink, promptLimit, type Link } from '../state/url';
import { ViewState, type ThemeChoice } from '../state/view.svelte';

declare global {
  interface Window {
    vitrine?: VitrineConsole;
  }
}

/** Makes the page's state and hands it down. To be called while the root component is set up. */
export function start() {
  const engine = new EngineState();
  const run = new RunState(engine);
  const view = new ViewState();
  const generation = new Generation(engine, run, view);
  const experiment = new Experiment(run, view);
  const library = new Library(async (source, signal) => {
    await engine.load(source, signal);
    return engine.phase.kind === 'ready' && engine.phase.source === source;
  }, new URLSearchParams(location.search).get('hub'));
  const verification = new Verification(engine, library);
  provideEngine(engine);
  provideLibrary(library);
  provideVerification(verification);
  provideRun(run);
  provideView(view);
  provideExperiment(experiment);
  provideGeneration(generation);

  const asked = linkOfAddress();
  const preferred = preferredByBrowser();
  view.locale = firstLocale(asked);
  const theme = recall('theme');
  if (theme === 'light' || theme === 'dark') view.themeChoice = theme;
  view.hints = recall('hints') !== 'off';
  const depth = recall('view');
  if (depth === 'simple' || depth === 'full') view.depth = depth;
  applyLink(asked, view);
  experiment.restore(asked);
  const kept = location.hash && asked.prompt === undefined && !asked.packed ? keptPrompt() : null;
  run.prompt = asked.prompt ?? (asked.packed ? '' : (kept?.prompt ?? firstExample.text));
  run.appended = asked.packed ? [] : (asked.appended ?? kept?.appended ?? []);
  run.reading = readingOfLink(asked);
  const unfold = async (link: Link) => {
    const text = link.packed && (await unpack(link.packed));
    if (text) await run.restore(text, link.appended, readingOfLink(link));
  };
  void unfold(asked);

  engine.onmodel = () => void run.restart();
  run.onmodel = (info) => view.fit(info);
  run.wants = () => ({ ...view.sampling, count: run.listed, around: aroundCut, seed: view.seed });
  run.pictured = () => experiment.picture;
  experiment.onnext = (next, run, asked) => generation.take({ run, next }, asked, 'changed');
  generation.of = () => experiment.answers;
  run.onnext = (result, asked) => generation.take(result, asked);
  /** A link that names a text or a model and no head leaves the head to the rule, once. */
  let undecided = asked.layer === undefined && (asked.prompt !== undefined || asked.model !== undefined);
  run.onresult = (result) => {
    view.fitTokens(result.tokens.length);
    if (undecided) void run.track(lookWhereWorth(run, view)).catch(() => undefined);
    undecided = false;
    if (!result.next) void generation.draw();
  };

  /** The model of the link the page was opened with, while it is looked for and asked about: the address goes on naming it. */
  let sought = $state(asked.model ?? null);
  let looked = $state(false);
  const link = (): Link => ({
    ...linkOf(run, view, sought ?? engine.phase.source.id, preferred),
    // A lesson's step says its changes by itself.
    ...(view.lesson === null || view.lessonMoved ? experiment.link() : {}),
  });

  function follow(): () => void {
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const still = window.matchMedia('(prefers-reduced-motion: reduce)');
    const look = () => {
      view.systemTheme = dark.matches ? 'dark' : 'light';
      view.reducedMotion = still.matches;
    };
    look();
    dark.addEventListener('change', look);
    still.addEventListener('change', look);
    // The draw is a point: when the settings move, the word under it is read anew, and nothing is drawn.
    $effect(() => {
      // A token of older settings may be replaced by one that is older than those of now too: both are read here.
      void [generation.drawn, view.sampling, view.seed];
      if (generation.outdated && generation.phase === 'idle') untrack(() => void generation.reread());
    });
    $effect(() => remember('theme', view.themeChoice satisfies ThemeChoice));
    experiment.follow();
    $effect(() => verification.follow(engine.info));
    $effect(() => remember('hints', view.hints ? 'on' : 'off'));
    $effect(() => {
      if (looked && library.question === null && library.fetching === null) sought = null;
    });
    const keep = () => keepPrompt(view.home ?? run, view.home !== null);
    window.addEventListener('pagehide', keep);
    const end = keepHistory({
      link,
      onlevel: (there) => {
        view.open = there.open ?? null;
        view.detail = there.detail ?? null;
      },
      onlink: (there) => {
        sought = null;
        applyLink(there, view);
        experiment.restore(there);
        if (run.info) view.fit(run.info);
        const kept = library.kept.map(({ id, name }) => ({ kind: 'kept' as const, id, name }));
        const source = sourceOf(there.model ?? null, kept);
        if (source.id !== engine.phase.source.id) void engine.load(source);
        if (there.prompt !== undefined) void run.restore(there.prompt, there.appended, readingOfLink(there));
        else void unfold(there);
      },
    });
    return () => {
      end();
      window.removeEventListener('pagehide', keep);
      dark.removeEventListener('change', look);
      still.removeEventListener('change', look);
    };
  }

  function begin(): () => void {
    window.vitrine = makeConsole({ engine, run, view, experiment });
    void beginWith(asked.model ?? null)
      .then(() => library.begin())
      .finally(() => (looked = true));
    return () => engine.dispose();
  }

  /** The model a link names, if it is here; otherwise the bundled one, and the question whether to fetch the other. */
  async function beginWith(id: string | null): Promise<void> {
    const here = sourceOf(id);
    if (id === null || here.id === id) return engine.load(here);
    const kept = await library.find(id);
    if (kept) sought = null;
    else library.propose(id);
    return engine.load(kept ?? here);
  }

  /** The link to what is on screen; `whole` is false where the text was too long for it. */
  const share = async () => {
    const now = link();
    const long = (now.prompt?.length ?? 0) > promptLimit;
    const packed = long ? await pack(now.prompt!) : null;
    const hash = encodeLink({ ...now, packed: packed ?? undefined, locale: view.locale });
    return { address: `${location.href.split('#')[0]}#${hash}`, whole: !long || packed !== null };
  };
  const address = () => `${location.href.split('#')[0]}#${encodeLink({ ...link(), locale: view.locale })}`;
  return { engine, run, view, experiment, generation, library, follow, begin, address, share };
}
