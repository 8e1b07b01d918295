/** The page by the names that a person with a screen reader hears. */
import { execFileSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import type { VitrineConsole } from '../../web/src/app/console';
import { PLACES, program } from '../../scripts/project.mjs';

export interface ShownToken {
  token: string;
  logit: string;
  probability: string;
}

interface CommandLineRun {
  tokens: { id: number; text: string }[];
  top: { id: number; text: string; logit: number; p: number }[];
}

/** A text as the page writes a token: its white space visible. */
export const visible = (text: string) => text.replaceAll(' ', '·').replaceAll('\n', '↵');

export function screen(page: Page) {
  const status = page.getByRole('status', { name: /^(Engine|엔진)$/ });
  return {
    prompt: page.getByRole('textbox', { name: 'Prompt', exact: true }),
    status,
    tokens: page.getByRole('list', { name: 'Tokens', exact: true }).getByRole('listitem'),
    attention: page.getByRole('grid', { name: /^Attention/ }),
    next: page.getByRole('table', { name: 'Next token', exact: true }),
    slider: (name: string) => page.getByRole('slider', { name, exact: true }),
    button: (name: string) => page.getByRole('button', { name, exact: true }),

    /** Resolves when what is on screen answers what is typed. */
    async ready(word: string = 'Ready') {
      await status.filter({ hasText: new RegExp(`^${word}$`) }).waitFor();
    },

    /** Types a text in place of the one that is there, and waits for its answer. */
    async write(text: string) {
      const before = (await this.state()).run;
      await this.prompt.fill(text);
      await page.waitForFunction(
        ([run, wanted]) => {
          const now = window.vitrine?.state();
          return now?.status === 'ready' && now.prompt === wanted && (now.run !== run || wanted === '');
        },
        [before, text] as const,
      );
      await this.ready();
    },

    /** The rows of the table of next tokens, without those between which rows were left out. */
    async rows(): Promise<ShownToken[]> {
      return this.next.getByRole('row').evaluateAll((rows) =>
        rows.flatMap((row) => {
          const [token, logit, probability] = Array.from(
            row.children,
            (cell) => cell.textContent?.trim() ?? '',
          );
          return row.children.length >= 3 && row.querySelector('td')
            ? [
                {
                  token: token!,
                  logit: logit!,
                  probability: /^[<>]? ?[\d.]+ %/.exec(probability!)?.[0] ?? probability!,
                },
              ]
            : [];
        }),
      );
    },

    state: () => page.evaluate(() => window.vitrine!.state() as unknown as PageState),
  };
}

export interface PageState {
  status: string;
  prompt: string;
  reading: { special?: boolean; mark?: boolean };
  appended: number[];
  tokens: { id: number; text: string }[];
  run: number;
  layer: number;
  head: number;
  pinnedToken: number | null;
  cell: { query: number; key: number } | null;
  open: string | null;
  sampling: { temperature: number; topK: number; topP: number };
  seed: number;
  theme: string;
  locale: string;
}

declare global {
  interface Window {
    vitrine?: VitrineConsole;
  }
}

/** What the command line says for the same prompt and the model that the page serves. */
export function commandLine(prompt: string, top: number, ...more: string[]): CommandLineRun {
  const vitrine = program(PLACES.native, 'vitrine');
  const args = ['run', PLACES.bundledModel, '--prompt', prompt, '--top', String(top), '--json', ...more];
  return JSON.parse(execFileSync(vitrine, args, { encoding: 'utf8' })) as CommandLineRun;
}
