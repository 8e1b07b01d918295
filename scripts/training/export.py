#!/usr/bin/env python3
"""Writes a run's weights as a model, in the layout of Hugging Face: model.safetensors (F16), config.json,
training.json.

    python3 scripts/training/export.py OUT --to FOLDER             the newest checkpoint
    python3 scripts/training/export.py OUT --to FOLDER --last 4    the mean of the last four of OUT/weights
    python3 scripts/training/export.py A.npz B.npz --to FOLDER     the mean of checkpoints
"""

import argparse
import os
import sys

from gpt2 import checkpoints
from gpt2.huggingface import export
from gpt2.parameters import Parameters
from gpt2.shape import read_shape


def chosen(sources, last):
    """The paths of the checkpoints to average. Raises ValueError."""
    if not os.path.isdir(sources[0]):
        return sources
    if len(sources) > 1:
        raise ValueError("either one run's folder or checkpoints, not both")
    if last:
        kept = checkpoints.kept_weights(sources[0])
        if len(kept) < last:
            raise ValueError(f"{sources[0]}/weights has {len(kept)} weights, not {last}")
        return kept[-last:]
    path, _ = checkpoints.newest(sources[0])
    if path is None:
        raise ValueError(f"{sources[0]} has no checkpoint that can be read")
    return [path]


def write(paths, folder, positions):
    flat, state = checkpoints.average(paths)
    parameters = Parameters(read_shape(state["shape"], positions))
    if len(flat) != parameters.count:
        raise ValueError(f"{paths[-1]} does not have {positions} positions: say --positions")
    parameters.flat[:] = flat
    known = ("step", "tokens", "seconds", "history", "decay")
    report = {name: state.get(name) for name in known}
    names = [os.path.basename(path) for path in paths]
    export(parameters.shape, parameters.tensors(), folder, {**report, "averaged": names})
    print(f"{folder}: {len(paths)} checkpoint(s), the last after {state['tokens'] / 1e6:.2f}M tokens")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", metavar="OUT_OR_NPZ")
    parser.add_argument("--to", required=True, metavar="FOLDER")
    parser.add_argument("--last", type=int, default=0, metavar="N")
    parser.add_argument("--positions", type=int, default=512)
    options = parser.parse_args(argv)
    try:
        write(chosen(options.sources, options.last), options.to, options.positions)
    except (OSError, ValueError) as error:
        sys.exit(f"export.py: {error}")


if __name__ == "__main__":
    main()
