"""Muon in PyTorch (Keller Jordan, 2024, https://kellerjordan.github.io/posts/muon): kernels/muon.h for a
GPU."""

import torch

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
_STEPS = 5


def orthogonalised(matrix, compute=torch.bfloat16):
    """`matrix` [rows, columns] with all singular values pushed towards 1."""
    a, b, c = _NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.t() if tall else matrix).to(compute)
    x = x / (x.float().norm() * 1.01 + 1e-20)
    x = x.to(compute)
    for _ in range(_STEPS):
        gram = x @ x.t()
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.t() if tall else x).float()


class Muon(torch.optim.Optimizer):
    """Moves matrices [inputs, outputs] along their orthogonalised Nesterov momentum; the update is 0.2
    sqrt(the longer side) times the rate, so that rates are comparable to AdamW's. `thirds`: matrices whose
    columns are three, each by itself."""

    def __init__(self, matrices, thirds, lr, momentum=0.95, weight_decay=0.1, compute=torch.bfloat16):
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "parts": 1}
        super().__init__([{"params": matrices}, {"params": thirds, "parts": 3}], defaults)
        self.compute = compute

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                self._move(parameter, group)

    def _move(self, parameter, group):
        keep, gradient = group["momentum"], parameter.grad
        momentum = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
        momentum.mul_(keep).add_(gradient)
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        update = gradient + keep * momentum
        for part, moved in zip(update.chunk(group["parts"], 1), parameter.chunk(group["parts"], 1)):
            step = group["lr"] * 0.2 * max(part.shape) ** 0.5
            moved.sub_(orthogonalised(part, self.compute), alpha=step)
