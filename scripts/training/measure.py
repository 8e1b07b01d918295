#!/usr/bin/env python3
"""Measures an exported model: what each of its heads does and, with --data, its loss on held-out text.

    python3 scripts/training/measure.py MODEL [--data DATA]

MODEL is a folder with model.safetensors (F16 or F32) and config.json. The loss is the mean cross entropy in
nats a token, by the full softmax, in windows as long as the model has positions.
"""

import argparse
import sys

from gpt2 import evaluation, kernels, tokens
from gpt2.head_scores import head_scores
from gpt2.huggingface import load


def table(scores):
    """Lines: a layer each, its heads' scores in hundredths."""
    kinds = {"induction": scores.induction, "previous token": scores.previous, "same token": scores.duplicate}
    width = max(4 * scores.induction.shape[1], 14)
    yield ("layer  " + "  ".join(name.ljust(width) for name in kinds)).rstrip()
    for layer in range(len(scores.induction)):
        columns = ("".join(f"{100 * x:4.0f}" for x in kind[layer]).ljust(width) for kind in kinds.values())
        yield f"{layer:5d}  " + "  ".join(columns).rstrip()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--data", help="folder of val.bin and val2.bin (or .bin.xz)")
    parser.add_argument("--tokens", type=int, default=10**9, help="of each set at most")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    try:
        parameters = load(options.model)
        print(f"{parameters.shape}, {parameters.count:,} parameters")
        print("\n".join(table(head_scores(parameters))))
        print(evaluation.describe_heads(parameters)[0])
        if options.data:
            on = kernels.Kernels(parameters, kernels.choose(), options.threads)
            print(evaluation.held_out_losses(on, tokens.held_out(options.data), options.tokens))
    except (OSError, ValueError, kernels.Unusable) as error:
        sys.exit(f"measure.py: {error}")


if __name__ == "__main__":
    main()
