/**
 * What the page's thread computes, by the browser's own trace: time on the processor, so that a busy machine counts for
 * less than it does by the clock.
 */
const CATEGORIES = [
  'toplevel',
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'blink.user_timing',
];
/** What the page notes in the trace, so that its thread is told from those of the browser's own pages. */
const MARK = 'vitrine: traced';

/** Runs `act`; {longest, total} ms that tasks of the page's thread computed meanwhile. */
export async function computing(page, act) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) events.push(event);
  });
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: CATEGORIES },
  });
  try {
    await act();
    await page.evaluate((name) => void performance.mark(name), MARK);
  } finally {
    await session.send('Tracing.end');
    await ended;
    await session.detach();
  }
  return tasksOf(events);
}

/** {longest, total} ms of the tasks of the thread that the mark was made on. */
export function tasksOf(events, mark = MARK) {
  const thread = ({ pid, tid }) => `${pid}:${tid}`;
  const pages = new Set(events.filter(({ name }) => name === mark).map((event) => thread(event)));
  const tasks = events.filter(
    (event) => event.name === 'RunTask' && event.ph === 'X' && pages.has(thread(event)),
  );
  // Where a system does not tell the time on the processor, the clock's.
  const spans = tasks.map(({ tdur, dur }) => (tdur ?? dur ?? 0) / 1000);
  return { longest: Math.max(0, ...spans), total: spans.reduce((sum, span) => sum + span, 0) };
}
