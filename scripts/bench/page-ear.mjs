/**
 * Put into the page before it starts: notes when what a person waits for has been painted. "Painted" is the first task
 * after the animation frame that shows the change: by then the page's thread has handed the picture over. That is the
 * frame which is being made when the change comes, if one is, and else the next.
 */
export function ear() {
  /** The moment of the next task. */
  const next = () =>
    new Promise((resolve) => {
      const done = () => resolve(performance.now());
      // Before what the page itself puts off until its frame has been painted, which a message would queue behind.
      if (typeof scheduler !== 'undefined') void scheduler.postTask(done, { priority: 'user-blocking' });
      else setTimeout(done);
    });
  /** From the first of the page's own callbacks in a frame to the task after it: when that will have been painted. */
  let making = null;
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    request((now) => {
      if (!making) {
        making = next();
        void making.then(() => (making = null));
      }
      callback(now);
    });
  const painted = () => making ?? new Promise((resolve) => request(() => void next().then(resolve)));
  const page = { lcp: 0, cls: 0 };
  let longest = 0;
  const observe = (type, take) => {
    try {
      new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
    } catch {
      // A browser that does not know the entry has nothing to say of it.
    }
  };
  observe('largest-contentful-paint', (entry) => (page.lcp = entry.startTime));
  observe('layout-shift', (entry) => (page.cls += entry.hadRecentInput ? 0 : entry.value));
  observe('longtask', (entry) => (longest = Math.max(longest, entry.duration)));

  window.ear = {
    load: () => page,
    painted,
    /** The longest task since it was last asked; below 50 ms there is none, and 0 is told. */
    takeLongest() {
      const taken = longest;
      longest = 0;
      return taken;
    },
    /**
     * Waits for a key, and from then until the table of next tokens has been painted with the answer to the text that
     * was typed, and until all has been, which the status then says.
     */
    keystroke() {
      return new Promise((resolve) => {
        const table = document.querySelector('table[aria-label="Next token"]');
        const status = document.querySelector('[role=status][aria-label=Engine]');
        const before = table.textContent;
        const { run, newest } = window.vitrine.state();
        // Builds that do not tell which run the table answers show it with the rest.
        const fresh = (state) => (newest === undefined ? true : state.newest !== newest);
        let begun = 0;
        let distribution;
        window.addEventListener(
          'keydown',
          (event) => {
            begun = event.timeStamp;
            const watcher = new MutationObserver(() => {
              const state = window.vitrine.state();
              const answered = state.run !== run && status.textContent.trim() === 'Ready';
              // A key that changes no share of the list has its distribution on screen when all is.
              if (!distribution && (answered || (fresh(state) && table.textContent !== before))) {
                distribution = painted().then((now) => now - begun);
              }
              if (!answered) return;
              watcher.disconnect();
              void Promise.all([distribution, painted()]).then(([first, now]) =>
                resolve({ distribution: first, ready: now - begun }),
              );
            });
            for (const watched of [table, status])
              watcher.observe(watched, { subtree: true, childList: true, characterData: true });
          },
          { once: true, capture: true },
        );
      });
    },
    /** Frames a second over `span` ms, and the longest time between two. */
    frames(span) {
      return new Promise((resolve) => {
        const times = [];
        const step = (now) => {
          times.push(now);
          if (now - times[0] < span) requestAnimationFrame(step);
          else {
            const gaps = times.slice(1).map((time, i) => time - times[i]);
            resolve({ fps: (1000 * gaps.length) / (now - times[0]), worst: Math.max(...gaps) });
          }
        };
        requestAnimationFrame(step);
      });
    },
  };
}
