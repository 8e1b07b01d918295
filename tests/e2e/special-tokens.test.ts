/** The two switches beside the prompt: special tokens in it are read as tokens, and the document mark goes first. */
import { describe, expect, it } from 'vitest';
import { useSite } from './browser';
import { usePage } from './one-page';
import { commandLine, screen } from './screen';
import { go } from './visits';

const site = useSite();
const written = '<|endoftext|>The sun';
const mark = 'Begin with the document mark';
const special = 'Read special tokens';
const ids = (tokens: { id: number }[]) => tokens.map(({ id }) => id);

describe('special tokens in the prompt', () => {
  const here = usePage(site, '#prompt=Hello');

  it('are text until the switch reads them, by the numbers of the command line, and Undo goes back', async () => {
    const { page, view } = here;
    await go(page, { prompt: 'Hello' });
    await view.write(written);
    const plain = commandLine(written, 3);
    expect(plain.tokens[0]!.id).toBe(27);
    expect(ids((await view.state()).tokens)).toEqual(ids(plain.tokens));
    const button = view.button(special);
    await button.click();
    await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true');
    await view.ready();
    const read = commandLine(written, 3, '--special');
    expect(read.tokens[0]!.id).toBe(50256);
    expect(ids((await view.state()).tokens)).toEqual(ids(read.tokens));
    expect((await view.rows()).slice(0, 3).map(({ logit }) => logit)).toEqual(
      read.top.map(({ logit }) => logit.toFixed(2)),
    );
    await view.button('Undo').click();
    await expect.poll(async () => ids((await view.state()).tokens)).toEqual(ids(plain.tokens));
  });

  it('begin with the document mark by one click, and a pin stays on its word', async () => {
    const { page, view } = here;
    await go(page, { prompt: 'The sun', more: { token: '1' } });
    await view.button(mark).click();
    await view.button(mark).and(page.locator('[aria-pressed=true]')).waitFor();
    await view.ready();
    const wanted = commandLine(written, 3, '--special');
    const state = await view.state();
    expect(ids(state.tokens)).toEqual(ids(wanted.tokens));
    expect([state.prompt, state.pinnedToken]).toEqual(['The sun', 2]);
    expect((await view.rows()).slice(0, 3).map(({ logit }) => logit)).toEqual(
      wanted.top.map(({ logit }) => logit.toFixed(2)),
    );
    // It stands in the prompt's box, before the text.
    await page.getByTitle(/^<\|endoftext\|>, token 50256/).waitFor();
  });

  it('are told in the stage of the tokens, with the ids of each piece', async () => {
    const { page } = here;
    await go(page, { prompt: written, open: 'tokens' });
    await page.getByText(/^A special token that is written out is ordinary text here/).waitFor();
    await go(page, { prompt: written, open: 'tokens', more: { special: '1', mark: '1' } });
    const pieces = page.getByRole('group', { name: 'The text in pieces' }).getByRole('button');
    await expect.poll(() => pieces.allTextContents()).toHaveLength(3);
    expect((await pieces.allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
      '<|endoftext|> 50256',
      'The 464',
      '·sun 4252',
    ]);
    await page.getByText(/^Before the text stands the document mark/).waitFor();
    await page.getByText(/^Special tokens are read as the tokens they name/).waitFor();
  });
});

it('a copied link keeps both switches, over a reload too', async () => {
  const { page } = await site.open(`#${new URLSearchParams({ prompt: written })}`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const view = screen(page);
  await view.ready();
  await view.button(special).click();
  await view.button(mark).click();
  const wanted = ids(commandLine(`<|endoftext|>${written}`, 1, '--special').tokens);
  await expect.poll(async () => ids((await view.state()).tokens)).toEqual(wanted);
  await view.ready();
  await view.button('Preferences').click();
  await view.button('Copy link').click();
  await page.getByText('Link copied').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto('about:blank');
  for (const open of [() => page.goto(link), () => page.reload()]) {
    await open();
    await view.ready();
    const state = await view.state();
    expect(state.reading).toEqual({ special: true, mark: true });
    expect(ids(state.tokens)).toEqual(wanted);
  }
  await page.context().close();
});
