import type { Page } from 'playwright-core';

/** The logits after the last token, the largest first, and the softmax of them at a temperature. */
export async function ranked(page: Page, temperature: number) {
  const logits = await page.evaluate(async () => {
    const { shape, data } = await window.vitrine!.tensor('logits');
    return Array.from(data.subarray((shape[0]! - 1) * shape[1]!)).sort((a, b) => b - a);
  });
  const weights = logits.map((value) => Math.exp((value - logits[0]!) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { logits, shares: weights.map((weight) => weight / total) };
}
