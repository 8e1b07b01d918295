"""Checkpoints, and a whole small run: start, stop, going on, decay, averaging, export."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from paths import NO_NUMPY, ROOT, numpy as np

if np:
    import export
    import measure
    import train
    from gpt2 import checkpoints, kernels
    from gpt2.huggingface import load
    from gpt2.parameters import Parameters
    from gpt2.shape import Shape

    SMALL = Shape(1, 1, 32, 64, 300)

VITRINE = os.path.join(ROOT, "build", "vitrine")


def quiet(function, *arguments):
    """What it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        function(*arguments)
    return printed.getvalue()


@unittest.skipUnless(np, NO_NUMPY)
class Checkpoints(unittest.TestCase):
    def setUp(self):
        self.parameters, random = Parameters(SMALL, 3), np.random.default_rng(1)
        self.mean, self.square = random.standard_normal((2, self.parameters.count)).astype(np.float32) / 100
        self.square = abs(self.square)
        # Muon's matrices have no second moment.
        self.square[self.parameters.matrices] = 0

    def save(self, folder, step):
        checkpoints.save(folder, self.parameters, self.mean, self.square, {"step": step, "tokens": 10 * step})

    def test_what_was_saved_comes_back(self):
        with tempfile.TemporaryDirectory() as folder:
            self.save(folder, 7)
            path, found = checkpoints.newest(folder)
            self.assertEqual(os.path.basename(path), "ckpt.npz")
            parameters, mean, square = Parameters(SMALL, 4), *np.zeros((2, self.parameters.count), np.float32)
            state = checkpoints.restore(found, parameters, mean, square)
            self.assertEqual(state, {"step": 7, "tokens": 70, "shape": "1x1x32"})
            np.testing.assert_array_equal(parameters.flat, self.parameters.flat)
            np.testing.assert_allclose(mean, self.mean, rtol=1e-3, atol=1e-8)
            np.testing.assert_allclose(square, self.square, rtol=2e-3, atol=1e-12)

    def test_a_damaged_checkpoint_gives_way_to_the_one_before(self):
        with tempfile.TemporaryDirectory() as folder:
            self.save(folder, 1)
            self.save(folder, 2)
            path = os.path.join(folder, checkpoints.NAME)
            with open(path, "rb") as file:
                whole = file.read()
            for damaged in (whole[: len(whole) // 2], b"", whole[:100] + bytes(64) + whole[164:]):
                with open(path, "wb") as file:
                    file.write(damaged)
                said = []
                found_path, found = checkpoints.newest(folder, lambda error: said.append(str(error)))
                self.assertEqual((found_path, found["state"]["step"]), (path + ".old", 1))
                self.assertRegex(said[0], "ckpt.npz cannot be read")

    def test_another_shape_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            self.save(folder, 1)
            _, found = checkpoints.newest(folder)
            with self.assertRaisesRegex(checkpoints.WrongShape, "of 1x1x32, not 2x1x32"):
                checkpoints.restore(found, Parameters(Shape(2, 1, 32, 64, 300)), self.mean, self.square)

    def test_weights_are_averaged_and_the_oldest_dropped(self):
        with tempfile.TemporaryDirectory() as folder:
            first = self.parameters.flat.copy()
            for tokens in (10, 20, 30):
                self.parameters.flat[:] = first * tokens
                checkpoints.keep_weights(folder, self.parameters, {"tokens": tokens}, most=2)
            flat, state = checkpoints.average(checkpoints.kept_weights(folder))
            self.assertEqual(state["tokens"], 30)
            np.testing.assert_allclose(flat, first * 25, rtol=1e-3, atol=1e-5)
        with self.assertRaisesRegex(ValueError, "no checkpoint to average"):
            checkpoints.average([])


@unittest.skipUnless(np and shutil.which("g++") and kernels.usable(), f"{NO_NUMPY}, or no g++, or no AVX2")
class Training(unittest.TestCase):
    OPTIONS = (
        "--shape 1x1x32 --positions 64 --context 64 --batch-tokens 512 --warmup 4 --adam-rate 0.02 "
        "--muon-rate 0.02 --synthetic 0 --synthetic-start 0 --evaluate-tokens 512 --evaluate-every 1 "
        "--threads 1 --keep-every 0.001 --keep 3 --not-idle --log-steps"
    ).split()

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        # Each token is decided by the one before it.
        loop = np.tile(np.array([5, 17, 3, 42, 8, 99, 1], "<u2"), 400)
        for name in ("train.bin", "val.bin"):
            loop.tofile(os.path.join(self.folder, name))

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def run_on(self, *more):
        return quiet(train.main, ["--data", self.folder, "--out", self.path("out"), *self.OPTIONS, *more])

    def test_a_run_stops_goes_on_decays_and_is_exported(self):
        self.assertIn("stopped at 0.00M tokens", self.run_on("--stop", "0.004"))
        self.assertTrue(os.path.exists(self.path("out", "export_latest", "model.safetensors")))
        with open(self.path("out", "decay"), "w", encoding="ascii") as file:
            file.write("0.012")
        log = self.run_on()
        self.assertRegex(log, r"resumed from .*ckpt.npz at step 8")
        self.assertRegex(log, "decay over 0.0M tokens")
        self.assertIn("finished at 0.02M tokens", log)
        self.assertTrue(os.path.exists(self.path("out", "before_decay.npz")))
        with open(self.path("out", "export", "training.json"), encoding="utf-8") as file:
            report = json.load(file)
        self.assertEqual((report["step"], report["decay"]), (32, [4096, 12000.0]))
        self.assertLess(report["history"][-1][2]["val"], 0.3)

        self.check_average()
        self.check_engine()

    def check_average(self):
        quiet(export.main, [self.path("out"), "--to", self.path("mean"), "--last", "2", "--positions", "64"])
        kept = [checkpoints.read(path)["flat"] for path in checkpoints.kept_weights(self.path("out"))[-2:]]
        mean = load(self.path("mean"))
        np.testing.assert_allclose(mean.flat, np.mean(kept, 0), rtol=1e-3, atol=1e-6)

    def check_engine(self):
        """Our own engine reads the export."""
        if not os.path.exists(VITRINE):
            return
        told = subprocess.run(
            [VITRINE, "info", self.path("out", "export"), "--json"], capture_output=True, text=True, check=True
        )
        self.assertIn(str(load(self.path("out", "export")).count), told.stdout)

    def test_measure_tells_heads_and_loss(self):
        self.run_on("--stop", "0.001", "--positions", "128")
        printed = quiet(
            measure.main, [self.path("out", "export_latest"), "--data", self.folder, "--threads", "1"]
        )
        self.assertRegex(printed, r"1x1x32, 1,6\d\d,\d\d\d parameters")
        self.assertRegex(printed, r"\n    0 +\d+ +\d+ +\d+\ninduction 0\.0:")
        self.assertRegex(printed, r"\{'val': \d+\.\d+\}")

    def test_one_run_at_a_time_in_a_folder(self):
        os.makedirs(self.path("out"))
        with train.background.lock(self.path("out")):
            with self.assertRaisesRegex(SystemExit, "another process trains in"):
                self.run_on("--stop", "0.001")

    def test_contexts_that_do_not_fit_are_refused(self):
        with contextlib.redirect_stderr(io.StringIO()) as told, self.assertRaises(SystemExit):
            self.run_on("--context", "48")
        self.assertIn("a context of 48 is not 64 or more", told.getvalue())


if __name__ == "__main__":
    unittest.main()
