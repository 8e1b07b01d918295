/** What follows a token, and the plain shape of a tensor: what answers of several calls are made of. */

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

export interface Sampling {
  /** 0 is greedy. */
  temperature: number;
  /** 0 keeps all. */
  topK: number;
  topP: number;
}

export interface NextRequest extends Sampling {
  /** Candidates wanted, from the likeliest on, and how many about the cut. */
  count: number;
  around: number;
  seed: number;
  index: number;
}

/** What follows the last token. */
export interface Next {
  distribution: Distribution;
  draw: Draw;
}

export interface Candidate {
  rank: number;
  id: number;
  text: string;
  logit: number;
  /** logit / temperature. */
  tempered: number;
  /** Softmax of the logits as they are. */
  raw: number;
  /** Softmax of the tempered logits, nothing cut yet. */
  scaled: number;
  /** After top-k and top-p, renormalised; 0 where cut. */
  probability: number;
  kept: 'yes' | 'k' | 'p';
}

/** A distribution as a whole. */
export interface DistributionSummary {
  vocabulary: number;
  keptByK: number;
  keptByP: number;
  massCutByK: number;
  massCutByP: number;
  /** Nats. */
  entropy: number;
}

export interface Distribution extends DistributionSummary {
  candidates: Candidate[];
  asked: Candidate[];
  /** About the cut: as many as were asked for, at most. */
  edge: Candidate[];
}

export interface Draw {
  rank: number;
  id: number;
  text: string;
  u: number;
  begin: number;
  end: number;
}
