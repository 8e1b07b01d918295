/** Files of one's own and models kept in the browser, in the built page. */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';
import { find } from '../../scripts/toolchain.mjs';
import { bytes as inBytes } from '../../web/src/format/format';
import { openSite, waits } from './browser';
import {
  ask,
  dialog,
  expectAnswer,
  fetchTiny,
  files,
  firstShard,
  open,
  pageFolder,
  path,
  picker,
  ready,
  secondShard,
  type Shown,
  shapeText,
  sizeOf,
  stage,
  uses,
  useStage,
} from './models_stage';

useStage();

describe("files of one's own", () => {
  test('are opened, converted and kept', async () => {
    const { page } = await open();
    await picker(page).selectOption('ask:files');
    const names = Object.keys(files).map((name) => join(stage.folder, name));
    await dialog(page).getByLabel('Choose files').setInputFiles(names);
    await dialog(page).getByText(shapeText).waitFor();
    await dialog(page).getByRole('button', { name: 'Load' }).click();
    await page.waitForFunction(() =>
      String(((window as never as Shown).vitrine.state().model as { id: string } | null)?.id).startsWith(
        'file:',
      ),
    );
    await expectAnswer(page);
  });

  test('that cannot run the prompt take the picture of the model before away', async () => {
    const { page } = await open();
    const table = page.getByRole('table', { name: 'Next token' });
    const box = page.getByRole('textbox', { name: 'Prompt', exact: true });
    await box.fill('\u00e9t\u00e9');
    await ready(page);
    await picker(page).selectOption('ask:files');
    const names = Object.keys(files).map((name) => join(stage.folder, name));
    await dialog(page).getByLabel('Choose files').setInputFiles(names);
    await dialog(page).getByRole('button', { name: 'Load' }).click();
    // None of its letters: what stays is a sentence, and no number of the other model.
    await page.getByRole('alert').getByText('Character 1').first().waitFor();
    expect(await table.count()).toBe(0);
    const shown = await page.evaluate(() => (window as never as Shown).vitrine.state());
    expect(shown).toMatchObject({ status: 'failed', tokens: [], run: -1, newest: -1 });
    expect(shown['layer']).toBeLessThan(3);
    await expectAnswer(page);
    expect(await table.count()).toBe(1);
    expect(await page.getByText('NaN').count()).toBe(0);
  });

  test('can be dropped anywhere', async () => {
    const { page } = await open();
    const data = await page.evaluateHandle(
      (list) => {
        const transfer = new DataTransfer();
        for (const [name, bytes] of list)
          transfer.items.add(new File([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)], name));
        return transfer;
      },
      Object.entries(files).map(([name, bytes]): [string, string | number[]] => [
        name,
        typeof bytes === 'string' ? bytes : [...bytes],
      ]),
    );
    await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
    await dialog(page).getByRole('button', { name: 'Load' }).click();
    await page.waitForFunction(() =>
      String(((window as never as Shown).vitrine.state().model as { id: string } | null)?.id).startsWith(
        'file:',
      ),
    );
    await expectAnswer(page);
  });

  test('of Hugging Face’s cache: a snapshot gives nothing and says what to choose, the folder above is read', async () => {
    const model = join(stage.folder, 'models--acme--tiny');
    const snapshot = join(model, 'snapshots', 'c'.repeat(40));
    mkdirSync(snapshot, { recursive: true });
    mkdirSync(join(model, 'blobs'));
    for (const [index, name] of Object.keys(files).entries()) {
      const hash = (10 + index).toString(16).repeat(name.endsWith('.safetensors') ? 64 : 40);
      copyFileSync(join(stage.folder, name), join(model, 'blobs', hash));
      symlinkSync(`../../blobs/${hash}`, join(snapshot, name));
    }
    const { page } = await open();
    await picker(page).selectOption('ask:files');
    const folder = dialog(page).getByLabel('Choose a folder');
    await folder.setInputFiles(snapshot);
    await dialog(page)
      .getByRole('alert')
      .getByText(/all in it are links, which browsers leave out.*Choose the folder “blobs” beside snapshots/)
      .waitFor();
    await folder.setInputFiles(model);
    await dialog(page).getByText('acme/tiny').waitFor();
    await dialog(page).getByText(shapeText).waitFor();
    await dialog(page).getByRole('button', { name: 'Load' }).click();
    await page.waitForFunction(() =>
      String(((window as never as Shown).vitrine.state().model as { id: string } | null)?.id).startsWith(
        'file:acme/tiny',
      ),
    );
    await expectAnswer(page);
  });

  test('without a tokenizer are told so, with what was looked for', async () => {
    const { page } = await open();
    await picker(page).selectOption('ask:files');
    const names = Object.keys(files).filter((name) => name !== 'vocab.json');
    await dialog(page)
      .getByLabel('Choose files')
      .setInputFiles(names.map((name) => join(stage.folder, name)));
    await dialog(page).getByRole('button', { name: 'Load' }).click();
    await page
      .getByText(/tokenizer\.json, vocab\.json with merges\.txt.*vocab\.txt is a BertTokenizer/)
      .waitFor();
  });

  test('that are no model are refused with a sentence', async () => {
    const { page } = await open();
    await picker(page).selectOption('ask:files');
    await dialog(page)
      .getByLabel('Choose files')
      .setInputFiles({ name: 'pytorch_model.bin', mimeType: '', buffer: Buffer.from('x') });
    await dialog(page)
      .getByRole('alert')
      .getByText(/PyTorch pickle/)
      .waitFor();
  });
});

describe('kept models', () => {
  test('two tabs at once: one fetches, the other takes what it fetched', async () => {
    const { page: first } = await open();
    const { page: second } = await open(first.context());
    const slowly = { on: 'cdn', file: firstShard, kind: 'slow', rate: 2000 };
    stage.hub.faults.push(slowly);
    await fetchTiny(first);
    await first.getByRole('region', { name: 'acme/tiny' }).getByText(/kB of/).waitFor();
    await fetchTiny(second);
    await second
      .getByRole('alert')
      .getByText(/Another tab is fetching/)
      .waitFor();
    // The second tab has been told; nothing has to be waited for any more.
    slowly.rate = Infinity;
    await uses(first, 'acme/tiny');
    await uses(second, 'acme/tiny');
    expect(
      stage.hub.requests.filter(({ origin, path }) => origin === 'cdn' && path.includes('00001')),
    ).toHaveLength(1);
  });

  test('are listed with sizes and can be removed', async () => {
    const { page } = await open();
    await fetchTiny(page);
    await uses(page, 'acme/tiny');
    await picker(page).selectOption('ask:manage');
    await dialog(page)
      .getByRole('list', { name: 'Kept in this browser' })
      .getByText(/int8 · .* kB/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Remove acme/tiny' }).click();
    await dialog(page).getByText('No model is kept').waitFor();
    expect(
      await page.evaluate(async () => {
        const folders: string[] = [];
        const walk = async (place: FileSystemDirectoryHandle, path: string) => {
          for await (const [name, handle] of place as unknown as AsyncIterable<[string, FileSystemHandle]>) {
            if (handle.kind === 'directory')
              await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`);
            else folders.push(path + name);
          }
        };
        await walk(await navigator.storage.getDirectory(), '');
        return folders.filter((name) => !name.includes('.probe'));
      }),
    ).toEqual([]);
  });

  test('a page closed half-way leaves a part that the next visit goes on with', async () => {
    const { page } = await open();
    stage.hub.faults.push({ on: 'cdn', file: secondShard, kind: 'hang', at: 30_000 });
    await fetchTiny(page);
    const arrived = inBytes(sizeOf(`model-${firstShard}`) + 30_000);
    await page.getByRole('region', { name: 'acme/tiny' }).getByText(`${arrived} of`).waitFor();
    await page.close({ runBeforeUnload: false });

    const { page: later } = await open(page.context());
    stage.hub.requests.length = 0;
    await fetchTiny(later);
    await uses(later, 'acme/tiny');
    // The first shard was whole; of the second only what is missing is asked for.
    const asked = stage.hub.requests.filter(
      ({ origin, path: url }) => origin === 'cdn' && url.includes('-of-'),
    );
    expect(asked.map(({ range }) => range)).toEqual(['bytes=30000-']);
    await expectAnswer(later);
  });

  test('exact weights are kept as they are', async () => {
    const { page } = await open();
    await fetchTiny(page, { exact: true });
    await uses(page, 'acme/tiny:f32');
    const { dtype } = await page.evaluate(
      () => (window as never as Shown).vitrine.state().model as { dtype: string },
    );
    expect(dtype).toBe('f32');
  });

  test('a browser without a private file system keeps them in Cache Storage', async () => {
    // Workers are not reached by scripts of the test: theirs are served with the lack built in.
    const copy = join(stage.folder, 'lacking');
    cpSync(pageFolder ?? PLACES.page, copy, { recursive: true });
    for (const name of readdirSync(join(copy, 'assets')).filter((file) => /worker.*\.js$/.test(file))) {
      const script = join(copy, 'assets', name);
      writeFileSync(script, `delete StorageManager.prototype.getDirectory;${readFileSync(script, 'utf8')}`);
    }
    const other = await openSite({ folder: copy });
    try {
      const context = await other.browser.newContext();
      context.setDefaultTimeout(waits);
      await context.addInitScript(
        () => delete (StorageManager.prototype as Partial<StorageManager>).getDirectory,
      );
      const lacking = await context.newPage();
      await lacking.goto(other.at(path()));
      await ready(lacking);
      await fetchTiny(lacking);
      await uses(lacking, 'acme/tiny');
      const kept = await lacking.evaluate(async () =>
        (await (await caches.open('vitrine')).keys()).map(({ url }) => url),
      );
      expect(kept.some((url) => url.includes('manifest.json'))).toBe(true);
      await lacking.waitForURL(/acme%2Ftiny/);
      const address = lacking.url();
      await lacking.close();
      stage.hub.requests.length = 0;
      const again = await context.newPage();
      await again.goto(address);
      await uses(again, 'acme/tiny');
      await expectAnswer(again);
      expect(stage.hub.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('without room the model is used and not kept, and the page says so', async () => {
    const { page } = await open();
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', {
      origin: new URL(stage.site.url).origin,
      quotaSize: 1000,
    });
    await fetchTiny(page);
    await uses(page, 'acme/tiny');
    await page.getByText(/no room to keep this model/).waitFor();
    await expectAnswer(page);
  });
});

test('a page that is not served securely, and so may keep nothing, still loads models and says that they go', async () => {
  const browser = await chromium.launch({
    executablePath: find('browser'),
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP vitrine.test 127.0.0.1'],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(waits);
    await page.goto(stage.site.at(path()).replace('127.0.0.1', 'vitrine.test'));
    await ready(page);
    expect(
      await page.evaluate(() => [isSecureContext, 'caches' in window, Boolean(navigator.storage)]),
    ).toEqual([false, false, false]);
    await ask(page, 'acme/tiny');
    await dialog(page).getByText('keeps nothing here').waitFor();
    await dialog(page)
      .getByRole('button', { name: /^Download/ })
      .click();
    await uses(page, 'acme/tiny');
    await expectAnswer(page);
    // Where it came from is remembered for as long as the page is open.
    await page.getByRole('button', { name: 'This model' }).click();
    await dialog(page)
      .getByRole('button', { name: /^Download .* and compare/ })
      .click();
    await dialog(page)
      .getByText(/KL divergence .* nats/)
      .waitFor();
  } finally {
    await browser.close();
  }
});
