import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundledNames, siteModels } from '../../../web/src/models/bundled';

describe('the models beside the page', () => {
  it('are called as their cards say before those are read', () => {
    for (const source of siteModels) {
      const folder = new URL(`../../../web/public/models/${source.id}/`, import.meta.url);
      const card = JSON.parse(readFileSync(new URL('card.json', folder), 'utf8')) as { name: string };
      expect(bundledNames[source.id]).toBe(card.name);
    }
  });
});
