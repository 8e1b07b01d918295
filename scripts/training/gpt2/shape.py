"""The sizes of a GPT-2 and the names of its parameters: those of the Hugging Face checkpoints, weights
[inputs, outputs]."""

import math
from dataclasses import dataclass

VOCABULARY = 50257
END_OF_TEXT = 50256
EPSILON = 1e-5


@dataclass(frozen=True)
class Shape:
    layers: int
    heads: int
    channels: int
    positions: int = 512
    vocabulary: int = VOCABULARY

    def __post_init__(self):
        if min(self.layers, self.heads, self.channels, self.positions, self.vocabulary) < 1:
            raise ValueError(f"{self} has a size below 1")
        if self.channels % self.heads:
            raise ValueError(f"{self.channels} channels do not divide by {self.heads} heads")

    @property
    def head_size(self):
        return self.channels // self.heads

    def __str__(self):
        return f"{self.layers}x{self.heads}x{self.channels}"


def read_shape(text, positions=512):
    """The shape that LAYERSxHEADSxCHANNELS says, as `12x8x256`."""
    try:
        layers, heads, channels = map(int, text.split("x"))
    except ValueError:
        raise ValueError(f"{text!r} is no shape: LAYERSxHEADSxCHANNELS is, as 12x8x256") from None
    return Shape(layers, heads, channels, positions)


_EMBEDDINGS = ("wte.weight", "wpe.weight")
_BLOCK = ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")
_LINEAR = {"attn.c_attn": (1, 3), "attn.c_proj": (1, 1), "mlp.c_fc": (1, 4), "mlp.c_proj": (4, 1)}


def block_names():
    """The names of a block's tensors in the order of a checkpoint."""
    return [f"{layer}.{part}" for layer in _BLOCK for part in ("weight", "bias")]


def parameter_shapes(shape):
    """{name: dimensions} in the order of a checkpoint."""
    c = shape.channels
    shapes = dict(zip(_EMBEDDINGS, [(shape.vocabulary, c), (shape.positions, c)]))
    for block in range(shape.layers):
        for layer in _BLOCK:
            inputs, outputs = _LINEAR.get(layer, (1, 1))
            weight = (inputs * c, outputs * c) if layer in _LINEAR else (c,)
            shapes[f"h.{block}.{layer}.weight"] = weight
            shapes[f"h.{block}.{layer}.bias"] = (outputs * c,)
    return {**shapes, "ln_f.weight": (c,), "ln_f.bias": (c,)}


def parameter_count(shape):
    return sum(math.prod(dimensions) for dimensions in parameter_shapes(shape).values())


def initial_deviation(name, layers):
    """The standard deviation of a matrix before training. What adds to the residual stream is scaled by its
    depth, as in the GPT-2 paper, section 2.3; vectors begin as 0 (biases) and 1 (norms)."""
    if name.endswith("c_proj.weight"):
        return 0.02 / math.sqrt(2 * layers)
    return 0.01 if name.startswith("wpe") else 0.02
