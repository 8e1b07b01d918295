#!/usr/bin/env python3
"""Drops from the training tokens every document of the library that shares three or more runs of 13 tokens
with held-out text.

    python3 scripts/training/drop_overlap.py DATA

After tokenize.mjs: reads DATA/val.bin, val2.bin, train.bin and tokens.json, and writes train.bin anew. Needs
NumPy.
"""

import json
import os
import sys

import numpy as np

RUN = 13  # tokens
MOST_SHARED = 2  # runs
_STRETCH = 1 << 22
_SIEVE_BITS = 24


def run_hashes(tokens):
    """A 64-bit hash of every run of RUN tokens."""
    factors = [pow(6364136223846793005, place + 1, 1 << 64) for place in range(RUN)]
    count, tokens = len(tokens) - RUN + 1, tokens.astype(np.uint64)
    hashes = np.zeros(max(0, count), np.uint64)
    for place, factor in enumerate(factors):
        hashes += tokens[place : place + len(hashes)] * np.uint64(factor)
    return hashes ^ (hashes >> np.uint64(29))


class HeldOut:
    """The runs of held-out text; a sieve of the hashes' low bits tells most others at once."""

    def __init__(self, sets):
        self._hashes = np.unique(np.concatenate([run_hashes(tokens) for tokens in sets]))
        self._sieve = np.zeros(1 << _SIEVE_BITS, bool)
        self._sieve[self._low(self._hashes)] = True

    @staticmethod
    def _low(hashes):
        return (hashes & np.uint64((1 << _SIEVE_BITS) - 1)).astype(np.int64)

    def places(self, tokens):
        """Where in `tokens` a run begins that held-out text has too."""
        found = []
        for begin in range(0, len(tokens) - RUN, _STRETCH):
            hashes = run_hashes(tokens[begin : begin + _STRETCH + RUN - 1])
            likely = np.nonzero(self._sieve[self._low(hashes)])[0]
            at = np.searchsorted(self._hashes, hashes[likely]).clip(0, len(self._hashes) - 1)
            found.append(begin + likely[self._hashes[at] == hashes[likely]])
        return np.concatenate(found) if found else np.empty(0, np.int64)


def keeps(tokens, lengths, held_out):
    """Which of the documents, `lengths` tokens each, share no more than MOST_SHARED runs with held-out
    text."""
    ends = np.cumsum(lengths)
    documents = np.searchsorted(ends, held_out.places(tokens), "right")
    return np.bincount(documents, minlength=len(lengths)) <= MOST_SHARED


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DATA")

    def path(name):
        return os.path.join(sys.argv[1], name)

    with open(path("tokens.json"), encoding="utf-8") as file:
        counted = json.load(file)
    lengths, first = np.array(counted["library"], np.int64), counted["first"]
    train = np.fromfile(path("train.bin"), "<u2")
    if first + lengths.sum() != len(train):
        sys.exit("train.bin is not as tokenize.mjs left it: run that again")
    held_out = HeldOut([np.fromfile(path(name), "<u2") for name in ("val.bin", "val2.bin")])
    kept = keeps(train[first:], lengths, held_out)
    whole = np.concatenate([train[:first], train[first:][np.repeat(kept, lengths)]])
    whole.tofile(path("train.bin.part"))
    os.replace(path("train.bin.part"), path("train.bin"))
    print(f"{(~kept).sum()} documents of {lengths[~kept].sum()} tokens left out; {len(whole)} tokens are left")


if __name__ == "__main__":
    main()
