"""The checkpoints of a run: OUT/ckpt.npz, the one before as ckpt.npz.old, and weights kept for averaging.

ckpt.npz holds `flat` (F32, parameters.py), the optimiser's moments as F16, and `state`, JSON. Moments are
scaled by 16384; of the second one the root is kept, and without Muon's matrices, which have none.
"""

import glob
import json
import os

import numpy as np

_SCALE = 16384.0
_LARGEST = 6e4  # of F16, about

NAME = "ckpt.npz"


class WrongShape(Exception):
    """A checkpoint of another model."""


def _replace(path, keep_old=False, **arrays):
    """Writes `path`; the file before becomes path.old or is gone. A crash at any time leaves one of them
    whole."""
    with open(path + ".part", "wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    if keep_old and os.path.exists(path):
        os.replace(path, path + ".old")
    os.replace(path + ".part", path)


def _without(values, gap):
    return np.concatenate([values[: gap.start], values[gap.stop :]])


def save(folder, parameters, mean, square, state, with_muon=True):
    """Replaces the newest checkpoint; a crash leaves a whole one in any case. `state`: what JSON holds."""
    path = os.path.join(folder, NAME)
    kept = _without(square, parameters.matrices) if with_muon else square
    _replace(
        path,
        keep_old=True,
        flat=parameters.flat,
        m=np.clip(mean * _SCALE, -_LARGEST, _LARGEST).astype(np.float16),
        r=np.clip(np.sqrt(kept) * _SCALE, 0, _LARGEST).astype(np.float16),
        state=json.dumps({**state, "shape": str(parameters.shape)}),
    )


def read(path):
    """{flat, m, r, state} of a checkpoint, state as a dict. Raises ValueError with the path where it is
    damaged."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        return {**found, "flat": found["flat"].astype(np.float32), "state": json.loads(str(found["state"]))}
    except Exception as error:  # zip, NumPy and JSON have many names for damage
        raise ValueError(f"{path} cannot be read: {error!r}") from error


def newest(folder, say=print):
    """(path, checkpoint) of the newest that can be read, or (None, None). One that is damaged gives way to
    the older."""
    for path in (os.path.join(folder, NAME), os.path.join(folder, NAME + ".old")):
        if not os.path.exists(path):
            continue
        try:
            return path, read(path)
        except ValueError as error:
            say(error)
    return None, None


def restore(checkpoint, parameters, mean, square, with_muon=True):
    """Fills parameters and moments; returns the state. Raises WrongShape."""
    state = checkpoint["state"]
    if state["shape"] != str(parameters.shape) or len(checkpoint["flat"]) != parameters.count:
        raise WrongShape(f"the checkpoint is of {state['shape']}, not {parameters.shape}")
    parameters.flat[:] = checkpoint["flat"]
    mean[:] = checkpoint["m"].astype(np.float32) / _SCALE
    roots = (checkpoint["r"].astype(np.float32) / _SCALE) ** 2
    if with_muon:
        gap = parameters.matrices
        square[: gap.start], square[gap.stop :] = roots[: gap.start], roots[gap.start :]
    else:
        square[:] = roots
    return state


def keep_weights(folder, parameters, state, most):
    """Adds the weights, as F16, to the `most` newest that are kept in OUT/weights for averaging."""
    os.makedirs(os.path.join(folder, "weights"), exist_ok=True)
    path = os.path.join(folder, "weights", f"{state['tokens']:015d}.npz")
    content = {**state, "shape": str(parameters.shape)}
    _replace(path, flat=parameters.flat.astype(np.float16), state=json.dumps(content))
    for old in kept_weights(folder)[:-most]:
        os.remove(old)


def kept_weights(folder):
    """The paths of the kept weights, the newest last."""
    return sorted(glob.glob(os.path.join(folder, "weights", "*.npz")))


def average(paths):
    """The mean of the weights of checkpoints, flat, and the state of the last. Raises ValueError."""
    total, state = None, None
    for path in paths:
        checkpoint = read(path)
        if state and checkpoint["state"]["shape"] != state["shape"]:
            raise ValueError(f"{path} is of {checkpoint['state']['shape']}, not {state['shape']}")
        state = checkpoint["state"]
        flat = checkpoint["flat"].astype(np.float64)
        total = flat if total is None else total + flat
    if state is None:
        raise ValueError("there is no checkpoint to average")
    return (total / len(paths)).astype(np.float32), state
