/** A browser that cannot run the engine: the page says why and what to do, and keeps what was typed. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { barriers } from './barriers';
import { useSite, waits } from './browser';
import { screen } from './screen';

const site = useSite();

/** The worker as it is where its first line takes something away. */
async function visit(taken: string, lang: 'en' | 'ko', width: number, dark: boolean): Promise<Page> {
  const context = await site.browser.newContext({
    viewport: { width, height: 844 },
    locale: lang === 'ko' ? 'ko-KR' : 'en-US',
    colorScheme: dark ? 'dark' : 'light',
    // A worker of the site would answer in place of the network.
    serviceWorkers: 'block',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(waits);
  await context.route(/\/assets\/worker-[^/]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${taken};\n${await response.text()}` });
  });
  const page = await context.newPage();
  await page.goto(site.at());
  return page;
}

const words = {
  en: {
    title: 'This browser cannot run the engine',
    copy: 'Copy the link',
    copied: 'Link copied',
    reload: 'Load the page again',
    failed: 'Failed',
    firefox: 'Firefox from 89',
  },
  ko: {
    title: '이 브라우저에서는 엔진을 돌릴 수 없어요',
    copy: '링크 복사',
    copied: '링크를 복사했어요',
    reload: '페이지 다시 불러오기',
    failed: '실패',
    firefox: 'Firefox 89 이상',
  },
};

describe('a browser without the engine’s instructions', () => {
  it.each([
    ['SIMD', 'WebAssembly.validate = () => false', 'en', 1440, false],
    ['SIMD', 'WebAssembly.validate = () => false', 'ko', 390, true],
    ['WebAssembly', 'delete globalThis.WebAssembly', 'en', 390, true],
    ['WebAssembly', 'delete globalThis.WebAssembly', 'ko', 1440, false],
  ] as const)('lacks %s (%s): it is told what helps, %s, %i px', async (_, taken, lang, width, dark) => {
    const page = await visit(taken, lang, width, dark);
    const said = words[lang];
    const alert = page.getByRole('alert').filter({ has: page.getByRole('heading', { name: said.title }) });
    await alert.waitFor();
    await screen(page).ready(said.failed);
    expect(await alert.getByRole('listitem').count()).toBe(3);
    await alert.getByText(/WebAssembly SIMD/).waitFor();
    const firefox = alert.locator('dl > div').filter({ hasText: 'Firefox' });
    expect((await firefox.textContent())!.replace(/\s+/g, ' ').trim()).toBe(said.firefox);
    expect(await barriers(page)).toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
    ).toBeLessThanOrEqual(0);
    // Another browser begins with what was typed into this one.
    await page.getByRole('textbox', { name: /^(Prompt|프롬프트)$/ }).fill('A text for later');
    await page.waitForURL(/[#&]prompt=A(%20|\+)text(%20|\+)for(%20|\+)later(&|$)/);
    await alert.getByRole('button', { name: said.copy, exact: true }).click();
    await alert.getByText(said.copied, { exact: true }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    // The browser was updated meanwhile.
    await page.context().unrouteAll();
    await alert.getByRole('button', { name: said.reload, exact: true }).click();
    await screen(page).ready('(Ready|준비됨)');
    expect((await screen(page).state()).prompt).toBe('A text for later');
    await page.context().close();
  });
});
