export const problems = {
  title: {
    superseded: 'A newer request took its place',
    stale: 'The answer came too late',
    cancelled: 'Cancelled',
    input: 'The engine cannot read this',
    network: 'The model could not be fetched',
    memory: 'There is not enough memory',
    unsupported: 'This browser cannot run the engine',
    crashed: 'The engine stopped unexpectedly',
    internal: 'Something went wrong in the page',
    ids: 'That is not a list of token ids',
  },
  remedy: {
    superseded: 'Nothing to do.',
    stale: 'Nothing to do.',
    cancelled: 'Try again when you like.',
    input: 'Change the text or choose an example. What was shown last stays on screen.',
    network: 'Check the connection and try again. Nothing you typed is lost.',
    memory: 'Close other tabs or choose a smaller model, then try again.',
    unsupported: 'Use a browser with WebAssembly SIMD: Chrome or Edge 91, Firefox 89, Safari 16.4, or newer.',
    crashed:
      'It is started again with your prompt kept. If it stops again, shorten the prompt or reload the page.',
    internal: 'Try again; if it comes back, reload the page.',
    ids: 'Write whole numbers parted by spaces or commas, such as 464 1468 582.',
  },
  gaveUp:
    'It stopped several times in a row, so it is not started again by itself. Shorten the text, which starts it anew, or try again. What you typed is kept.',
  engineTitle: 'The engine could not be fetched',
  modelTitle: 'This model cannot be read',
  modelRemedy: 'Try again, choose another model, or open one from your own files. Nothing you typed is lost.',
  overlong: (excess: string) => `The text is ${excess} tokens too long`,
  overlongWhy: (tokens: string, context: string) =>
    `It has ${tokens} tokens, and this model reads at most ${context}. Nothing is lost: shorten the text, or choose a model with a longer context. Until then the last answer stays on screen.`,
  restarting: 'The engine stopped unexpectedly and is being started again. Your prompt is kept.',
  notNumber: (word: string) => `“${word}” is not a token id.`,
  quoted: 'In the original words:',
  retry: 'Try again',
  part: 'This part of the page could not be fetched. The connection may be gone, or the page was updated meanwhile. What you typed is kept.',
  loadAgain: 'Load the page again',
  recovered: 'The engine stopped and was started again; your prompt was kept.',
  english:
    'This model has learned from English alone: other scripts reach it as bytes, and what it expects of them means little.',
  beyond: (asked: string, last: string, shown: string) =>
    `${asked} is asked for, but this model ends with ${last}: ${shown} is shown.`,
};
