import type { Page } from 'playwright-core';

/** Opens the list of what a stage gives away, and answers its figures' groups by their accessible names. */
export async function openSave(page: Page, { save = 'Save', figures = /^Take the figure: / } = {}) {
  const button = page.getByRole('article').getByRole('button', { name: save, exact: true });
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  return page.getByRole('group', { name: figures });
}
