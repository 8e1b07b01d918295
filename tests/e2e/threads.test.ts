import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../web/src/wasm/byte-kernel';
import { kernels } from '../../web/src/wasm/byte-kernel.gen';
import { openSite, type Site } from './browser';
import { screen } from './screen';
import { traceOf } from './stages-trace';

// Long enough that a product is worth sharing among threads.
const prompt =
  'The old clock in the hall struck nine while the rain went on against the windows, and nobody in the house spoke of the letter.';

interface Seen {
  isolated: boolean;
  threads: number;
  kernel: string;
  /** Bits of the last position's logits. */
  logits: number[];
}

/** What the page computes for the prompt, and with how many threads. */
function seen(page: Page): Promise<Seen> {
  return page.evaluate(async (text) => {
    const vitrine = window.vitrine!;
    const { tokens } = await vitrine.run(text);
    const { shape, data } = await vitrine.tensor('logits', { rows: [tokens.length - 1, tokens.length] });
    if (shape[0] !== 1) throw new Error(`one row was asked for, ${shape[0]} came`);
    return {
      isolated: window.crossOriginIsolated,
      threads: vitrine.state().threads as number,
      kernel: vitrine.state().kernel as string,
      logits: Array.from(new Int32Array(data.buffer, data.byteOffset, data.length)),
    };
  }, prompt);
}

/** The kernel that suits this browser, found without the engine. */
async function wanted(page: Page): Promise<string> {
  const sums = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    if (!WebAssembly.validate(bytes)) return undefined;
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    const probe = instance.exports.probe as (weight: number, activation: number) => number;
    return [127, -127].map((weight) => [255, 128].map((activation) => probe(weight, activation)));
  }, kernels.own);
  const sum = (weight: number, activation: number) =>
    sums?.[weight > 0 ? 0 : 1]?.[activation === 255 ? 0 : 1] ?? NaN;
  return bytesOf(sum) === 'inexact' ? 'simd' : 'relaxed-simd';
}

describe('threads', () => {
  let plain: Site, isolated: Site;
  beforeAll(async () => {
    plain = await openSite();
    isolated = await openSite({ isolated: true });
  });
  afterAll(async () => {
    await plain?.close();
    await isolated?.close();
  });

  it('are several where the host isolates the page, one where it does not, and give the bits of the command line', async () => {
    const one = await plain.open('?threads=1');
    await screen(one.page).ready();
    const alone = await seen(one.page);
    expect(alone).toMatchObject({ threads: 1 });
    expect(alone.logits.length).toBeGreaterThan(50_000);
    expect(alone.kernel).toBe(await wanted(one.page));
    const { shape, data } = traceOf(prompt)('logits');
    const last = data.slice(-shape[1]!);
    expect(alone.logits).toEqual(Array.from(new Int32Array(last.buffer)));

    const simd = await plain.open('?threads=1&kernel=simd');
    await screen(simd.page).ready();
    expect(await seen(simd.page)).toEqual({ ...alone, kernel: 'simd' });

    const many = await isolated.open('?threads=3');
    await screen(many.page).ready();
    const together = await seen(many.page);
    expect(together).toMatchObject({ isolated: true, threads: 3, kernel: alone.kernel });
    expect(together.logits).toEqual(alone.logits);
    expect([...one.problems, ...simd.problems, ...many.problems]).toEqual([]);
    await one.page.context().close();
    await simd.page.context().close();
    await many.page.context().close();
  });

  it('are as many as the machine suggests when the address says nothing', async () => {
    const { page, problems } = await isolated.open();
    await screen(page).ready();
    const { threads, cores } = await page.evaluate(() => ({
      threads: window.vitrine!.state().threads as number,
      cores: navigator.hardwareConcurrency,
    }));
    if (cores > 1) expect(threads).toBeGreaterThan(1);
    else expect(threads).toBe(1);
    expect(threads).toBeLessThanOrEqual(cores);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('come with the second visit where the host sends no headers: the service worker adds them', async () => {
    const { page, problems } = await plain.open('?threads=2');
    await screen(page).ready();
    const first = await seen(page);
    expect(first).toMatchObject({ isolated: false, threads: 1 });

    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      if (active!.state !== 'activated')
        await new Promise((done) => active!.addEventListener('statechange', done, { once: true }));
    });
    await page.reload();
    await screen(page).ready();
    const second = await seen(page);
    expect(second).toMatchObject({ isolated: true, threads: 2 });
    expect(second.logits).toEqual(first.logits);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
