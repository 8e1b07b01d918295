"""All parameters of a model in one flat F32 vector, which the kernels and the optimiser work on."""

import math

import numpy as np

from .shape import initial_deviation, parameter_shapes


class Parameters:
    """`flat` and views of it by name. The order is that of the kernels and of a run's checkpoints: wte and
    wpe, then the blocks' matrices, then all vectors (biases and norms)."""

    def __init__(self, shape, seed=1, dtype=np.float32):
        self.shape = shape
        shapes = parameter_shapes(shape)
        # Stable: matrices first, otherwise in the order of a checkpoint.
        order = sorted(shapes, key=lambda name: len(shapes[name]) < 2)
        self.count = sum(math.prod(dimensions) for dimensions in shapes.values())
        self.flat = np.zeros(self.count, dtype)
        self.offsets, self._views, offset = {}, {}, 0
        for name in order:
            size = math.prod(shapes[name])
            self.offsets[name] = offset
            self._views[name] = self.flat[offset : offset + size].reshape(shapes[name])
            offset += size
        #: The blocks' matrices, which Muon moves.
        self.matrices = slice(self.offsets["h.0.attn.c_attn.weight"], self.offsets["h.0.ln_1.weight"])
        self._initialise(seed)

    def _initialise(self, seed):
        random = np.random.default_rng(seed)
        for name, values in self._views.items():
            if values.ndim == 2:
                deviation = initial_deviation(name, self.shape.layers)
                values[:] = random.standard_normal(values.shape, np.float32) * deviation
            elif name.endswith(".weight"):
                values[:] = 1

    def __getitem__(self, name):
        return self._views[name]

    def names(self):
        return list(self._views)

    def tensors(self):
        """{name: array} in the order of a checkpoint."""
        return {name: self._views[name] for name in parameter_shapes(self.shape)}


def filled(shape, tensors):
    """The parameters that `tensors` {name: array} holds. Raises ValueError where they are not those of
    `shape`."""
    parameters = Parameters(shape)
    for name, values in parameters.tensors().items():
        if name not in tensors or tensors[name].shape != values.shape:
            found = tensors[name].shape if name in tensors else "missing"
            raise ValueError(f"{name} is {found}, not {values.shape}")
        values[:] = tensors[name]
    return parameters


def spread(parameters, tensors):
    """Starts a model from a shallower one: its blocks are spread evenly over ours, and the blocks between
    begin as the identity (what they add to the residual stream is 0). Returns the places of the file's
    blocks."""
    layers = parameters.shape.layers
    known = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("h."))
    if known > layers:
        raise ValueError(f"the model to start from has {known} layers, more than {layers}")
    places = [round((block + 1) * layers / known) - 1 for block in range(known)]
    for name, values in tensors.items():
        if name.startswith("h."):
            _, block, rest = name.split(".", 2)
            name = f"h.{places[int(block)]}.{rest}"
        parameters[name][:] = values
    for block in set(range(layers)) - set(places):
        parameters[f"h.{block}.attn.c_proj.weight"][:] = 0
        parameters[f"h.{block}.mlp.c_proj.weight"][:] = 0
    return places
