import type { RunState } from './run.svelte';
import type { ViewState } from './view.svelte';

/** A block is on screen for this long, ms: time to find one's token again and see what has changed. */
export const calmPace = 900;

/** Marks the button itself, whose own clicks are no interruption. */
export const filmButton = 'data-film-button';

/** Plays the blocks one after the other, like a film. Whatever the reader does stops it. */
export class Playback {
  playing = $state(false);

  #run: RunState;
  #view: ViewState;
  #pace: number;
  #film: AbortController | null = null;

  constructor(run: RunState, view: ViewState, pace = calmPace) {
    this.#run = run;
    this.#view = view;
    this.#pace = pace;
  }

  toggle(): void {
    if (this.playing) this.stop();
    else void this.play();
  }

  /** To the last block; from the first one again when that is where it stands. Resolves when it ends or is stopped. */
  async play(): Promise<void> {
    const last = (this.#run.info?.layers ?? 0) - 1;
    if (this.playing || last < 1 || this.#run.run < 0) return;
    const film = new AbortController();
    this.#film = film;
    this.playing = true;
    if (this.#view.layer >= last) this.#view.layer = 0;
    try {
      for (;;) {
        await Promise.all([wait(this.#pace, film.signal), this.#run.settled()]);
        if (film.signal.aborted || this.#run.status !== 'ready' || this.#view.layer >= last) return;
        this.#view.layer += 1;
      }
    } finally {
      if (this.#film === film) this.stop();
    }
  }

  stop(): void {
    this.#film?.abort();
    this.#film = null;
    this.playing = false;
  }

  /** Ends the film at the first touch, key or turn of the wheel after it began. Returns what ends the watching. */
  watch(target: EventTarget): () => void {
    const since = performance.now();
    const interrupt = (event: Event) => {
      if (event.timeStamp > since && !pressesButton(event)) this.stop();
    };
    const kinds = ['pointerdown', 'keydown', 'wheel'];
    for (const kind of kinds) target.addEventListener(kind, interrupt, { passive: true });
    return () => {
      for (const kind of kinds) target.removeEventListener(kind, interrupt);
    };
  }
}

function pressesButton(event: Event): boolean {
  const { key } = event as KeyboardEvent;
  if (event.type === 'wheel' || (event.type === 'keydown' && key !== 'Enter' && key !== ' ')) return false;
  return Boolean((event.target as Element | null)?.closest?.(`[${filmButton}]`));
}

function wait(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, time);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
