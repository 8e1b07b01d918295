/** What a fresh page, a link without a head and an example look at. */
import { expect, it } from 'vitest';
import { en } from '../../web/src/i18n/en';
import { examples, firstExample } from '../../web/src/state/examples';
import { useSite } from './browser';
import { screen } from './screen';

const site = useSite();

const headOf = (url: string) => /[#&]at=(L\d+H\d+)/.exec(url)?.[1];

it('a fresh page shows the first example and its head', async () => {
  const { page, problems } = await site.open();
  const view = screen(page);
  await view.ready();
  expect(await view.prompt.inputValue()).toBe(firstExample.text);
  await expect.poll(() => headOf(page.url())).toBe('L4H5');
  expect(problems).toEqual([]);
});

it('a link with a text alone gets the head worth looking at, one with a head keeps it', async () => {
  const { page } = await site.open('#prompt=The%20mother%20of%20the%20child%20took%20the%20child%20in%20her');
  await screen(page).ready();
  await expect.poll(() => headOf(page.url())).toBe('L7H2');
  const other = await site.open('#prompt=She%20put%20her%20hand%20on%20his&at=L0H1');
  await screen(other.page).ready();
  await expect.poll(() => headOf(other.page.url())).toBe('L0H1');
});

it('each example comes with its head, and those beyond this model say so', async () => {
  const { page } = await site.open();
  const view = screen(page);
  await view.ready();
  const choice = page.getByRole('combobox', { name: 'Examples' });
  for (const example of examples.filter(({ shown }) => shown).slice(1, 4)) {
    await choice.selectOption(example.id);
    await expect.poll(() => view.prompt.inputValue()).toBe(example.text);
    await view.ready();
    await expect.poll(() => headOf(page.url())).toBe(`L${example.shown!.layer}H${example.shown!.head}`);
  }
  const beyond = choice.locator(`optgroup[label="${en.controls.needsGpt2}"] option`);
  expect(await beyond.count()).toBe(examples.filter(({ needsGpt2 }) => needsGpt2).length);
});
