"""The model and a whole small run of training; left out where PyTorch is not installed."""

import json
import math
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "training"))

try:
    import numpy as np
    import torch
except ImportError:
    torch = None

if torch:
    import torch.nn.functional as F

    import train
    from gpt2.checkpoint import read_safetensors, safetensors_bytes
    from gpt2.model import GPT2, Shape, TiedHeadLoss, parameter_shapes
    from gpt2.samples import continuation, load_decoder
    from gpt2.tokens import Batches, spread_windows

SMALL = dict(layers=2, heads=2, channels=8, positions=16, vocabulary=61)


@unittest.skipUnless(torch, "PyTorch is not installed")
class Model(unittest.TestCase):
    def test_the_bundled_model_has_19_3_million_parameters(self):
        shapes = parameter_shapes(train.PRESETS["19m"])
        self.assertEqual(sum(math.prod(dimensions) for dimensions in shapes.values()), 19_315_456)

    def test_chunked_head_has_the_gradients_of_the_plain_one(self):
        generator = torch.Generator().manual_seed(3)
        # More rows than a chunk, and not a multiple of it.
        hidden = torch.randn(1500, 8, generator=generator, requires_grad=True)
        table = torch.randn(61, 8, generator=generator, requires_grad=True)
        targets = torch.randint(0, 61, (1500,), generator=generator)
        ours = TiedHeadLoss.apply(hidden, table, targets, torch.float32)
        got = torch.autograd.grad(3 * ours, [hidden, table])
        plain = F.cross_entropy(hidden @ table.t(), targets)
        wanted = torch.autograd.grad(3 * plain, [hidden, table])
        self.assertAlmostEqual(float(ours), float(plain), places=5)
        for a, b in zip(got, wanted):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-7)

    def test_no_position_sees_what_comes_after_it(self):
        model = GPT2(Shape(**SMALL), compute=torch.float32)
        tokens = torch.arange(12)[None] % 61
        changed = tokens.clone()
        changed[0, 7:] += 20
        with torch.no_grad():
            first, second = model.hidden(tokens), model.hidden(changed)
        torch.testing.assert_close(first[:, :7], second[:, :7])
        self.assertGreater(float((first[:, 7:] - second[:, 7:]).abs().max()), 1e-4)

    def test_an_untrained_model_knows_nothing(self):
        model = GPT2(Shape(**SMALL), compute=torch.float32)
        tokens, targets = torch.randint(0, 61, (2, 8, 16), generator=torch.Generator().manual_seed(1))
        self.assertAlmostEqual(float(model.loss(tokens, targets)), math.log(61), delta=0.05)

    def test_channels_that_do_not_divide_are_refused(self):
        with self.assertRaisesRegex(ValueError, "10 channels do not divide by 4 heads"):
            Shape(2, 4, 10)


@unittest.skipUnless(torch, "PyTorch is not installed")
class Files(unittest.TestCase):
    def test_safetensors_come_back_as_they_were(self):
        tensors = {"a": np.arange(6, dtype=np.float32).reshape(2, 3) / 8, "b": np.zeros(0, np.float32)}
        for dtype in ("F32", "F16"):
            data = safetensors_bytes(tensors, dtype)
            back = read_safetensors(data)
            self.assertEqual(int.from_bytes(data[:8], "little") % 8, 0)
            self.assertEqual(list(back), ["a", "b"])
            np.testing.assert_array_equal(back["a"], tensors["a"])

    def test_an_epoch_visits_each_window_once(self):
        tokens = np.arange(1000, dtype=np.uint16)
        batches = Batches(tokens, seed=5)
        inputs, targets = batches.draw(14, 64)
        np.testing.assert_array_equal(inputs[:, 1:], targets[:, :-1])
        starts = inputs[:, 0]
        self.assertEqual((len(set(starts)), len(set(starts % 64))), (14, 1))
        self.assertEqual(len(spread_windows(tokens, 100, 64)[0]), 15)


@unittest.skipUnless(torch, "PyTorch is not installed")
class Training(unittest.TestCase):
    def run_small(self, folder, *more):
        tokens = np.tile(np.array([5, 17, 3, 42, 8, 99, 1], dtype="<u2"), 400)
        for name in ("train.bin", "val.bin"):
            tokens.tofile(os.path.join(folder, name))
        plan = ["--context", "16", "--long-context", "32", "--batch-tokens", "256", "--final-batch-tokens", "256"]
        train.main(["--data", folder, "--out", folder, "--preset", "tiny", "--warmup", "5", "--peak-rate", "0.02", *plan, *more])

    def test_a_run_learns_a_loop_goes_on_and_exports(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_small(folder, "--steps", "30")
            self.run_small(folder, "--steps", "60", "--resume")
            with open(os.path.join(folder, "export", "training.json"), encoding="utf-8") as file:
                report = json.load(file)
            self.assertEqual(report["step"], 60)
            # Each token is decided by the one before it: nothing is left to guess.
            self.assertLess(report["validation_loss_by_context"]["16"], 0.5)
            with open(os.path.join(folder, "export", "config.json"), encoding="utf-8") as file:
                self.assertEqual(json.load(file)["n_embd"], 64)
            with open(os.path.join(folder, "export", "model.safetensors"), "rb") as file:
                tensors = read_safetensors(file.read())
            shapes = {name: tuple(values.shape) for name, values in tensors.items()}
            self.assertEqual(shapes, parameter_shapes(train.PRESETS["tiny"]))
            with open(os.path.join(folder, "log.txt"), encoding="utf-8") as file:
                self.assertIn("goes on from step 30", file.read())

    def test_samples_are_decoded_by_the_vocabulary(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(load_decoder(folder)([1, 2]), "1 2")
            with open(os.path.join(folder, "vocab.json"), "w", encoding="utf-8") as file:
                json.dump({"Hi": 0, "\u0120you": 1, "\u00c3": 2, "\u00a9": 3}, file)
            self.assertEqual(load_decoder(folder)([0, 1, 2, 3]), "Hi you\u00e9")
        model = GPT2(Shape(**SMALL), compute=torch.float32)
        self.assertEqual(len(continuation(model, [1, 2, 3], 20)), 23)


if __name__ == "__main__":
    unittest.main()
