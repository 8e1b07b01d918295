import { expect, it } from 'vitest';
import { withPicture } from '../../../web/src/state/with-picture';

it('holds what belongs to the picture until the picture of the newer answer comes', () => {
  const picture = { run: 1 };
  const first = { run: 1 };
  const second = { run: 2 };
  const third = { run: 3 };
  let newest: { run: number } | null = first;
  const held = withPicture(
    () => picture.run,
    () => newest,
  );
  expect(held()).toBe(first);
  newest = second;
  expect(held()).toBe(first);
  newest = third;
  expect(held()).toBe(first);
  picture.run = 3;
  expect(held()).toBe(third);
  // Other settings for the picture on screen: at once.
  const again = { run: 3 };
  newest = again;
  expect(held()).toBe(again);
});

it('holds nothing where there is nothing, and shows what is there before any picture', () => {
  const picture = { run: -1 };
  let newest: { run: number } | null = null;
  const held = withPicture(
    () => picture.run,
    () => newest,
  );
  expect(held()).toBeNull();
  newest = { run: 1 };
  expect(held()).toBe(newest);
  newest = null;
  expect(held()).toBeNull();
});
