/** Files of the page that come wrong or not at all: told by name, and well again by the button, with the prompt kept. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import { bundled } from '../bundled';
import { useSite, waits } from './browser';
import { screen } from './screen';
import { spoiltHost, type Spoil, type SpoiltHost } from './spoilt_host';

const site = useSite();
const built = process.env['VITRINE_PAGE'] ?? PLACES.page;
const engine = join('engine', readdirSync(join(built, 'engine'))[0]!, 'vitrine.wasm');
const model = (name: string) => `models/${bundled.id}/${name}`;

let host: SpoiltHost | undefined;
afterEach(() => host?.close());

async function visit(spoil: SpoiltHost['spoil']): Promise<Page> {
  host = await spoiltHost();
  host.spoil = spoil;
  const context = await site.browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    // A worker of the site would answer in place of the network.
    serviceWorkers: 'block',
  });
  context.setDefaultTimeout(waits);
  const page = await context.newPage();
  await page.goto(`${host.url}?threads=1#prompt=abc`);
  return page;
}

describe('a file that keeps coming wrong', () => {
  it.each<[Spoil, string, RegExp]>([
    ['empty', model('merges.txt'), /merges\.txt is not the file that belongs to this page/],
    ['cut', model('merges.txt'), /merges\.txt is not the file that belongs to this page/],
    ['html', model('vocab.json'), /There is no vocab\.json in/],
    ['gone', model('merges.txt'), /There is no merges\.txt in/],
    ['flipped', model('config.json'), /config\.json is not the file that belongs to this page/],
    ['flipped', model('model.safetensors'), /model\.safetensors is not the file that belongs to this page/],
    ['html', engine, /vitrine\.wasm is not the engine that belongs to this page/],
    ['cut', engine, /vitrine\.wasm is not the engine that belongs to this page/],
    ['flipped', engine, /vitrine\.wasm is not the engine that belongs to this page/],
  ])('(%s, %s) is told by name, and loads by the button once the host is well', async (how, file, said) => {
    const page = await visit((path) => (path === file ? how : undefined));
    const alert = page.getByRole('alert').filter({ hasText: said });
    await alert.waitFor();
    await screen(page).ready('Failed');
    expect(await alert.textContent()).toContain(file === engine ? 'The engine could not be fetched' : '');
    host!.spoil = () => undefined;
    await alert.getByRole('button', { name: 'Try again' }).click();
    await screen(page).ready();
    expect((await screen(page).state()).tokens.map(({ id }) => id)).toEqual([39305]);
    await page.context().close();
  });
});

describe('a file that comes wrong once', () => {
  it.each<[Spoil, string]>([
    ['empty', model('merges.txt')],
    ['flipped', model('model.safetensors')],
    ['cut', model('model.safetensors')],
    ['flipped', engine],
  ])('(%s, %s) is fetched again without a word', async (how, file) => {
    let times = 1;
    const page = await visit((path) => (path === file && times-- > 0 ? how : undefined));
    await screen(page).ready();
    expect(host!.asked.filter((path) => path === file)).toHaveLength(2);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.context().close();
  });
});
