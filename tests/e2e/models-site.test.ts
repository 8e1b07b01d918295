/** A model that npm run model has put beside the page, served from under a sub-path by a host that knows nothing of it. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addModel } from '../../scripts/model.mjs';
import { PLACES } from '../../scripts/project.mjs';
import { openSite } from './browser';
import {
  dialog,
  expectAnswer,
  hash,
  pageFolder,
  picker,
  ready,
  type Shown,
  stage,
  uses,
  useStage,
} from './models_stage';

useStage();

test("the site's own copy is offered first, fetched from there alone, and kept", async () => {
  const folder = join(stage.folder, 'site');
  cpSync(pageFolder ?? PLACES.page, folder, { recursive: true });
  await addModel(stage.folder, {
    name: 'gpt2',
    out: join(folder, 'models'),
    vitrine: process.env.VITRINE_NATIVE,
    print: () => undefined,
  });
  const site = await openSite({ folder, under: '/some/where/' });
  try {
    const { page, problems } = await site.open(hash);
    await ready(page);
    const asked: string[] = [];
    page.context().on('request', (request) => asked.push(request.url()));
    const groups = await picker(page)
      .locator('optgroup')
      .evaluateAll((all) => all.map((group) => (group as HTMLOptGroupElement).label));
    expect(groups.slice(0, 3)).toEqual(['Bundled', 'On this site', 'From the Hugging Face hub']);
    await picker(page).selectOption('site:gpt2');
    await dialog(page).getByText(new URL(site.url).host).waitFor();
    await dialog(page)
      .getByRole('button', { name: /^Download/ })
      .click();
    await uses(page, 'gpt2');
    await expectAnswer(page);
    expect(asked.every((url) => url.startsWith(site.url) || url.startsWith('blob:'))).toBe(true);
    expect(problems).toEqual([]);

    // A model of that name and another shape is not compared with the published one.
    await page.getByRole('button', { name: 'This model' }).click();
    await dialog(page).getByRole('region', { name: 'int8 beside F32, on this prompt' }).waitFor();
    expect(
      await dialog(page)
        .getByText(/published GPT-2/)
        .count(),
    ).toBe(0);
    await dialog(page).getByRole('button', { name: 'Close' }).click();

    await page.waitForURL(/model=gpt2/);
    expect(asked.some((url) => url.endsWith('.bin'))).toBe(true);
    const before = asked.length;
    const again = await page.context().newPage();
    await again.goto(page.url());
    await uses(again, 'gpt2');
    const { dtype } = await again.evaluate(
      () => (window as never as Shown).vitrine.state().model as { dtype: string },
    );
    expect(dtype).toBe('q8');
    expect(asked.slice(before).filter((url) => url.endsWith('.bin'))).toEqual([]);
  } finally {
    await site.close();
  }
});

test('a link to a model that is not here opens the bundled one and asks', async () => {
  const { page } = await stage.site.open(
    `?hub=${encodeURIComponent(stage.hub.url)}${hash}&model=acme%2Ftiny`,
  );
  await ready(page);
  expect(await dialog(page).getByRole('textbox', { name: 'Repository' }).inputValue()).toBe('acme/tiny');
  expect(stage.hub.requests).toEqual([]);
  await dialog(page).getByRole('button', { name: 'Look up' }).click();
  await dialog(page)
    .getByRole('button', { name: /^Download/ })
    .click();
  await uses(page, 'acme/tiny');
  await page.context().close();
});

test('Korean readers are told in Korean', async () => {
  const { page } = await stage.site.open(`?hub=${encodeURIComponent(stage.hub.url)}${hash}`, {
    locale: 'ko-KR',
  });
  await page.getByRole('combobox', { name: '모델' }).selectOption('ask:repository');
  await dialog(page).getByRole('textbox', { name: '저장소' }).fill('acme/llama');
  await dialog(page).getByRole('button', { name: '조회' }).click();
  await dialog(page)
    .getByRole('alert')
    .getByText(/GPT-2가 아니라 “llama”예요\. 쿼리와 키를/)
    .waitFor();
  await page.context().close();
});
