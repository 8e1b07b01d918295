/** Changes of the model in words. Pure. */
import { readChange } from '../state/changes';
import type { Catalogue } from './texts';

/** What a change does, as its chip says it; `nameOf` is a token's word. A code that is none stays as it is. */
export function chipOf(code: string, text: Catalogue['change'], nameOf: (token: number) => string): string {
  const change = readChange(code);
  if (!change) return code;
  const [a = '', b = '', c = '', d = ''] = change.parts;
  switch (change.kind) {
    case 'head':
      if (c === 'mean') return text.headMean(a, b);
      return Number(c) === 0 ? text.headOff(a, b) : text.headScaled(a, b, c);
    case 'attention':
    case 'mlp':
    case 'layer':
      return text[change.kind](a);
    case 'edge': {
      const [query, key] = [nameOf(Number(c)), nameOf(Number(d))];
      return b === '*' ? text.edgeAll(a, query, key) : text.edge(a, b, query, key);
    }
    case 'window':
      return text.window(a);
    case 'mask':
      return text.mask;
    case 'positions':
      if (a === '') return text.noPositions;
      if (a === '=') return text.samePlace;
      return a === '~' ? text.shuffle(b) : text.shift(`${a}${b}`);
    case 'temperature':
      return text.temperature(a);
    case 'norms':
      if (a === '') return text.noNorms;
      return a === 'f' ? text.noFinalNorm : text.noNormsIn(a);
    case 'groups':
      return text.groups(a);
    case 'from':
      return text.from(nameOf(Number(a)));
  }
}
