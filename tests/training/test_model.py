"""The NumPy model: its gradient by finite differences, its causality, its shapes and files."""

import json
import math
import os
import tempfile
import unittest

from paths import NO_NUMPY, numpy as np

if np:
    from gpt2.huggingface import export, load, read_safetensors, safetensors_bytes
    from gpt2.model import hidden, loss_and_gradient
    from gpt2.parameters import Parameters, filled, spread
    from gpt2.shape import Shape, parameter_count, parameter_shapes, read_shape

    SMALL = Shape(2, 2, 8, 16, 61)


def small(seed=5, dtype=None):
    """Parameters away from their first values."""
    parameters = Parameters(SMALL, seed, dtype or np.float64)
    parameters.flat += np.random.default_rng(seed).standard_normal(parameters.count) * 0.1
    return parameters


@unittest.skipUnless(np, NO_NUMPY)
class Model(unittest.TestCase):
    def test_the_gradient_is_that_of_finite_differences(self):
        parameters, random = small(), np.random.default_rng(1)
        tokens, targets = random.integers(0, 61, (2, 2, 12))
        targets[0, :3] = -1
        _, gradient = loss_and_gradient(parameters, tokens, targets)
        self.assertEqual(set(gradient), set(parameter_shapes(SMALL)))
        for name, slope in gradient.items():
            direction = random.standard_normal(slope.shape)
            direction *= 1e-5 / np.linalg.norm(direction)
            parameters[name][:] += direction
            above, _ = loss_and_gradient(parameters, tokens, targets)
            parameters[name][:] -= 2 * direction
            below, _ = loss_and_gradient(parameters, tokens, targets)
            parameters[name][:] += direction
            tolerance = 1e-10 * max(1, np.linalg.norm(slope))
            self.assertAlmostEqual((above - below) / 2, (slope * direction).sum(), delta=tolerance, msg=name)

    def test_no_position_sees_what_comes_after_it(self):
        tokens = np.arange(12)[None] % 61
        changed = tokens.copy()
        changed[0, 7:] += 20
        first, second = (hidden(small(), ids, np.float64) for ids in (tokens, changed))
        np.testing.assert_array_equal(first[:, :7], second[:, :7])
        self.assertGreater(abs(first[:, 7:] - second[:, 7:]).max(), 1e-2)

    def test_an_untrained_model_knows_nothing(self):
        tokens, targets = np.random.default_rng(1).integers(0, 61, (2, 8, 16))
        loss, _ = loss_and_gradient(Parameters(SMALL), tokens, targets)
        self.assertAlmostEqual(loss, math.log(61), delta=0.01)


@unittest.skipUnless(np, NO_NUMPY)
class Shapes(unittest.TestCase):
    def test_gpt2_small_has_its_published_number_of_parameters(self):
        self.assertEqual(parameter_count(Shape(12, 12, 768, 1024)), 124_439_808)

    def test_shapes_are_read_and_checked(self):
        self.assertEqual(str(read_shape("12x8x256")), "12x8x256")
        with self.assertRaisesRegex(ValueError, "10 channels do not divide by 4 heads"):
            Shape(2, 4, 10)
        with self.assertRaisesRegex(ValueError, "'12x8' is no shape"):
            read_shape("12x8")
        with self.assertRaisesRegex(ValueError, "a size below 1"):
            read_shape("0x8x256")

    def test_the_flat_vector_has_matrices_first_and_vectors_last(self):
        parameters = Parameters(SMALL)
        self.assertEqual(parameters.matrices, slice((61 + 16) * 8, (61 + 16) * 8 + 2 * 12 * 8 * 8))
        self.assertEqual(parameters.count, parameter_count(SMALL))

    def test_a_deeper_model_starts_as_the_shallower_one(self):
        shallow = small(dtype=np.float32)
        deep = Parameters(Shape(3, 2, 8, 16, 61))
        self.assertEqual(spread(deep, shallow.tensors()), [1, 2])
        tokens = np.arange(10)[None]
        np.testing.assert_allclose(hidden(deep, tokens), hidden(shallow, tokens), atol=1e-5)
        with self.assertRaisesRegex(ValueError, "3 layers, more than 2"):
            spread(shallow, deep.tensors())


@unittest.skipUnless(np, NO_NUMPY)
class Files(unittest.TestCase):
    def test_safetensors_come_back_as_they_were(self):
        tensors = {"a": np.arange(6, dtype=np.float32).reshape(2, 3) / 8, "b": np.zeros(0, np.float32)}
        for dtype in ("F32", "F16"):
            data = safetensors_bytes(tensors, dtype)
            back = read_safetensors(data)
            self.assertEqual(int.from_bytes(data[:8], "little") % 8, 0)
            self.assertEqual(list(back), ["a", "b"])
            np.testing.assert_array_equal(back["a"], tensors["a"])

    def test_what_is_no_safetensors_file_is_refused(self):
        whole = safetensors_bytes({"a": np.ones(4, np.float32)}, "F32")
        for data in (b"", whole[:20], whole[:-1], b"\xff" * 40):
            with self.assertRaisesRegex(ValueError, "not a safetensors file"):
                read_safetensors(data)

    def test_an_export_is_loaded_again(self):
        parameters = small(dtype=np.float32)
        with tempfile.TemporaryDirectory() as folder:
            export(SMALL, parameters.tensors(), folder, {"step": 3})
            with open(os.path.join(folder, "training.json"), encoding="utf-8") as file:
                self.assertEqual(json.load(file), {"step": 3})
            back = load(folder)
            self.assertEqual(back.shape, SMALL)
            np.testing.assert_array_equal(back.flat, parameters.flat.astype(np.float16))
            os.remove(os.path.join(folder, "config.json"))
            with self.assertRaisesRegex(ValueError, "config.json"):
                load(folder)

    def test_tensors_of_another_shape_are_refused(self):
        tensors = dict(small().tensors())
        with self.assertRaisesRegex(ValueError, r"wpe.weight is \(16, 8\), not \(32, 8\)"):
            filled(Shape(2, 2, 8, 32, 61), tensors)
        del tensors["ln_f.bias"]
        with self.assertRaisesRegex(ValueError, "ln_f.bias is missing"):
            filled(SMALL, tensors)


if __name__ == "__main__":
    unittest.main()
