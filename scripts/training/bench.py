#!/usr/bin/env python3
"""Times a step of training, in tokens a second of this process's own processor time: a busy machine does not
change it much.

    python3 scripts/training/bench.py [BUILD ...] [--shape 12x8x256] [--parts]

Without a BUILD all that this processor runs. Text is random, so losses mean nothing.
"""

import argparse
import os
import time

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

from gpt2 import kernels
from gpt2.parameters import Parameters
from gpt2.shape import VOCABULARY, read_shape

STEPS = 3


def time_steps(on, softmax, tokens, context):
    """The best of STEPS steps, in tokens a second."""
    random, best = np.random.default_rng(0), float("inf")
    text = random.integers(0, VOCABULARY, (tokens // context, context + 1))
    for step in range(1, STEPS + 1):
        on.seconds()
        begin = time.process_time()
        on.step(text[:, :-1], text[:, 1:], kernels.Rates(1e-3, 1e-3, step), softmax and softmax.draw())
        best = min(best, time.process_time() - begin)
    return tokens / best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="*", metavar="BUILD")
    parser.add_argument("--shape", default="12x8x256")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=8192)
    parser.add_argument("--parts", action="store_true", help="seconds of each part of the last step")
    options = parser.parse_args()
    for name in options.builds or kernels.usable():
        on = kernels.Kernels(Parameters(read_shape(options.shape)), name, options.threads)
        sampled = kernels.SampledSoftmax(np.ones(VOCABULARY))
        for softmax, context in ((sampled, 256), (sampled, 512), (None, 512)):
            rate = time_steps(on, softmax, options.tokens, context)
            kind = "sampled" if softmax else "full"
            what = f"{name} {options.shape}, context {context}, {kind} softmax"
            print(f"{what}: {rate:.0f} tokens a second", flush=True)
            if options.parts:
                print("  " + ", ".join(f"{part} {seconds:.2f}" for part, seconds in on.seconds().items()))
        on.close()


if __name__ == "__main__":
    main()
