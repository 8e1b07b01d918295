/** A catalogue of the same keys: texts stay texts, and messages with values take the same values. */
export type Same<T> = {
  [K in keyof T]: T[K] extends (...values: infer A) => infer R
    ? (...values: A) => R
    : T[K] extends string
      ? string
      : T[K] extends string[]
        ? string[]
        : Same<T[K]>;
};
