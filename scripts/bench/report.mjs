// A measured configuration as a row of JSON and as lines for a person.

const round = (value, digits = 4) => (Number.isFinite(value) ? Number(value.toPrecision(digits)) : null);
const map = (record, change) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
const medians = (record) => map(record, ({ median }) => round(median));
const bests = (record) => map(record, ({ best }) => round(best));

/**
 * The row of JSON. `label` is {runtime, model} and what was asked for, {tokens, contexts}; `peers` what other engines
 * made of the same weights.
 */
export function jsonRow(label, report, peers = {}) {
  const leftOut = (asked, measured) => (asked ?? []).filter((length) => !(length in measured));
  return {
    runtime: label.runtime,
    model: label.model,
    threads: report.threads,
    dtype: report.dtype,
    kernel: report.kernel,
    prefill_ms: medians(report.prefill),
    decode_ms: medians(report.decode),
    block_ms: medians(report.block),
    keystroke_ms: round(report.keystroke.median),
    load_ms: round(report.load.median),
    peak_mb: round(report.peak_mb),
    context: report.model.context,
    left_out: {
      tokens: leftOut(label.tokens, report.prefill),
      contexts: leftOut(label.contexts, report.decode),
    },
    calibration: map(report.calibration, (value) => round(value, 3)),
    profiles: report.profiles.map(({ tokens, ops }) => ({
      tokens,
      ms: Object.fromEntries(ops.map(({ name, ms }) => [name, round(ms)])),
      gops: Object.fromEntries(
        ops
          .filter(({ operations }) => operations > 0)
          .map(({ name, ms, operations }) => [name, round(operations / ms / 1e6, 3)]),
      ),
    })),
    shares: map(report.shares, (record) => map(record, (value) => round(value, 3))),
    best: {
      prefill_ms: bests(report.prefill),
      decode_ms: bests(report.decode),
      keystroke_ms: round(report.keystroke.best),
    },
    peers,
  };
}

const milliseconds = (value) =>
  (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)) + ' ms';
const sum = (record) => Object.values(record).reduce((total, value) => total + value, 0);
const percent = (value) => `${Math.round(100 * value)} %`;
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** One line a figure, each with its unit and what it is measured against. */
export function lines(row) {
  const { calibration: limit, shares } = row;
  const ceiling = row.dtype === 'q8' ? limit.dot_gops : limit.f32_gflops;
  const each = (record, tell) => Object.entries(record).map(([key, value]) => tell(Number(key), value));
  return [
    `${row.model}, ${row.dtype}, ${row.runtime}, ${plural(row.threads, 'thread')}${row.kernel === 'relaxed-simd' ? ', relaxed SIMD' : ''}`,
    `  this machine now: int16 dot+add ${limit.dot_gops} GOP/s, F32 multiply+add ${limit.f32_gflops} GFLOP/s, reading ${limit.read_gbs} GB/s`,
    ...each(
      row.prefill_ms,
      (tokens, ms) =>
        `  ${tokens} tokens: ${milliseconds(ms)} (best ${milliseconds(row.best.prefill_ms[tokens])}); ${percent(shares.products[tokens])} of ${ceiling} ${row.dtype === 'q8' ? 'GOP/s' : 'GFLOP/s'}; ${milliseconds(shares.ms_per_token[tokens])} a token, attention ${percent(shares.attention[tokens])} of the operations`,
    ),
    ...each(
      row.decode_ms,
      (context, ms) =>
        `  one more token after ${context}: ${milliseconds(ms)} (best ${milliseconds(row.best.decode_ms[context])}); reads weights at ${percent(shares.reading[context])} of ${limit.read_gbs} GB/s`,
    ),
    ...each(row.block_ms, (tokens, ms) => `  one block again, ${tokens} tokens: ${milliseconds(ms)}`),
    `  keystroke to distribution through the worker, 20 tokens: ${milliseconds(row.keystroke_ms)} (best ${milliseconds(row.best.keystroke_ms)})`,
    `  load: ${milliseconds(row.load_ms)}; memory ${Math.round(row.peak_mb)} MB`,
    ...leftOutLines(row),
    ...curveLines(row),
    ...row.profiles.flatMap((profile) => profileLines(profile, ceiling)),
    ...peerLines(row.peers),
  ];
}

/** What was asked for and does not fit the model. */
function leftOutLines({ context, left_out: { tokens, contexts } }) {
  const what = [
    ...tokens.map((count) => plural(count, 'token')),
    ...contexts.map((count) => `one more after ${count}`),
  ];
  return what.length > 0
    ? [`  not measured, beyond the model's context of ${context}: ${what.join(', ')}`]
    : [];
}

/**
 * How the cost of a token grows with the prompt: but for attention it should not. Attention's part is told twice: by the
 * operations it takes, and where operations were timed by themselves by its time.
 */
function curveLines({ shares: { ms_per_token: whole, attention }, profiles }) {
  const told = (lengths, of) => lengths.map((tokens) => `${tokens}: ${milliseconds(of(tokens))}`).join(', ');
  const lengths = Object.keys(whole);
  const rest = Object.fromEntries(
    profiles.map(({ tokens, ms }) => [tokens, (sum(ms) - (ms.attention ?? 0)) / tokens]),
  );
  return [
    ...(lengths.length > 1
      ? [
          `  a token of a prompt of ${told(lengths, (tokens) => whole[tokens])}`,
          `  less attention's share of the operations, ${told(lengths, (tokens) => whole[tokens] * (1 - attention[tokens]))}`,
        ]
      : []),
    ...(profiles.length > 1
      ? [`  all other operations, timed by themselves, ${told(Object.keys(rest), (tokens) => rest[tokens])}`]
      : []),
  ];
}

function profileLines({ tokens, ms, gops }, ceiling) {
  const all = sum(ms);
  const speed = (name) => (gops[name] ? `, ${gops[name]} G/s, ${percent(gops[name] / ceiling)}` : '');
  return [
    `  by operation, ${tokens} tokens, all layers, logits of the last: ${milliseconds(all)}`,
    ...Object.entries(ms).map(
      ([name, value]) =>
        `    ${name}: ${milliseconds(value)}, ${percent(value / all)} of the time${speed(name)}`,
    ),
  ];
}

/** A peer's report beside ours: its medians, and ours over its. */
export function peerRow(ours, report) {
  const over = (mine, theirs, of) =>
    Object.fromEntries(
      Object.keys(theirs)
        .filter((key) => mine[key])
        .map((key) => [key, round(mine[key][of] / theirs[key][of], 3)]),
    );
  const different = (report.logits ?? []).map((logit, index) => Math.abs(logit - ours.logits[index]));
  return {
    prefill_ms: medians(report.prefill),
    decode_ms: medians(report.decode),
    prefill_ratio: over(ours.prefill, report.prefill, 'median'),
    decode_ratio: over(ours.decode, report.decode, 'median'),
    best: {
      prefill_ms: bests(report.prefill),
      decode_ms: bests(report.decode),
      prefill_ratio: over(ours.prefill, report.prefill, 'best'),
      decode_ratio: over(ours.decode, report.decode, 'best'),
    },
    ...(different.length > 0 ? { largest_logit_difference: round(Math.max(...different), 3) } : {}),
  };
}

function peerLines(peers) {
  const told = (record, tell) =>
    Object.entries(record)
      .map(([key, value]) => `${key}: ${tell(value)}`)
      .join(', ');
  const ratio = (value) => value.toFixed(2);
  return Object.entries(peers).flatMap(([name, peer]) => {
    if (peer.failed) return [`  ${name}: did not run: ${peer.failed}`];
    return [
      `  ${name}: prompts ${told(peer.prefill_ms, milliseconds)}; one more token after ${told(peer.decode_ms, milliseconds)}`,
      ...[
        ['medians', peer],
        ['bests', peer.best],
      ].map(
        ([which, of]) =>
          `  ours / ${name}, ${which}: prompts ${told(of.prefill_ratio, ratio)}; one more token after ${told(of.decode_ratio, ratio)}`,
      ),
    ];
  });
}
