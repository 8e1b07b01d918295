/** Where the browser cannot run the engine: why, and the ways on. */
export const unsupported = {
  title: 'This browser cannot run the engine',
  why: 'Vitrine computes the whole model here, in this page. For that it needs instructions that work on several numbers at once (WebAssembly SIMD), and this browser lacks them or has them turned off.',
  ways: 'What helps',
  update: 'Update the browser.',
  updateHow: 'Each of these has the instructions, and so has every newer one. The newest is best.',
  versions: 'Browsers that have them',
  from: (version: string) => `from ${version}`,
  ios: 'iPhone, iPad',
  allow: 'Allow WebAssembly for this site.',
  allowHow:
    'Some protections turn it off: Lockdown Mode on Apple devices, “Enhance your security on the web” in Edge, or the rules of a school or a company.',
  elsewhere: 'Open it on another device or in another browser.',
  elsewhereHow: 'The link takes your text along.',
  copy: 'Copy the link',
  copied: 'Link copied',
  copyFailed: 'The link could not be copied; take it from the address bar.',
  reload: 'Load the page again',
  agent: 'What this browser says it is:',
};
