"""Token files (uint16, little endian), the batches drawn from them, and the synthetic sequences among
these."""

import glob
import lzma
import os

import numpy as np

from .shape import END_OF_TEXT, VOCABULARY


def _unpack(path):
    """Writes `path` from path.xz, or from the parts path.xz.00, .01, ... of one xz stream."""
    parts = sorted(glob.glob(path + ".xz.[0-9][0-9]")) or [path + ".xz"]
    decoder = lzma.LZMADecompressor()
    with open(path + ".part", "wb") as out:
        for part in parts:
            with open(part, "rb") as file:
                while block := file.read(1 << 22):
                    out.write(decoder.decompress(block))
    os.replace(path + ".part", path)


def load_tokens(folder, name):
    """FOLDER/NAME.bin as an array that stays on disk; unpacked on first use where only NAME.bin.xz is
    there."""
    path = os.path.join(folder, name + ".bin")
    if not os.path.exists(path):
        _unpack(path)
    return np.memmap(path, "<u2", "r")


def held_out(folder):
    """{name: tokens} of the validation sets that are there: val, the first edition's, and val2."""
    found = (name for name in ("val", "val2") if glob.glob(os.path.join(folder, name + ".bin*")))
    return {name: np.array(load_tokens(folder, name)) for name in found}


def token_counts(folder, tokens):
    """How often each token occurs in the training text, [V]; kept in FOLDER/counts.npy."""
    path = os.path.join(folder, "counts.npy")
    if os.path.exists(path):
        return np.load(path)
    counts = np.bincount(tokens, minlength=VOCABULARY)
    with open(path + ".part", "wb") as file:
        np.save(file, counts)
    os.replace(path + ".part", path)
    return counts


def windows(tokens, starts, context):
    """(inputs, targets), each [len(starts), context] int32: the targets are one token on."""
    rows = tokens[np.asarray(starts)[:, None] + np.arange(context + 1)[None]].astype(np.int32)
    return rows[:, :-1], rows[:, 1:]


def spread_windows(tokens, count, context):
    """At most `count` windows, evenly spread: the same ones each time."""
    count = min(count, (len(tokens) - 1) // context)
    if count < 1:
        raise ValueError(f"{len(tokens)} tokens are too few for a window of {context}")
    starts = np.linspace(0, len(tokens) - context - 1, count).astype(np.int64)
    return windows(tokens, starts, context)


class Windows:
    """Windows of `size` tokens and the one after: every epoch visits each once, in random order, from a
    random phase. Where it is, is `epoch` and `position`: a run goes on from these two numbers."""

    def __init__(self, tokens, seed, size):
        if len(tokens) < 2 * size + 2:
            raise ValueError(f"{len(tokens)} tokens are too few for windows of {size}")
        self.tokens, self.seed, self.size = tokens, seed, size
        self.go_to(0, 0)

    def go_to(self, epoch, position):
        random = np.random.default_rng([self.seed, epoch])
        starts = np.arange(random.integers(0, self.size), len(self.tokens) - self.size - 1, self.size)
        random.shuffle(starts)
        self._starts, self.epoch, self.position = starts, epoch, position

    @property
    def share(self):
        """How much of the epoch is done, 0 to 1."""
        return self.position / len(self._starts)

    def next(self):
        if self.position >= len(self._starts):
            self.go_to(self.epoch + 1, 0)
        start = self._starts[self.position]
        self.position += 1
        return np.asarray(self.tokens[start : start + self.size + 1]).astype(np.int32)


def repeated_tokens(random, context, distribution):
    """Random tokens, repeated with a random period: (inputs, targets) [context]. Only what repeats counts: -1
    before. `distribution`: cumulative, [V]."""
    period = int(random.integers(6, min(context // 2, 120)))
    drawn = np.searchsorted(distribution, random.random(period)).clip(0, len(distribution) - 1)
    row = np.tile(drawn, context // period + 2)[: context + 1]
    targets = row[1:].copy()
    targets[:period] = -1
    return row[:-1], targets


def repeated_passage(random, row):
    """Real text [context + 1] in which a passage of its first two thirds comes back later: (inputs,
    targets)."""
    row, context = row.copy(), len(row) - 1
    length = int(random.integers(16, context // 3))
    source = int(random.integers(0, context // 3 - 10))
    place = int(random.integers(source + length + 4, context + 1 - length // 2))
    length = min(length, context + 1 - place)
    row[place : place + length] = row[source : source + length].copy()
    return row[:-1], row[1:]


LEAST_CONTEXT = 64  # of a synthetic sequence


class Batches:
    """Batches of windows, a share of them synthetic: half of these repeated_tokens, half repeated_passage,
    from which heads learn to look at the previous token and at what followed a token before."""

    def __init__(self, tokens, counts, seed, window=512):
        self.windows, self._seed = Windows(tokens, seed, window), seed
        # Rarer tokens than text has, and no end of a document.
        weights = np.sqrt(counts) * (np.arange(len(counts)) != END_OF_TEXT)
        self._distribution = np.cumsum(weights / weights.sum())

    def draw(self, count, context, step, synthetic):
        """(inputs, targets) [count * window / context, context] int32; a target of -1 does not count. The
        same for the same place in the text, step and share."""
        random = np.random.default_rng([self._seed, 77, step])
        rows = np.stack([self.windows.next() for _ in range(count)])
        inputs, targets = rows[:, :-1].copy(), rows[:, 1:].copy()
        for row in np.nonzero(random.random(count) < synthetic)[0]:
            from_text = random.random() >= 0.5
            for begin in range(0, self.windows.size, context):
                if from_text:
                    made = repeated_passage(random, rows[row, begin : begin + context + 1])
                else:
                    made = repeated_tokens(random, context, self._distribution)
                inputs[row, begin : begin + context], targets[row, begin : begin + context] = made
        return inputs.reshape(-1, context), targets.reshape(-1, context)
