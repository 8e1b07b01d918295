/** Seconds tell whether the page works at all: it opens, answers a key, and shows a stage. */
import { expect, it } from 'vitest';
import { useSite } from './browser';
import { usePage } from './one-page';
import { commandLine, visible } from './screen';
import { go } from './visits';

const here = usePage(useSite(), '#prompt=Hello');

it('answers the prompt of its address as the command line does', async () => {
  const rows = await here.view.rows();
  const { top } = commandLine('Hello', 3);
  expect(rows.slice(0, 3).map(({ token }) => token)).toEqual(top.map(({ text }) => visible(text)));
});

it('answers a key', async () => {
  await here.view.prompt.focus();
  await here.page.keyboard.press('End');
  await here.page.keyboard.type('!');
  await expect.poll(() => here.view.state()).toMatchObject({ status: 'ready', prompt: 'Hello!' });
  expect((await here.view.state()).tokens.map(({ text }) => text)).toEqual(['Hello', '!']);
});

it('shows a stage', async () => {
  await go(here.page, { prompt: 'Hello', open: 'attention' });
  await here.page.getByRole('article').getByRole('heading', { level: 2 }).waitFor();
  expect((await here.view.state()).open).toBe('attention');
});
