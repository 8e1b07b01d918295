/** What the tests of models share: the built page, a hub that is played here, and a small checkpoint to have. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { VitrineConsole } from '../../web/src/app/console';
import { checkpointFiles } from '../hub/checkpoint.mjs';
import { startHub } from '../hub/server.mjs';
import { openSite, type Site } from './browser';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const vitrine = process.env.VITRINE_NATIVE ?? `${root}build/vitrine`;
/** The folder of the built page; dist/ when not told. */
export const pageFolder = process.env.VITRINE_PAGE;
const shape = { layers: 3, heads: 2, width: 48, context: 64, vocabulary: 100 };
export const shapeText = '3 layers, 2 heads, width 48, context 64';
const letters = Array.from({ length: 100 }, (_, index) =>
  String.fromCodePoint(index === 0 ? 10 : 31 + index),
);
export const prompt = 'abc def';
export const hash = `#${new URLSearchParams({ prompt })}`;

export interface Shown {
  vitrine: VitrineConsole;
}

export type Hub = Awaited<ReturnType<typeof startHub>>;

/** The site and the hub, which every test finds without faults and without requests so far. */
export const stage = {} as { site: Site; hub: Hub; folder: string };
export const files: Record<string, string | Uint8Array> = {
  ...checkpointFiles(shape, { dtype: 'BF16', shards: 2 }),
  'vocab.json': JSON.stringify(letters),
};
/** Its two files of weights end like this. */
export const firstShard = '00001-of-00002.safetensors';
export const secondShard = '00002-of-00002.safetensors';

/** Token ids, and the logits of the int8 file, by the native tool. */
let answer: { ids: number[]; top: { id: number; logit: number }[] };
let opened: BrowserContext[] = [];

export function useStage(): void {
  beforeAll(async () => {
    stage.folder = mkdtempSync(join(tmpdir(), 'vitrine-e2e-models-'));
    const q8 = join(stage.folder, 'q8');
    for (const [name, content] of Object.entries(files)) writeFileSync(join(stage.folder, name), content);
    execFileSync(vitrine, ['quantize', stage.folder, q8, '--dtype', 'q8']);
    const args = ['run', q8, '--prompt', prompt, '--top', '5', '--json'];
    const { tokens, top } = JSON.parse(execFileSync(vitrine, args, { encoding: 'utf8' }));
    answer = { ids: tokens.map(({ id }: { id: number }) => id), top };
    stage.site = await openSite({ folder: pageFolder });
    await openHub();
  });
  afterAll(async () => {
    await stage.site?.close();
    await stage.hub?.close();
    rmSync(stage.folder, { recursive: true });
  });
  beforeEach(() => {
    stage.hub.faults.length = 0;
    stage.hub.requests.length = 0;
  });
  afterEach(async () => {
    for (const context of opened) await context.close();
    opened = [];
  });
}

async function openHub(): Promise<void> {
  stage.hub = await startHub({
    repositories: {
      'acme/tiny': { files },
      'acme/llama': { files: { ...files, 'config.json': '{"model_type":"llama"}' } },
      'acme/gated': { gated: true, files: {} },
      'openai-community/gpt2': { files },
    },
  });
}

/** What `work` does, it does without the hub; another one is there afterwards. */
export async function withoutHub(work: () => Promise<void>): Promise<void> {
  await stage.hub.close();
  try {
    await work();
  } finally {
    await openHub();
  }
}

/** Bytes of a file as the hub has it. */
export const sizeOf = (name: string): number => Buffer.from(files[name]!).length;

/** Where the page finds the played hub, and what it shows. */
export const path = () => `?hub=${encodeURIComponent(stage.hub.url)}${hash}`;

/** A page in a fresh profile, or one more tab of a context. */
export async function open(context?: BrowserContext): Promise<{ page: Page; problems: string[] }> {
  if (!context) {
    const { page, problems } = await stage.site.open(path(), { serviceWorkers: 'block' });
    opened.push(page.context());
    await ready(page);
    return { page, problems };
  }
  const page = await context.newPage();
  await page.goto(stage.site.at(path()));
  await ready(page);
  return { page, problems: [] };
}

export const ready = (page: Page) =>
  page.getByRole('status', { name: 'Engine' }).getByText('Ready').waitFor();
export const picker = (page: Page) => page.getByRole('combobox', { name: 'Model' });
export const dialog = (page: Page) => page.getByRole('dialog');
export const uses = (page: Page, id: string) =>
  page.waitForFunction((wanted) => {
    const { model, status } = (window as never as Shown).vitrine.state();
    return String((model as { id?: string } | null)?.id).startsWith(wanted) && status === 'ready';
  }, id);

export async function ask(page: Page, repository: string, revision = '') {
  await picker(page).selectOption('ask:repository');
  await dialog(page).getByRole('textbox', { name: 'Repository' }).fill(repository);
  if (revision)
    await dialog(page)
      .getByRole('textbox', { name: /Revision/ })
      .fill(revision);
  await dialog(page).getByRole('button', { name: 'Look up' }).click();
}

export async function fetchTiny(page: Page, { exact = false } = {}) {
  await ask(page, 'acme/tiny');
  if (exact) await dialog(page).getByRole('checkbox', { name: /Exact/ }).check();
  await dialog(page)
    .getByRole('button', { name: /^(Download|Go on)/ })
    .click();
}

/** What the page computes, against the native tool on its own int8 file. */
export async function expectAnswer(page: Page) {
  const { ids, logits } = await page.evaluate(async (text) => {
    const { tokens } = await (window as never as Shown).vitrine.run(text);
    const { data } = await (window as never as Shown).vitrine.tensor('logits', {
      rows: [tokens.length - 1, tokens.length],
    });
    return { ids: tokens.map(({ id }) => id), logits: [...data] };
  }, prompt);
  expect(ids).toEqual(answer.ids);
  // The same bits; the command line prints nine digits.
  for (const { id, logit } of answer.top) expect(logits[id]).toBeCloseTo(logit, 6);
}
