"""The PyTorch model against the NumPy one, and a small run; left out where PyTorch is not installed."""

import contextlib
import io
import json
import os
import tempfile
import unittest

from paths import NO_NUMPY, numpy as np

try:
    import torch
except ImportError:
    torch = None

if np and torch:
    import train_torch
    from gpt2.huggingface import load
    from gpt2.model import loss_and_gradient, next_logits
    from gpt2.parameters import Parameters
    from gpt2.shape import Shape
    from gpt2.torch_model import GPT2
    from gpt2.torch_muon import Muon, orthogonalised

PRESENT = bool(np and torch)


@unittest.skipUnless(PRESENT, f"PyTorch is not installed, or {NO_NUMPY}")
class Model(unittest.TestCase):
    def setUp(self):
        self.parameters = Parameters(Shape(2, 2, 8, 16, 61), 5)
        random = np.random.default_rng(1)
        self.parameters.flat += random.standard_normal(self.parameters.count, np.float32) * 0.1
        self.tokens, self.targets = random.integers(0, 61, (2, 2, 12))
        self.targets[0, :3] = -1
        self.model = GPT2(self.parameters.shape, compute=torch.float32)
        self.model.fill(self.parameters)

    def test_loss_and_gradient_are_those_of_the_numpy_model(self):
        loss, gradient = loss_and_gradient(self.parameters, self.tokens, self.targets)
        ours = self.model.loss(torch.from_numpy(self.tokens), torch.from_numpy(self.targets))
        counted = (self.targets >= 0).sum()
        self.assertAlmostEqual(float(ours.detach()) / counted, loss, places=5)
        (ours / counted).backward()
        for name, wanted in gradient.items():
            np.testing.assert_allclose(self.model.tensor(name).grad.numpy(), wanted, atol=2e-5, err_msg=name)
        np.testing.assert_allclose(
            self.model.next_logits(self.tokens), next_logits(self.parameters, self.tokens), atol=1e-4
        )

    def test_muons_update_has_singular_values_near_one(self):
        matrix = torch.randn(48, 16, generator=torch.Generator().manual_seed(1))
        values = torch.linalg.svdvals(orthogonalised(matrix, torch.float32))
        self.assertTrue(bool((values > 0.6).all() and (values < 1.3).all()))

    def test_muon_moves_each_third_of_c_attn_by_itself(self):
        matrix = torch.nn.Parameter(torch.zeros(16, 48))
        matrix.grad = torch.randn(16, 48, generator=torch.Generator().manual_seed(2))
        Muon([], [matrix], lr=0.5, weight_decay=0, compute=torch.float32).step()
        for part in matrix.detach().chunk(3, 1):
            values = torch.linalg.svdvals(part) / (0.5 * 0.2 * 4)
            self.assertTrue(bool((values > 0.3).all() and (values < 1.3).all()))


@unittest.skipUnless(PRESENT, f"PyTorch is not installed, or {NO_NUMPY}")
class Training(unittest.TestCase):
    def test_a_small_run_learns_a_loop_and_exports(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            loop = np.tile(np.array([5, 17, 3, 42, 8, 99, 1], "<u2"), 400)
            for name in ("train.bin", "val.bin"):
                loop.tofile(os.path.join(folder, name))
            out = os.path.join(folder, "out")
            options = (
                f"--data {folder} --out {out} --device cpu --shape 1x1x32 --positions 64 --context 64 "
                "--tokens 0.016 --batch-tokens 512 --warmup 4 --adam-rate 0.02 --muon-rate 0.02 --synthetic 0 "
                "--synthetic-start 0 --synthetic-final 0 --evaluate-tokens 512"
            )
            train_torch.main(options.split())
            with open(os.path.join(out, "export", "training.json"), encoding="utf-8") as file:
                report = json.load(file)
            self.assertEqual((report["step"], report["tokens"]), (32, 16384))
            self.assertLess(report["history"][-1][1]["val"], 0.3)
            self.assertEqual(str(load(os.path.join(out, "export")).shape), "1x1x32")


if __name__ == "__main__":
    unittest.main()
