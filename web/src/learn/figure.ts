/** The small figures a step draws in the dock from its facts. */

/** A role's colour. */
export type Tint = 'attention' | 'output' | 'query' | 'key' | 'value' | 'mlp' | 'residual';

export interface Bar {
  label: string;
  value: number;
  /** How the value is written. */
  text: string;
  /** What stood there before, drawn pale behind. */
  before?: number;
  lit?: boolean;
}

export interface Line {
  name: string;
  tint: Tint;
  /** [x, y], x rising. */
  points: readonly (readonly [number, number])[];
}

export type Figure =
  /** Values may be negative; the longest fills the width, or `most` does. */
  | { kind: 'bars'; tint: Tint; rows: readonly Bar[]; most?: number }
  | {
      kind: 'curve';
      lines: readonly Line[];
      x: string;
      y: string;
      /** How a value of y is written. */
      text: (value: number) => string;
      /** A value of x that is marked. */
      at?: number;
    }
  /** Values 0..1 of colour, row by row. */
  | {
      kind: 'cells';
      tint: Tint;
      columns: number;
      values: ArrayLike<number>;
      lit?: number;
      rowName: string;
      columnName: string;
      text: (index: number) => string;
    }
  /** Two lists side by side under names. */
  | { kind: 'lists'; tint: Tint; lists: readonly { name: string; rows: readonly Bar[] }[] }
  /** Words in a row, each with a share of colour and a note. */
  | {
      kind: 'words';
      tint: Tint;
      words: readonly { text: string; share: number; note: string; lit?: boolean }[];
    };
