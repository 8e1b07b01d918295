/** Models of a hub in the built page: told before, verified, resumed, and never used when they are wrong. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bytes as inBytes } from '../../web/src/format/format';
import { openSite } from './browser';
import {
  ask,
  dialog,
  expectAnswer,
  fetchTiny,
  firstShard,
  open,
  pageFolder,
  path,
  picker,
  ready,
  secondShard,
  shapeText,
  type Shown,
  sizeOf,
  stage,
  uses,
  useStage,
  withoutHub,
} from './models_stage';

useStage();

describe('a model of a hub', () => {
  test('is asked for before anything is fetched, verified, kept, and there again without the hub', async () => {
    const { page, problems } = await open();
    await picker(page).selectOption('ask:repository');
    expect(stage.hub.requests).toEqual([]);
    await dialog(page).getByRole('textbox', { name: 'Repository' }).fill('acme/tiny');
    await dialog(page).getByRole('button', { name: 'Look up' }).click();
    await dialog(page).getByText(new URL(stage.hub.url).host).first().waitFor();
    const bytes = [`model-${firstShard}`, `model-${secondShard}`, 'vocab.json'].reduce(
      (sum, name) => sum + sizeOf(name),
      0,
    );
    await dialog(page).getByText(inBytes(bytes)).first().waitFor();
    await dialog(page).getByText(shapeText).waitFor();
    expect(
      stage.hub.requests.some(({ path }) => path.includes('.safetensors') && !path.includes('index')),
    ).toBe(false);
    await dialog(page)
      .getByRole('button', { name: /^Download/ })
      .click();
    await uses(page, 'acme/tiny');
    await expectAnswer(page);
    await expect.poll(() => picker(page).inputValue()).toBe('use:acme/tiny');
    expect(problems).toEqual([]);

    await page.waitForURL(/acme%2Ftiny/);
    const address = page.url();
    await page.close();
    await withoutHub(async () => {
      const again = await page.context().newPage();
      await again.goto(address);
      await uses(again, 'acme/tiny');
      await expectAnswer(again);
    });
  });

  test('that was known by name needs one click, and says so again when it is not as large as thought', async () => {
    const { page } = await open();
    await picker(page).selectOption('hub:openai-community/gpt2');
    await dialog(page).getByText('about 548 MB').waitFor();
    expect(stage.hub.requests).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Download 548 MB' }).click();
    // The hub of this test has another model of that name.
    await dialog(page).getByText(shapeText).waitFor();
    expect(
      stage.hub.requests.some(({ origin, path }) => origin === 'cdn' && path.includes('safetensors')),
    ).toBe(false);
    await dialog(page)
      .getByRole('button', { name: /^Download/ })
      .click();
    await uses(page, 'openai-community/gpt2');
  });

  test('goes on after an interruption where it was, on another visit too', async () => {
    const { page } = await open();
    stage.hub.faults.push({ on: 'cdn', file: firstShard, kind: 'hang', at: 20_000 });
    await fetchTiny(page);
    const bar = page.getByRole('region', { name: 'acme/tiny' });
    await bar.getByText(/20\.0 kB of/).waitFor();
    await bar.getByRole('button', { name: 'Cancel' }).click();
    await page
      .getByRole('alert')
      .getByText(/What has arrived is kept/)
      .waitFor();
    await page.close();

    const { page: later } = await open(page.context());
    await picker(later).selectOption('ask:manage');
    await dialog(later).getByRole('list', { name: 'Unfinished downloads' }).getByText('acme/tiny').waitFor();
    await dialog(later).getByRole('button', { name: 'Close' }).click();
    stage.hub.requests.length = 0;
    await ask(later, 'acme/tiny');
    await dialog(later)
      .getByRole('button', { name: /^Go on \(20.0 kB of/ })
      .click();
    await uses(later, 'acme/tiny');
    expect(
      stage.hub.requests.find(({ origin, path }) => origin === 'cdn' && path.includes('00001'))!.range,
    ).toBe('bytes=20000-');
    await expectAnswer(later);
  });

  test('can be cancelled; the model in use stays usable all the while', async () => {
    const { page } = await open();
    stage.hub.faults.push({
      on: 'cdn',
      file: firstShard,
      kind: 'slow',
      rate: 2000,
      times: Infinity,
    });
    // Where the button to stop it is, whenever the words before it change.
    await page.evaluate(() => {
      const seen: { said: string; place: string }[] = [];
      Object.assign(window, { seen });
      const look = () => {
        const button = document.querySelector('section[aria-label="acme/tiny"] button');
        const said = button?.parentElement?.textContent ?? '';
        const { x, y } = button?.getBoundingClientRect() ?? { x: 0, y: 0 };
        if (button && said !== seen.at(-1)?.said) seen.push({ said, place: `${x} ${y}` });
        requestAnimationFrame(look);
      };
      look();
    });
    await fetchTiny(page);
    const bar = page.getByRole('region', { name: 'acme/tiny' });
    await bar.getByText(/kB of .* · .*\/s · .* left/).waitFor();
    const seen = await page.evaluate(
      () => (window as unknown as { seen: { said: string; place: string }[] }).seen,
    );
    expect(seen.length).toBeGreaterThan(2);
    // A press that the button moved away from would be lost.
    expect(new Set(seen.map(({ place }) => place)).size).toBe(1);
    expect(
      await page.evaluate(
        async () => (await (window as never as Shown).vitrine.run('The sea')).tokens.length,
      ),
    ).toBe(2);
    await bar.getByRole('button', { name: 'Cancel' }).click();
    await page
      .getByRole('alert')
      .getByText(/Cancelled/)
      .waitFor();
    expect(await page.evaluate(() => (window as never as Shown).vitrine.state().status)).toBe('ready');
  });

  test('can be cancelled while the engine reads it: then the one before is in use, and it is kept', async () => {
    const context = await stage.site.browser.newContext({ locale: 'en-US', serviceWorkers: 'block' });
    const reading = new Promise((reads) => void context.route(/\/held\/.*safetensors$/, reads));
    const { page } = await open(context);
    const inUse = () =>
      page.evaluate(() => ((window as never as Shown).vitrine.state().model as { id: string }).id);
    const before = await inUse();
    // The engine reads it where the test holds it back.
    await page.evaluate(() => {
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
        const { name, args } = message as { name?: string; args: { id: string } };
        const held = { kind: 'site', id: args?.id, base: new URL('held/', document.baseURI).href };
        const sent = name === 'load' ? { ...(message as object), args: held } : message;
        (post as (...all: unknown[]) => void).call(this, sent, ...rest);
        if (name === 'load') Worker.prototype.postMessage = post;
      } as typeof post;
    });
    await fetchTiny(page);
    await reading;
    const bar = page.getByRole('region', { name: 'acme/tiny' });
    await bar.getByRole('status').getByText('Loading it into the engine').waitFor();
    await bar.getByRole('button', { name: 'Cancel' }).click();
    await page
      .getByRole('alert')
      .getByText(/Cancelled\. The model is kept in this browser/)
      .waitFor();
    expect(await inUse()).toBe(before);
    expect(await picker(page).inputValue()).toBe(`use:${before}`);
    await ready(page);
    await page.getByRole('textbox', { name: 'Prompt' }).fill('The sea');
    await expect
      .poll(() => page.evaluate(() => (window as never as Shown).vitrine.state()))
      .toMatchObject({ prompt: 'The sea', status: 'ready' });

    stage.hub.requests.length = 0;
    await bar.getByRole('button', { name: 'Try again' }).click();
    await uses(page, 'acme/tiny');
    await expectAnswer(page);
    expect(stage.hub.requests.filter(({ origin }) => origin === 'cdn')).toEqual([]);
    await context.close();
  });

  test.each([
    ['compressed', [{ kind: 'gzip' }]],
    ['damaged once', [{ kind: 'corrupt', at: 9000 }]],
    [
      'replaced half-way',
      [
        { kind: 'cut', at: 9000 },
        { kind: 'etag', etag: '"new"' },
      ],
    ],
    ['without ranges', [{ kind: 'cut', at: 9000 }, { kind: 'norange' }]],
  ])('weights that arrive %s still come right', async (_, faults) => {
    const { page } = await open();
    for (const fault of faults) stage.hub.faults.push({ on: 'cdn', file: firstShard, ...fault });
    await fetchTiny(page);
    await uses(page, 'acme/tiny');
    await expectAnswer(page);
  });

  test.each([
    ['damaged', { kind: 'corrupt', at: 9000 }, /SHA-256/],
    ['too short', { kind: 'short', by: 10 }, /instead of/],
    ['too long', { kind: 'long', by: 10 }, /instead of/],
  ])('weights that are %s each time are never used', async (_, fault, sentence) => {
    const { page } = await open();
    stage.hub.faults.push({ on: 'cdn', file: firstShard, times: Infinity, ...fault });
    await fetchTiny(page);
    await page.getByRole('alert').getByText(sentence).waitFor();
    expect(
      await page.evaluate(() => ((window as never as Shown).vitrine.state().model as { id: string }).id),
    ).not.toBe('acme/tiny');
    await picker(page).selectOption('ask:manage');
    await dialog(page).getByText('No model is kept').waitFor();
  });
});

test('a question put in the moment in which another is closed stays', async () => {
  const { page } = await open();
  await picker(page).selectOption('ask:repository');
  await dialog(page).getByRole('textbox', { name: 'Repository' }).waitFor();
  await page.evaluate(async () => {
    document.querySelector('dialog')!.click();
    // What the click changed is on the page; the frame's own event of closing is still to come.
    await Promise.resolve();
    const select = document.querySelector<HTMLSelectElement>('select[aria-label="Model"]')!;
    select.value = 'ask:manage';
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await dialog(page).getByText('No model is kept').waitFor();
});

test('a download whose question is closed before the hub has answered never begins', async () => {
  const { page } = await open();
  // As large as the published one, so that nothing would be asked again; and late.
  await page.evaluate(() => {
    const ask = window.fetch.bind(window);
    const answered = new Promise<void>((resolve) => Object.assign(window, { answer: resolve }));
    window.fetch = async (...request) => {
      const response = await ask(...request);
      if (!String(request[0]).includes('/api/models/')) return response;
      const listing = (await response.json()) as { siblings: { lfs?: { size: number } }[] };
      const [weights] = listing.siblings.filter(({ lfs }) => lfs);
      weights!.lfs!.size = 548_000_000;
      await answered;
      return Response.json(listing);
    };
  });
  await picker(page).selectOption('hub:openai-community/gpt2');
  await dialog(page).getByRole('button', { name: 'Download 548 MB' }).click();
  await dialog(page).getByRole('status').getByText('Asking').waitFor();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  await picker(page).selectOption('ask:manage');
  await dialog(page).getByText('No model is kept').waitFor();
  const last = page.waitForResponse(/index\.json/);
  await page.evaluate(() => (window as unknown as { answer: () => void }).answer());
  await (await last).finished();
  // All that is asked has been answered: when the page is idle, what would begin has begun.
  await page.evaluate(() => new Promise((idle) => requestIdleCallback(() => setTimeout(idle))));
  expect(await page.getByRole('region', { name: 'openai-community/gpt2' }).count()).toBe(0);
  expect(stage.hub.requests.some(({ origin, path }) => origin === 'cdn' && path.includes('-of-'))).toBe(
    false,
  );
  await dialog(page).getByText('No model is kept').waitFor();
});

test('a download that begins while another model is made ready goes on being told', async () => {
  const { page } = await open();
  // The engine is told of the first model when the test says so.
  await page.evaluate(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
      const send = () => (post as (...all: unknown[]) => void).call(this, message, ...rest);
      if ((message as { name?: string }).name === 'load') Object.assign(window, { send });
      else send();
    } as typeof post;
  });
  await fetchTiny(page);
  await page.waitForFunction(() => 'send' in window);
  stage.hub.faults.push({ on: 'cdn', file: firstShard, kind: 'hang', at: 20_000 });
  await fetchTiny(page, { exact: true });
  const bar = page.getByRole('region', { name: 'acme/tiny' });
  await bar.getByText(/20\.0 kB of/).waitFor();
  await page.evaluate(() => (window as unknown as { send: () => void }).send());
  await uses(page, 'acme/tiny');
  expect(await bar.getByText(/20\.0 kB of/).count()).toBe(1);
  await bar.getByRole('button', { name: 'Cancel' }).click();
  await page
    .getByRole('alert')
    .getByText(/What has arrived is kept/)
    .waitFor();
});

describe('what cannot be had', () => {
  /** One page, as nothing of this is kept. */
  let page: Page;
  async function openPage() {
    ({ page } = await stage.site.open(path()));
    await ready(page);
  }
  beforeAll(openPage);
  afterAll(() => page?.context().close());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') {
      // Whatever it was left in, the next test begins with another.
      await page.context().close();
      await openPage();
      return;
    }
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
  });

  test.each([
    ['acme/llama', '', /“llama” model, not a GPT-2: it rotates queries and keys/],
    ['acme/gated', '', /asks its users to agree/],
    ['acme/none', '', /no public model “acme\/none”/],
    ['acme/tiny', 'v9', /no branch, tag or commit “v9”/],
    ['not a name', '', /not the name of a repository/],
  ])('%s %s is refused with a sentence', async (repository, revision, sentence) => {
    await ask(page, repository, revision);
    await dialog(page).getByRole('alert').getByText(sentence).waitFor();
    expect(
      stage.hub.requests.some(({ origin, path }) => origin === 'cdn' && path.includes('safetensors')),
    ).toBe(false);
  });

  test.each([
    [
      'no CORS on the listing',
      { on: 'api', kind: 'nocors', times: Infinity },
      /does not allow web pages to read its files. Download the files there/,
    ],
    ['forbidden', { on: 'api', kind: 'status', status: 403 }, /refused the download/],
    [
      'too many requests',
      { on: 'api', kind: 'status', status: 429 },
      /asks for fewer requests for now. Try again in \d+ seconds/,
    ],
    ['trouble of the host', { on: 'api', kind: 'status', status: 500 }, /trouble of its own \(status 500\)/],
    ['no answer', { on: 'api', kind: 'drop', times: Infinity }, /cannot be reached/],
  ])('%s is told', async (_, fault, sentence) => {
    stage.hub.faults.push(fault);
    await ask(page, 'acme/tiny');
    await dialog(page).getByRole('alert').getByText(sentence).waitFor();
  });
});

test('an isolated page fetches as well, and of a host that it may not read it says what is known', async () => {
  const site = await openSite({ folder: pageFolder, isolated: true });
  try {
    const { page } = await site.open(path());
    await ready(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    stage.hub.faults.push({ on: 'api', kind: 'nocors', times: 2 });
    await ask(page, 'acme/tiny');
    const host = new URL(stage.hub.url).host;
    await dialog(page).getByRole('alert').getByText(`Open ${host} in a new tab`).waitFor();
    stage.hub.faults.length = 0;
    await dialog(page).getByRole('button', { name: 'Look up' }).click();
    await dialog(page)
      .getByRole('button', { name: /^Download/ })
      .click();
    await uses(page, 'acme/tiny');
    await expectAnswer(page);
  } finally {
    await site.close();
  }
});
