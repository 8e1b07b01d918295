/** A prompt beyond the model's context, in the engine's own words. */
export interface Overlong {
  tokens: number;
  excess: number;
  context: number;
}

/** Reads the engine's message about a prompt that is too long; null for any other. */
export function readOverlong(message: string): Overlong | null {
  const match = /has (\d+) tokens, (\d+) more than this model's context of (\d+)/.exec(message);
  return match && { tokens: Number(match[1]), excess: Number(match[2]), context: Number(match[3]) };
}
