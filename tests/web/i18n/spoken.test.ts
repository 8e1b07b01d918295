import { expect, it, vi } from 'vitest';
import { catalogues } from '../../../web/src/i18n';
import { catalogueOf, learn } from '../../../web/src/i18n/spoken';
import { ViewState } from '../../../web/src/state/view.svelte';

it('speaks English at once, and Korean when its texts have come', async () => {
  expect(catalogueOf('ko')).toBeUndefined();
  const view = new ViewState();
  expect(view.t).toBe(catalogues.en);
  view.locale = 'ko';
  // Until then in the language it has, not in none, and it says which that is.
  expect([view.locale, view.wanted]).toEqual(['en', 'ko']);
  expect(view.t).toBe(catalogues.en);
  await vi.waitFor(() => expect(view.t).toBe(catalogues.ko));
  expect(view.locale).toBe('ko');
  expect(catalogueOf('ko')).toBe(catalogues.ko);
  view.locale = 'en';
  expect(view.t).toBe(catalogues.en);
  view.locale = 'ko';
  expect(view.t).toBe(catalogues.ko);
});

it('stays with what was chosen last, whatever comes later', async () => {
  const view = new ViewState();
  view.locale = 'ko';
  view.locale = 'en';
  await learn('ko');
  expect(view.locale).toBe('en');
  expect(view.t).toBe(catalogues.en);
});
