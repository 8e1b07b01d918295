/** The changed model on the page: its numbers are the command line's, and all of it can be done by keys. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { PLACES, program } from '../../scripts/project.mjs';
import { percent } from '../../web/src/format/format';
import { useSite } from './browser';
import { usePage } from './one-page';
import { go } from './visits';

const site = useSite();
const sentence = 'He lived in New York and worked in New';

interface Told {
  top: { id: number; text: string; p: number }[];
}

/** What the command line says of the same text, with flags that change the model. */
const told = (...flags: string[]) =>
  JSON.parse(
    execFileSync(
      program(PLACES.native, 'vitrine'),
      ['run', PLACES.bundledModel, '--prompt', sentence, '--top', '6', '--json', ...flags],
      { encoding: 'utf8' },
    ),
  ) as Told;

describe('the changed model', () => {
  const here = usePage(site, '#view=simple');
  const visit = (x: string) => go(here.page, { prompt: sentence, more: { view: 'simple', at: 'L4H5', x } });
  const rows = async () => (await here.view.rows()).map(({ token, probability }) => [token, probability]);

  it.each([
    ['w3', ['--window', '3']],
    ['h4.5*0', ['--ablate', '4.5']],
    ['m0', ['--skip-mlp', '0']],
    ['nopos', ['--no-positions']],
    ['w3,a2,h4.5*0.5', ['--window', '3', '--skip-attention', '2', '--scale', '4.5=0.5']],
  ])('%s: the shares are those of the command line with the same flags', async (x, flags) => {
    await visit(x);
    const { top } = told(...flags);
    await expect.poll(rows).toEqual(top.map(({ text, p }) => [text.trim() || text, percent(p)]));
  });

  it('goes back and forward, and comes back with its address', async () => {
    const { page, view } = here;
    await visit('w3');
    const changes = () => page.evaluate(() => window.vitrine!.state()['changes']);
    await expect.poll(changes).toEqual(['w3']);
    await page.keyboard.press('o');
    await expect.poll(changes).toEqual(['w3', 'h4.5*0']);
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('h4.5');
    await view.ready();
    const before = await rows();
    await page.reload();
    await view.ready();
    await expect.poll(rows).toEqual(before);
    await view.button('Take back: The last 3 words only').click();
    await expect.poll(changes).toEqual(['h4.5*0']);
    await view.button('Undo the change').click();
    await expect.poll(changes).toEqual(['w3', 'h4.5*0']);
    await view.button('Redo the change').click();
    await expect.poll(changes).toEqual(['h4.5*0']);
    await view.button('Clear').click();
    await expect.poll(changes).toEqual([]);
  });

  it('shows the unchanged model while Z is held, and the difference with D', async () => {
    const { page } = here;
    await visit('w3');
    const pictured = () => page.evaluate(() => window.vitrine!.state()['pictured']);
    await expect.poll(pictured).toBe('changed');
    await page.keyboard.down('z');
    await expect.poll(pictured).toBe('base');
    await page.keyboard.up('z');
    await expect.poll(pictured).toBe('changed');
    await page.keyboard.press('d');
    await expect.poll(pictured).toBe('difference');
    await page.keyboard.press('d');
  });

  it('takes a head out by its switch, where it is drawn', async () => {
    const { page, view } = here;
    await visit('');
    const button = view.button('Experiments');
    if ((await button.getAttribute('aria-pressed')) === 'false') await page.keyboard.press('x');
    const power = page.getByRole('switch', { name: 'Head 5', exact: true });
    await power.click();
    await expect.poll(() => power.getAttribute('aria-checked')).toBe('false');
    await expect.poll(() => page.evaluate(() => window.vitrine!.state()['changes'])).toEqual(['h4.5*0']);
    await power.click();
    await expect.poll(() => power.getAttribute('aria-checked')).toBe('true');
  });

  it('tells the comparison once, and what an address names in vain', async () => {
    const { page } = here;
    await visit('w3,nonsense');
    await page.getByRole('note').filter({ hasText: 'nonsense' }).waitFor();
    const spoken = page.locator('p.spoken', { hasText: /^Changed model: “York” stays first/ });
    await spoken.waitFor({ state: 'attached' });
    expect(await spoken.count()).toBe(1);
  });

  it('says where the numbers left what F32 holds, or compares them', async () => {
    const { page } = here;
    await visit('ln');
    const status = () => page.evaluate(() => window.vitrine!.state()['changed']);
    await expect.poll(status).toMatch(/^(ready|overflow)$/);
  });
});
