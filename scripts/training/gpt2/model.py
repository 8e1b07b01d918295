"""GPT-2 in NumPy: pre-LayerNorm blocks, learned positions, gelu_new, biases, a head tied to the token table.

The reference that the kernels are held against, and the source of attention patterns. B sequences, S
positions, C channels, H heads, D = C / H, V vocabulary.
"""

import math

import numpy as np

from .shape import EPSILON

_GELU = math.sqrt(2 / math.pi)
_GELU_CUBIC = 0.044715


def layer_norm(x, weight, bias):
    """The norm and what its gradient needs."""
    centred = x - x.mean(-1, keepdims=True)
    inverse = 1 / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
    normed = centred * inverse
    return normed * weight + bias, (normed, inverse)


def layer_norm_gradient(dy, weight, kept):
    """(d_x, d_weight, d_bias)."""
    normed, inverse = kept
    weighted = dy * weight
    along_x = (weighted * normed).mean(-1, keepdims=True)
    dx = inverse * (weighted - weighted.mean(-1, keepdims=True) - normed * along_x)
    return dx, _rows(dy * normed).sum(0), _rows(dy).sum(0)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(_GELU * (x + _GELU_CUBIC * x**3)))


def gelu_slope(x):
    t = np.tanh(_GELU * (x + _GELU_CUBIC * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * _GELU * (1 + 3 * _GELU_CUBIC * x * x)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _rows(x):
    return x.reshape(-1, x.shape[-1])


class _Pass:
    """One forward pass; `kept` has what each block's gradient needs, `patterns` its attention [B, H, S,
    S]."""

    def __init__(self, parameters, tokens, dtype, keep):
        self.shape, self.tokens, self.keep = parameters.shape, tokens, keep
        self.dtype, self._parameters = dtype, parameters
        self.kept, self.patterns = [], []

    def weight(self, name):
        return self._parameters[name].astype(self.dtype, copy=False)

    def linear(self, x, name):
        return x @ self.weight(name + ".weight") + self.weight(name + ".bias")

    def norm(self, x, name):
        return layer_norm(x, self.weight(name + ".weight"), self.weight(name + ".bias"))

    def split_heads(self, x):
        """[B, S, n C] -> [n, B, H, S, D]."""
        batch, positions, width = x.shape
        shape = self.shape
        split = x.reshape(batch, positions, width // shape.channels, shape.heads, shape.head_size)
        return split.transpose(2, 0, 3, 1, 4)

    def attention(self, q, k):
        """The pattern: [B, H, S, S], rows are queries."""
        positions = q.shape[-2]
        mask = np.triu(np.full((positions, positions), -np.inf, self.dtype), 1)
        return softmax(q @ k.swapaxes(-1, -2) / math.sqrt(self.shape.head_size) + mask)

    def block(self, x, name):
        ln1, kept1 = self.norm(x, name + "ln_1")
        q, k, v = self.split_heads(self.linear(ln1, name + "attn.c_attn"))
        pattern = self.attention(q, k)
        self.patterns.append(pattern)
        z = (pattern @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        middle = x + self.linear(z, name + "attn.c_proj")
        ln2, kept2 = self.norm(middle, name + "ln_2")
        pre = self.linear(ln2, name + "mlp.c_fc")
        post = gelu(pre)
        if self.keep:
            self.kept.append((ln1, kept1, q, k, v, pattern, z, ln2, kept2, pre, post))
        return middle + self.linear(post, name + "mlp.c_proj")

    def run(self):
        """[B, S, C] after the final norm."""
        x = self.weight("wte.weight")[self.tokens] + self.weight("wpe.weight")[: self.tokens.shape[1]]
        for block in range(self.shape.layers):
            x = self.block(x, f"h.{block}.")
        self.final, self.kept_final = self.norm(x, "ln_f")
        return self.final


def hidden(parameters, tokens, dtype=np.float32):
    """Tokens [B, S] -> [B, S, C], after the final norm."""
    return _Pass(parameters, tokens, dtype, keep=False).run()


def attention_patterns(parameters, tokens, dtype=np.float32):
    """Tokens [B, S] -> the pattern [B, H, S, S] of each layer."""
    run = _Pass(parameters, tokens, dtype, keep=False)
    run.run()
    return run.patterns


def next_logits(parameters, tokens):
    """Tokens [B, S] -> the logits [B, V] after the last position."""
    return hidden(parameters, tokens)[:, -1] @ parameters["wte.weight"].T


def _cross_entropy(logits, targets):
    """The mean loss in nats over targets >= 0, and its gradient at the logits, [B, S, V]."""
    probabilities = softmax(logits)
    counted = targets >= 0
    places = np.where(counted, targets, 0)[..., None]
    at_target = np.take_along_axis(probabilities, places, -1)
    loss = -np.log(at_target[..., 0])[counted].sum() / counted.sum()
    np.put_along_axis(probabilities, places, at_target - 1, -1)
    return loss, probabilities * (counted[..., None] / counted.sum())


class _Gradient:
    """The backward pass of a forward pass that kept what it needs; `of` is {name: array}."""

    def __init__(self, run):
        self.run, self.of = run, {}

    def linear(self, x, dy, name):
        """The gradient at the layer's input x."""
        self.of[name + ".weight"] = _rows(x).T @ _rows(dy)
        self.of[name + ".bias"] = _rows(dy).sum(0)
        return dy @ self.run.weight(name + ".weight").T

    def norm(self, dy, kept, name):
        dx, weight, bias = layer_norm_gradient(dy, self.run.weight(name + ".weight"), kept)
        self.of[name + ".weight"], self.of[name + ".bias"] = weight, bias
        return dx

    def attention(self, dz, q, k, v, pattern):
        """From the gradient at z [B, S, C] to the one at qkv [B, S, 3 C]."""
        (d,) = self.run.split_heads(dz)
        d_pattern = d @ v.swapaxes(-1, -2)
        d_scores = pattern * (d_pattern - (d_pattern * pattern).sum(-1, keepdims=True))
        d_scores /= math.sqrt(self.run.shape.head_size)
        parts = np.stack([d_scores @ k, d_scores.swapaxes(-1, -2) @ q, pattern.swapaxes(-1, -2) @ d])
        return parts.transpose(1, 3, 0, 2, 4).reshape(*dz.shape[:2], -1)

    def block(self, dx, name, kept):
        ln1, kept1, q, k, v, pattern, z, ln2, kept2, pre, post = kept
        d_pre = self.linear(post, dx, name + "mlp.c_proj") * gelu_slope(pre)
        dx = dx + self.norm(self.linear(ln2, d_pre, name + "mlp.c_fc"), kept2, name + "ln_2")
        d_qkv = self.attention(self.linear(z, dx, name + "attn.c_proj"), q, k, v, pattern)
        return dx + self.norm(self.linear(ln1, d_qkv, name + "attn.c_attn"), kept1, name + "ln_1")

    def all(self, d_logits):
        run = self.run
        table = run.weight("wte.weight")
        self.of["wte.weight"] = _rows(d_logits).T @ _rows(run.final)
        dx = self.norm(d_logits @ table, run.kept_final, "ln_f")
        for block in reversed(range(run.shape.layers)):
            dx = self.block(dx, f"h.{block}.", run.kept[block])
        self.of["wpe.weight"] = np.zeros_like(run.weight("wpe.weight"))
        self.of["wpe.weight"][: dx.shape[1]] = dx.sum(0)
        np.add.at(self.of["wte.weight"], run.tokens, dx)
        return self.of


def loss_and_gradient(parameters, tokens, targets, dtype=np.float64):
    """Mean cross entropy in nats over targets >= 0, and its gradient {name: array}; tokens and targets [B,
    S]."""
    run = _Pass(parameters, tokens, dtype, keep=True)
    logits = run.run() @ run.weight("wte.weight").T
    loss, d_logits = _cross_entropy(logits, targets)
    return loss, _Gradient(run).all(d_logits)
