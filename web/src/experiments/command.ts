/** The command line that gives the numbers of a figure. Pure: text in, text out. */
import type { Interventions } from '../protocol/experiments';

/** One word of a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

type Flag = [name: string, value?: string | number];

const placeOf = (off: number | { layer: number; from?: number }) =>
  typeof off === 'number' ? { layer: off, from: 0 } : { from: 0, ...off };

function positions({ positions: rule, noPositions }: Interventions): Flag[] {
  if (noPositions) return [['--no-positions']];
  if (!rule || Array.isArray(rule)) return [];
  if ('shift' in rule) return [['--positions', `shift:${rule.shift}`]];
  return [['--positions', 'shuffle' in rule ? `shuffle:${rule.shuffle}` : 'same']];
}

/** Changes as flags of `vitrine`. */
export function flagsOf(changes: Interventions): Flag[] {
  const flags: Flag[] = [];
  let from = 0;
  for (const { layer, head, scale = 1, mean, from: begin = 0 } of changes.heads ?? []) {
    from = Math.max(from, begin);
    if (mean) flags.push(['--ablate-mean', `${layer}.${head}`], ['--means', 'TEXT_FILE']);
    else if (scale === 0) flags.push(['--ablate', `${layer}.${head}`]);
    else flags.push(['--scale', `${layer}.${head}=${scale}`]);
  }
  const off = [
    ['--skip-attention', changes.skipAttention],
    ['--skip-mlp', changes.skipMlp],
    ['--skip-layer', changes.skipLayer],
  ] as const;
  for (const [name, layers] of off)
    for (const one of layers ?? []) {
      const { layer, from: begin } = placeOf(one);
      from = Math.max(from, begin);
      flags.push([name, layer]);
    }
  for (const { layer, head, query, key } of changes.cutEdges ?? [])
    flags.push(['--cut', `${layer}.${head < 0 ? '*' : head}:${query}-${key}`]);
  if (changes.window) flags.push(['--window', changes.window]);
  if (changes.noMask) flags.push(['--no-mask']);
  flags.push(...positions(changes));
  if (typeof changes.attentionTemperature === 'number')
    flags.push(['--attention-temperature', changes.attentionTemperature]);
  for (const { layer } of changes.norms ?? [])
    flags.push(layer === undefined ? ['--no-layernorm'] : ['--no-layernorm', layer]);
  if (changes.kvGroups) flags.push(['--kv-groups', changes.kvGroups]);
  if (from > 0) flags.push(['--from', from]);
  return flags;
}

/** `vitrine NAME MODEL --tokens ... flags`. Ids, not text: what is run is exactly what was seen. */
export function commandLine(
  name: string,
  model: string,
  flags: readonly Flag[],
  changes: Interventions = {},
): string {
  const words = [...flags, ...flagsOf(changes)].flatMap(([flag, value]) =>
    value === undefined ? [flag] : [flag, quoted(`${value}`)],
  );
  return ['vitrine', name, quoted(model), ...words].join(' ');
}
