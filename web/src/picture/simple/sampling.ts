/** What the first screen writes of the sampling. */
import type { Sampling } from '../../protocol/protocol';

export type Change = Partial<Sampling>;

/** 1.0, 0.75, 1.125: one decimal at least, three at most. */
export function temperatureText(temperature: number): string {
  const short = temperature.toFixed(1);
  return Number(short) === temperature ? short : String(Number(temperature.toFixed(3)));
}
