/** Changes worth a look, each one click; those that change the bundled model most come first (scripts/presets.mjs). Pure. */
export const presets = [
  'norms',
  'mlp0',
  'attention',
  'groups',
  'order',
  'window',
  'shuffled',
  'temperature',
] as const;

export type Preset = (typeof presets)[number];

interface Shape {
  layers: number;
  headSize: number;
}

/** Four digits are enough: 1/√D of any size then stays what it is for the eye, and short in an address. */
const digits = (value: number) => String(Number(value.toFixed(4)));

/** The codes of a preset for a model of this shape. */
export function codesOf(preset: Preset, { layers, headSize }: Shape): string[] {
  switch (preset) {
    case 'window':
      return ['w3'];
    case 'order':
      return ['nopos'];
    case 'shuffled':
      return ['pos~17'];
    case 'mlp0':
      return ['m0'];
    case 'norms':
      return ['ln'];
    case 'attention':
      return Array.from({ length: layers }, (_, layer) => `a${layer}`);
    case 'temperature':
      return [`t${digits(1 / Math.sqrt(headSize))}`];
    case 'groups':
      return ['kv1'];
  }
}
