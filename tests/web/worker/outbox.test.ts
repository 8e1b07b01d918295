import { expect, test } from 'vitest';
import { Outbox } from '../../../web/src/worker/outbox';
import type { FromWorker } from '../../../web/src/protocol/protocol';

function listener() {
  const posts: { message: FromWorker; transfer: number }[] = [];
  return {
    posts,
    outbox: new Outbox((message, transfer) => posts.push({ message, transfer: transfer.length })),
  };
}

test('answers that others follow leave together with the last of them', () => {
  const { posts, outbox } = listener();
  outbox.hold({ id: 1, result: 'a' }, [new ArrayBuffer(4)], true);
  outbox.hold({ id: 2, result: 'b' }, [new ArrayBuffer(4)], false);
  const answers = [
    { id: 1, result: 'a' },
    { id: 2, result: 'b' },
  ];
  expect(posts).toEqual([{ message: { type: 'answers', answers }, transfer: 2 }]);
  outbox.flush();
  expect(posts).toHaveLength(1);
});

test('nothing overtakes an answer that was kept back', () => {
  const { posts, outbox } = listener();
  outbox.hold({ id: 1, result: 'a' }, [], true);
  outbox.send({ type: 'answer', id: 2, result: 'b' });
  expect(posts.map(({ message }) => message.type)).toEqual(['answers', 'answer']);
});
