// A measured configuration as a row of JSON and as lines for a person.

const round = (value, digits = 4) => (Number.isFinite(value) ? Number(value.toPrecision(digits)) : null);
const map = (record, change) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
const medians = (record) => map(record, ({ median }) => round(median));
const bests = (record) => map(record, ({ best }) => round(best));
const counts = (record) => map(record, ({ count }) => count);

/** The largest difference of two lists of logits; undefined without one of them. */
const apart = (some, others) =>
  some && others
    ? round(Math.max(...some.map((logit, index) => Math.abs(logit - others[index]))), 3)
    : undefined;

/**
 * The row of JSON. `label` is {runtime, model}, what was asked for, {tokens, contexts}, and `exact`, the logits of the
 * known prompt in F32 where they were computed; `peers` what other engines made of the same weights.
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
    repetitions: { prefill: counts(report.prefill), decode: counts(report.decode) },
    logit_difference_from_f32: apart(report.logits, label.exact),
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
        `  ${tokens} tokens: ${milliseconds(ms)} (best ${milliseconds(row.best.prefill_ms[tokens])}, n ${row.repetitions.prefill[tokens]}); ${percent(shares.products[tokens])} of ${ceiling} ${row.dtype === 'q8' ? 'GOP/s' : 'GFLOP/s'}; ${milliseconds(shares.ms_per_token[tokens])} a token, attention ${percent(shares.attention[tokens])} of the operations`,
    ),
    ...each(
      row.decode_ms,
      (context, ms) =>
        `  one more token after ${context}: ${milliseconds(ms)} (best ${milliseconds(row.best.decode_ms[context])}, n ${row.repetitions.decode[context]}); reads weights at ${percent(shares.reading[context])} of ${limit.read_gbs} GB/s`,
    ),
    ...each(row.block_ms, (tokens, ms) => `  one block again, ${tokens} tokens: ${milliseconds(ms)}`),
    `  keystroke to distribution through the worker, 20 tokens: ${milliseconds(row.keystroke_ms)} (best ${milliseconds(row.best.keystroke_ms)})`,
    `  load: ${milliseconds(row.load_ms)}; memory ${Math.round(row.peak_mb)} MB`,
    ...leftOutLines(row),
    ...curveLines(row),
    ...row.profiles.flatMap((profile) => profileLines(profile, ceiling)),
    ...peerLines(row.peers, row),
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

/** A peer's report beside ours: its medians, and ours over its. `exact` are the logits of the known prompt in F32. */
export function peerRow(ours, report, exact) {
  const over = (mine, theirs, of) =>
    Object.fromEntries(
      Object.keys(theirs)
        .filter((key) => mine[key])
        .map((key) => [key, round(mine[key][of] / theirs[key][of], 3)]),
    );
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
    repetitions: { prefill: counts(report.prefill), decode: counts(report.decode) },
    ...(report.copying ? { decode_copying_ms: medians(report.copying) } : {}),
    largest_logit_difference: apart(report.logits, ours.logits),
    logit_difference_from_f32: apart(report.logits, exact),
  };
}

/** What is to be known of a peer's figures, by how its name begins. */
const PEER_NOTES = {
  'onnxruntime-web':
    'a graph of plain operators: no fused attention, no int8 by blocks; one scale a column, inputs rounded as it runs',
  wllama:
    'built without relaxed SIMD; keeps keys and values in F16, and its sampler counts for one more token',
};

function peerLines(peers, row) {
  const told = (record, tell) =>
    Object.entries(record)
      .map(([key, value]) => `${key}: ${tell(value, key)}`)
      .join(', ');
  const ratio = (value) => value.toFixed(2);
  const differs = (value) => value ?? 'not told, it gives out no logits';
  const of = Object.entries(peers).flatMap(([name, peer]) => {
    if (peer.failed) return [`  ${name}: did not run: ${peer.failed}`];
    const counted = (record, counts) =>
      told(record, (value, key) => `${milliseconds(value)} (n ${counts[key]})`);
    const note = Object.keys(PEER_NOTES).find((begin) => name.startsWith(begin));
    return [
      `  ${name}: prompts ${counted(peer.prefill_ms, peer.repetitions.prefill)}; one more token after ${counted(peer.decode_ms, peer.repetitions.decode)}`,
      ...(peer.decode_copying_ms
        ? [
            `    of which copying its cache in and out, as its interface has it: ${told(peer.decode_copying_ms, milliseconds)}`,
          ]
        : []),
      `    largest difference of a logit from F32: ${differs(peer.logit_difference_from_f32)}`,
      ...(note ? [`    ${PEER_NOTES[note]}`] : []),
      ...[
        ['medians', peer],
        ['bests', peer.best],
      ].map(
        ([which, from]) =>
          `  ours / ${name}, ${which}: prompts ${told(from.prefill_ratio, ratio)}; one more token after ${told(from.decode_ratio, ratio)}`,
      ),
    ];
  });
  if (of.length === 0) return [];
  return [
    '  beside other engines: CPU builds only (theirs for WebGPU are left out), the same warm-up and repetitions for all',
    `  ours: largest difference of a logit from F32: ${row.logit_difference_from_f32}`,
    ...of,
  ];
}
