"""GPT-2: pre-LayerNorm blocks, learned positions, gelu_new, biases, a head tied to the token table.

B sequences, S positions, C channels, H heads, D = C / H, L layers, V vocabulary. Linear weights are (in, out), as in the
Conv1D layers of the Hugging Face checkpoints, and parameters carry those checkpoints' names.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

VOCABULARY = 50257
END_OF_TEXT = 50256
EPSILON = 1e-5
CHUNK = 1024  # rows of the head's logits that exist at a time


@dataclass(frozen=True)
class Shape:
    layers: int
    heads: int
    channels: int
    positions: int = 512
    vocabulary: int = VOCABULARY

    def __post_init__(self):
        if self.channels % self.heads:
            raise ValueError(f"{self.channels} channels do not divide by {self.heads} heads")


def parameter_shapes(shape):
    """{name: dimensions} in the order of a checkpoint."""
    c = shape.channels
    shapes = {"wte.weight": (shape.vocabulary, c), "wpe.weight": (shape.positions, c)}

    def norm(name):
        shapes.update({f"{name}.weight": (c,), f"{name}.bias": (c,)})

    def linear(name, inputs, outputs):
        shapes.update({f"{name}.weight": (inputs, outputs), f"{name}.bias": (outputs,)})

    for layer in range(shape.layers):
        block = f"h.{layer}."
        norm(block + "ln_1")
        linear(block + "attn.c_attn", c, 3 * c)
        linear(block + "attn.c_proj", c, c)
        norm(block + "ln_2")
        linear(block + "mlp.c_fc", c, 4 * c)
        linear(block + "mlp.c_proj", 4 * c, c)
    norm("ln_f")
    return shapes


def _initial(name, dimensions, layers, generator):
    if name.endswith(".bias"):
        return torch.zeros(dimensions)
    if "ln_" in name:
        return torch.ones(dimensions)
    # Projections back into the residual stream are scaled by its depth, as in the GPT-2 paper, section 2.3.
    deviation = 0.02 / math.sqrt(2 * layers) if name.endswith("c_proj.weight") else 0.02
    deviation = 0.01 if name.startswith("wpe") else deviation
    return torch.randn(dimensions, generator=generator) * deviation


class GPT2(torch.nn.Module):
    """`compute` is the type of the matrix products; parameters, residuals, norms and softmax are F32."""

    def __init__(self, shape, seed=1, compute=torch.bfloat16):
        super().__init__()
        self.shape, self.compute = shape, compute
        self.names = list(parameter_shapes(shape))
        generator = torch.Generator().manual_seed(seed)
        for name, dimensions in parameter_shapes(shape).items():
            values = _initial(name, dimensions, shape.layers, generator)
            self.register_parameter(name.replace(".", "/"), torch.nn.Parameter(values))

    def tensor(self, name):
        return getattr(self, name.replace(".", "/"))

    def _linear(self, x, name):
        weight, bias = (self.tensor(f"{name}.{part}").to(self.compute) for part in ("weight", "bias"))
        product = torch.addmm(bias, x.to(self.compute).reshape(-1, weight.shape[0]), weight)
        return product.view(*x.shape[:-1], -1)

    def _norm(self, x, name):
        weight, bias = self.tensor(name + ".weight"), self.tensor(name + ".bias")
        return F.layer_norm(x, (self.shape.channels,), weight, bias, EPSILON)

    def _attention(self, q, k, v):
        """[B, H, S, D] each; a query sees its own position and those before."""
        if hasattr(F, "scaled_dot_product_attention"):
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)
        length = q.shape[2]
        mask = torch.full((length, length), float("-inf"), device=q.device).triu(1)
        scores = torch.matmul(q / math.sqrt(q.shape[-1]), k.transpose(-1, -2)).float() + mask
        return torch.matmul(scores.softmax(-1).to(v.dtype), v)

    def _block(self, x, block):
        batch, length, channels = x.shape
        heads = self.shape.heads
        qkv = self._linear(self._norm(x, block + "ln_1"), block + "attn.c_attn")
        q, k, v = qkv.view(batch, length, 3, heads, channels // heads).permute(2, 0, 3, 1, 4)
        z = self._attention(q, k, v).transpose(1, 2).reshape(batch, length, channels)
        x = x + self._linear(z, block + "attn.c_proj").float()
        pre = self._linear(self._norm(x, block + "ln_2"), block + "mlp.c_fc")
        return x + self._linear(F.gelu(pre, approximate="tanh"), block + "mlp.c_proj").float()

    def hidden(self, tokens):
        """[B, S] token ids -> [B, S, C], after the final norm."""
        x = F.embedding(tokens, self.tensor("wte.weight")) + self.tensor("wpe.weight")[: tokens.shape[1]]
        for layer in range(self.shape.layers):
            x = self._block(x, f"h.{layer}.")
        return self._norm(x, "ln_f")

    def loss(self, tokens, targets):
        """Mean cross entropy in nats; both are [B, S]."""
        hidden = self.hidden(tokens).reshape(-1, self.shape.channels)
        table, targets = self.tensor("wte.weight"), targets.reshape(-1)
        if hidden.is_cuda:
            logits = hidden.to(self.compute) @ table.to(self.compute).t()
            return F.cross_entropy(logits.float(), targets)
        return TiedHeadLoss.apply(hidden, table, targets, self.compute)

    @torch.no_grad()
    def next_logits(self, tokens):
        """[B, S] -> the logits [B, V] after the last position."""
        last = self.hidden(tokens)[:, -1].to(self.compute)
        return (last @ self.tensor("wte.weight").to(self.compute).t()).float()


class TiedHeadLoss(torch.autograd.Function):
    """Head and cross entropy in chunks of rows, the gradients formed at once: the logits of a batch never exist whole."""

    @staticmethod
    def forward(context, hidden, table, targets, compute):
        rows = hidden.shape[0]
        wanted = hidden.requires_grad or table.requires_grad
        low_table, low_hidden = table.to(compute), hidden.to(compute)
        d_hidden = torch.empty_like(low_hidden) if wanted else None
        d_table = torch.zeros_like(table) if wanted else None
        total = torch.zeros((), dtype=torch.float64)
        for begin in range(0, rows, CHUNK):
            part, target = low_hidden[begin : begin + CHUNK], targets[begin : begin + CHUNK]
            logits = torch.mm(part, low_table.t()).float()
            normaliser = torch.logsumexp(logits, 1)
            total += (normaliser - logits.gather(1, target[:, None])[:, 0]).double().sum()
            if wanted:
                # d loss / d logits = (softmax - one-hot) / rows
                logits.sub_(normaliser[:, None]).exp_()
                logits[torch.arange(len(target)), target] -= 1
                gradient = logits.mul_(1.0 / rows).to(compute)
                d_hidden[begin : begin + CHUNK] = torch.mm(gradient, low_table)
                d_table += torch.mm(gradient.t(), part)
        context.gradients = (d_hidden, d_table)
        return (total / rows).float()

    @staticmethod
    def backward(context, upstream):
        d_hidden, d_table = context.gradients
        return d_hidden.float() * upstream, d_table * upstream, None, None
