import type { FailureCode, FailureValues, Leftover } from '../../protocol/model-failure';
import type { Reason } from '../../models/architecture';
import { bytes, count } from '../../format/format';
import { formats, reasons as engine } from './reasons';

type Sentence = (values: FailureValues) => string;

const size = (value: string | number) => bytes(Number(value));
const whole = (value: string | number) => count(Number(value), 'en');

const failure: Record<FailureCode, Sentence> = {
  offline: ({ host }) =>
    `This device is offline, so ${host} cannot be reached. Connect and try again; what has arrived is kept.`,
  unreachable: ({ host }) =>
    `${host} cannot be reached. Check the connection, or whether a firewall or blocker stands in the way, and try again.`,
  unreadable: ({ host }) =>
    `No answer from ${host} that this page may read. Either it cannot be reached, or it does not allow web pages to read its files; the browser does not say which. Open ${host} in a new tab: if it answers there, download the files and open them here instead.`,
  cors: ({ host }) =>
    `${host} answers, but does not allow web pages to read its files. Download the files there and open them here instead.`,
  noRepository: ({ repository }) =>
    `The hub has no public model “${repository}”. Check the spelling: owner/name. A private one can be downloaded and opened from files.`,
  noRevision: ({ repository, revision }) =>
    `“${repository}” has no branch, tag or commit “${revision}”. Leave the revision empty for the newest.`,
  noFile: ({ repository, file }) =>
    `“${repository}” has no file ${file} any more. Try again; if that does not help, the repository has changed.`,
  gated: ({ repository }) =>
    `“${repository}” asks its users to agree to its terms first. Sign in on its page, download the files and open them here.`,
  forbidden: ({ host }) =>
    `${host} refused the download (403). Try again later, or download the files there and open them here.`,
  tooMany: ({ host, seconds }) =>
    `${host} asks for fewer requests for now. Try again in ${seconds} seconds; what has arrived is kept.`,
  server: ({ host, status }) =>
    `${host} has trouble of its own (status ${status}). Try again in a few minutes; what has arrived is kept.`,
  interrupted: ({ host, got, wanted }) =>
    `The connection to ${host} broke off${Number(wanted) ? ` after ${size(got)} of ${size(wanted)}` : ''}. What has arrived is kept: try again to go on from there.`,
  stalled: ({ host, seconds }) =>
    `${host} has sent nothing for ${seconds} seconds. Try again; what has arrived is kept.`,
  endless: ({ file, host, most }) =>
    `${host} sends more of ${file} than the ${size(most)} such a file may have. It was not used; open the files yourself, or choose another host.`,
  answer: ({ host }) =>
    `${host} answered something that is not a list of model files. Is this address a model hub?`,
  length: ({ file, got, wanted }) =>
    `${file} arrived with ${whole(got)} bytes instead of ${whole(wanted)}. It was not used; try again.`,
  hash: ({ file }) =>
    `${file} arrived damaged: its SHA-256 is not the one that was promised. It was not used; try again.`,
  changed: ({ file }) =>
    `${file} was replaced by its owner while it was being downloaded. The download begins anew.`,
  repositoryName: ({ text }) =>
    `“${text}” is not the name of a repository. Write owner/name, such as openai-community/gpt2, or paste the address of its page.`,
  nothingChosen: () =>
    'No file came of that choice. Either the folder is empty, or all in it are links, which browsers leave out: so it is with snapshots in the cache of Hugging Face. Choose the folder “blobs” beside snapshots, or the folder “models--…” above both, and each file is known by what it holds; or choose a copy of the folder that holds the files themselves.',
  noConfig: ({ place, files }) =>
    `${place ? `In ${place} there is` : `Beside ${files} there is`} no config.json, so the model's shape is unknown. Open it together with the weights.`,
  badConfig: ({ detail }) => `The config.json cannot be used: ${detail}.`,
  architecture: ({ name, reason }) =>
    `This is a “${name}” model, not a GPT-2: ${reasons[reason as Reason] ?? reasons.unknown}. Choose a model whose config.json says "model_type": "gpt2".`,
  noWeights: ({ place, files }) =>
    `There is no model.safetensors ${place ? `in ${place}` : `among what was opened (${files})`}. Choose the model's folder, or all its files together.`,
  severalWeights: ({ files }) =>
    `These are several files of weights (${files}), and nothing says which is meant. Open one of them with its config.json, or shards together with their model.safetensors.index.json.`,
  foreign: ({ file, format }) => `${file} cannot be opened as a model. ${formats[format] ?? ''}`,
  onlyPickle: ({ place }) =>
    `${place} holds its weights only as a PyTorch pickle, which can carry code and is not opened here. Turn it into model.safetensors first; for a nanoGPT ckpt.pt there is a script in this project.`,
  weights: ({ detail }) => `The weights cannot be used: ${detail}`,
  tokenizer: ({ detail }) =>
    `It has no tokenizer that can be used here, so the prompt is a list of token ids. (${detail})`,
  tiedAsHead: () =>
    'The file stores the token table once, under the name lm_head.weight. As transformers does, it serves for the embedding and for the unembedding.',
  untied: () =>
    'config.json says that embedding and unembedding are one table, but the file holds two that differ. As transformers does, both are used.',
  badIndex: () => 'The model.safetensors.index.json does not list the files of weights.',
  missingShard: ({ file }) => `The file ${file} is missing. Open all files of the model together.`,
  otherFile: ({ file, got, wanted }) =>
    `${file} is not the file this model was made of: ${wanted === undefined ? 'its SHA-256 is another one' : `it has ${whole(got)} bytes, and that one had ${whole(wanted)}`}. Nothing was compared; open the original.`,
  tooLarge: () =>
    'This model does not fit the memory a tab may use here. Close other tabs, or choose a smaller model.',
  quota: () =>
    'The browser has no room to keep this model. Remove another one, or free disk space. It is used now without being kept.',
  busy: ({ name }) => `Another tab is fetching ${name} right now. It will be here when that tab is done.`,
  gone: ({ name }) =>
    `${name} is no longer in this browser: it was removed, moved or cleared away. Fetch or open it again.`,
  damaged: ({ name }) => `The kept copy of ${name} is damaged and is not used. Remove it and fetch it again.`,
  inUse: ({ name }) => `Another tab is using ${name}. Close that tab first.`,
  cancelled: ({ left }) => `Cancelled. ${leftover[left as Leftover] ?? leftover.part}`,
  crashed: ({ detail }) => `Loading stopped unexpectedly: ${detail}. Try again.`,
};

const leftover: Record<Leftover, string> = {
  part: 'What has arrived is kept and can be gone on with.',
  whole: 'The model is kept in this browser: choose it in the list of models when you want it.',
  nothing: 'Nothing of it was kept.',
};

const reasons: Record<Reason, string> = {
  rotary:
    'it rotates queries and keys by their position and normalises differently, where GPT-2 adds a learned position to each token',
  alibi:
    'it tells positions by slanting the attention scores, where GPT-2 adds a learned position to each token',
  encoder: 'it reads in both directions at once and does not predict the next token',
  encoderDecoder: 'it has an encoder beside the decoder',
  localAttention: 'half of its layers see only a window of the text',
  sharedKeys: 'its heads share one set of keys and values',
  recurrent: 'it carries a state along instead of attending to earlier tokens',
  postNorm: 'it places its norms or positions elsewhere than GPT-2',
  crossAttention: 'it has been given cross-attention to an encoder',
  vision: 'it works on images',
  unknown: 'its pass is another one than the one shown here',
};

export const models = {
  title: 'Models',
  bundled: 'Bundled',
  onSite: 'On this site',
  kept: 'Kept in this browser',
  fromHub: 'From the Hugging Face hub',
  own: 'Your own',
  listAgain: 'The list did not come: ask again',
  openFiles: 'Open files or folder…',
  fromRepository: 'From a hub repository…',
  manage: 'Manage kept models…',
  drop: 'Drop model.safetensors, config.json and the tokenizer files, or their folder',
  chooseFiles: 'Choose files…',
  chooseFolder: 'Choose a folder…',
  repository: 'Repository',
  repositoryHint: 'owner/name, or the address of its page',
  revision: 'Revision (optional)',
  lookUp: 'Look up',
  lookUpHint: (host: string) =>
    `Looking up asks ${host} for the list of files and config.json, a few kilobytes.`,
  lookingUp: (host: string) => `Asking ${host}…`,
  from: 'From',
  downloads: 'Downloads',
  keeps: 'Keeps in this browser',
  about: (bytes: string) => `about ${bytes}`,
  nothing: 'nothing',
  shape: (layers: string, heads: string, width: string, context: string) =>
    `${layers} layers, ${heads} heads, width ${width}, context ${context}`,
  parameters: (count: string) => `${count} parameters`,
  exact: 'Exact: keep the weights as 32-bit numbers',
  exactHint: (bytes: string) => `Needs about ${bytes} of memory instead.`,
  exactOnly: (bytes: string) =>
    `The weights as they were before they were rounded to int8, as 32-bit numbers. Needs about ${bytes} of memory.`,
  keep: 'Keep it in this browser, so that the next visit needs no download',
  noStorage:
    'This browser keeps nothing here (a private window, perhaps): the model is used until the page is closed.',
  room: (free: string) => `${free} free for this site`,
  tooLittleRoom: (needed: string, free: string) =>
    `There is room for ${free}, and keeping this takes ${needed}: it will be used without being kept.`,
  noRoomToResume: (needed: string, free: string) =>
    `There is room for ${free}. Putting the download aside as well would take ${needed} until it is complete, so if it breaks off, it may begin anew.`,
  putAside: (bytes: string) =>
    `Until it is complete, up to ${bytes} more are put aside here, so that a download that breaks off goes on where it was.`,
  download: (bytes: string) => `Download ${bytes}`,
  resume: (received: string, total: string) => `Go on (${received} of ${total} are here)`,
  load: 'Load',
  cancel: 'Cancel',
  close: 'Close',
  remove: (name: string) => `Remove ${name}`,
  unfinished: 'Unfinished downloads',
  noneKept: 'No model is kept in this browser yet.',
  usedOf: (used: string, quota: string) => `${used} used of ${quota} this browser allows.`,
  persistent: 'The browser has promised not to clear them away by itself.',
  notPersistent: 'The browser may clear them away when the disk runs full.',
  persist: 'Ask the browser to keep them',
  stages: {
    asking: 'Asking what there is',
    replaying: 'Reading what is already here',
    downloading: 'Downloading and converting',
    reading: 'Reading and converting',
    pausing: 'Waiting to try again',
    saving: 'Saving in this browser',
    loading: 'Loading it into the engine',
  },
  progress: (received: string, total: string) => `${received} of ${total}`,
  rate: (bytes: string) => `${bytes}/s`,
  left: (seconds: number) =>
    seconds < 90 ? `${Math.max(1, Math.round(seconds))} s left` : `${Math.round(seconds / 60)} min left`,
  tryingAgain: (reason: string) => `${reason} Trying again.`,
  loaded: (name: string) => `${name} is ready.`,
  panel: 'This model',
  failure,
  /** Said inside of some of them. */
  reasons: engine,
};
