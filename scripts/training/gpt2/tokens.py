"""Token files (uint16, little endian) and the batches drawn from them."""

import numpy as np


def load_tokens(path):
    return np.fromfile(path, dtype="<u2")


def windows(tokens, starts, context):
    """(inputs, targets), each [len(starts), context] int64: the targets are one token on."""
    rows = tokens[np.asarray(starts)[:, None] + np.arange(context + 1)[None]].astype(np.int64)
    return rows[:, :-1], rows[:, 1:]


class Batches:
    """Each epoch visits every window once, in random order, from a random phase. Contexts have queues of their own."""

    def __init__(self, tokens, seed):
        self.tokens = tokens
        self.random = np.random.default_rng(seed)
        self.queues = {}
        self.epochs = 0.0

    def draw(self, sequences, context):
        if len(self.tokens) < 2 * context + 1:
            raise ValueError(f"{len(self.tokens)} tokens are too few for windows of {context}")
        queue = self.queues.get(context, np.empty(0, np.int64))
        while len(queue) < sequences:
            starts = np.arange(self.random.integers(0, context), len(self.tokens) - context, context)
            self.random.shuffle(starts)
            queue = np.concatenate([queue, starts])
        taken, self.queues[context] = queue[:sequences], queue[sequences:]
        self.epochs += sequences * context / len(self.tokens)
        return windows(self.tokens, taken, context)


def spread_windows(tokens, count, context):
    """At most `count` windows, evenly spread: the same ones each time."""
    count = min(count, (len(tokens) - 1) // context)
    if count < 1:
        raise ValueError(f"{len(tokens)} tokens are too few for a window of {context}")
    starts = np.linspace(0, len(tokens) - context - 1, count).astype(np.int64)
    return windows(tokens, starts, context)
