/** What the panel about the model in use says; fetched with it. */
export const modelPanel = {
  checksum: 'SHA-256',
  source: 'From',
  verified: 'Compared with the published GPT-2',
  verifying: (done: number, all: number) => `Comparing with the published GPT-2: ${done} of ${all} prompts`,
  ids: (equal: number, all: number) => `Token ids equal for ${equal} of ${all} prompts`,
  order: (equal: number, all: number) =>
    `Order of the ${all} likeliest next tokens: ${equal} of ${all} in the published place, or within the tolerance of it`,
  logits: (largest: string, tolerance: string) =>
    `Largest logit difference ${largest} (common shift removed; allowed ${tolerance})`,
  attention: (largest: string) => `Largest difference of an attention weight ${largest}`,
  passed: 'These are the answers of the published GPT-2 small.',
  failed: 'These are not the answers of the published GPT-2 small.',
  comparison: 'int8 beside F32, on this prompt',
  compare: 'Compare int8 with F32',
  downloadAndCompare: (bytes: string) => `Download ${bytes} and compare`,
  compareDownload: (bytes: string, host: string) =>
    `Fetches the weights as they were before they were rounded (${bytes} from ${host}), runs this prompt with them, and lets them go again.`,
  compareHere: (bytes: string) =>
    `Makes the other form from the weights that are here, runs this prompt with it, and lets it go again. Takes about ${bytes} of memory for that long; nothing is downloaded.`,
  compareFiles: 'Open the file this model was made of once more: what is kept here is rounded.',
  compareRounded:
    'The weights before rounding are not at hand: what is compared is int8 arithmetic with F32 arithmetic on the same rounded weights.',
  compareNot: 'The weights before rounding are not at hand, so there is nothing to compare with.',
  openOriginal: 'Open the original…',
  originals: (files: string) => `Wanted: ${files}. It is used only if it is the same file.`,
  comparing: 'Comparing…',
  positions: (done: number, all: number) => `Comparing: ${done} of ${all} positions`,
  earlier: 'These figures are of an earlier prompt.',
  sameTop: (same: number, all: number) =>
    `The likeliest next token is the same at ${same} of ${all} positions`,
  inPlace: (equal: number, all: number) =>
    `Of the 20 likeliest at each, ${equal} of ${all} stand in the same place`,
  largestLogit: (largest: string) => `Largest logit difference among those ${largest} (common shift removed)`,
  divergence: (mean: string, largest: string) =>
    `KL divergence ${mean} nats a position in the mean, ${largest} at most`,
  byPosition: 'Position by position',
  token: 'After',
  exactForm: 'F32',
  roundedForm: 'int8',
  nats: 'KL (nats)',
  logitDifference: 'Δ logit',
};
