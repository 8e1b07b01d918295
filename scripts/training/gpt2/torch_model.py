"""GPT-2 in PyTorch, for a GPU: pre-LayerNorm blocks, learned positions, gelu_new, biases, a head tied to the
token table.

B sequences, S positions, C channels, H heads, D = C / H, V vocabulary. Parameters carry the names and the
layout of the Hugging Face checkpoints, and start as parameters.py starts them.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

from .parameters import Parameters
from .shape import EPSILON


class GPT2(torch.nn.Module):
    """`compute` is the type of the matrix products; parameters, residuals, norms and softmax are F32."""

    def __init__(self, shape, seed=1, compute=torch.bfloat16):
        super().__init__()
        self.shape, self.compute = shape, compute
        started = Parameters(shape, seed).tensors()
        self.names = list(started)
        for name, values in started.items():
            parameter = torch.nn.Parameter(torch.from_numpy(values.copy()))
            self.register_parameter(name.replace(".", "/"), parameter)

    def tensor(self, name):
        return getattr(self, name.replace(".", "/"))

    def tensors(self):
        """{name: F32 array} in the order of a checkpoint."""
        return {name: self.tensor(name).detach().float().cpu().numpy() for name in self.names}

    @torch.no_grad()
    def fill(self, parameters):
        """Takes the values of Parameters."""
        for name, values in parameters.tensors().items():
            self.tensor(name).copy_(torch.from_numpy(values))

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
        """The cross entropy in nats summed over targets >= 0; both are [B, S]."""
        hidden = self.hidden(tokens).reshape(-1, self.shape.channels)
        logits = hidden.to(self.compute) @ self.tensor("wte.weight").to(self.compute).t()
        return F.cross_entropy(logits.float(), targets.reshape(-1), ignore_index=-1, reduction="sum")

    @torch.no_grad()
    def next_logits(self, tokens):
        """Token ids [B, S] of NumPy -> the logits [B, V] after the last position, of NumPy."""
        table = self.tensor("wte.weight")
        last = self.hidden(torch.from_numpy(np.asarray(tokens, np.int64)).to(table.device))[:, -1]
        return (last.to(self.compute) @ table.to(self.compute).t()).float().cpu().numpy()
