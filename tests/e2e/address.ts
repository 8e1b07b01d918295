/** Where a page's address is made: the one place that says which view the tests are of. */

/** Fields that every address has which does not say otherwise. */
const standing: Record<string, string> = { view: 'full' };

/** `fields` of an address's fragment, with those that every address has. */
export const fragment = (fields: Record<string, string>): string =>
  new URLSearchParams({ ...standing, ...fields }).toString();

/**
 * A path below the site, such as `?threads=1#prompt=Hello`, with the fields that every address has; another file than
 * the page stays as it is.
 */
export function address(path = ''): string {
  const [before, ...after] = path.split('#');
  if (!/^(\?|$)/.test(before!) || Object.keys(standing).length === 0) return path;
  return `${before}#${fragment(Object.fromEntries(new URLSearchParams(after.join('#'))))}`;
}
