"""Every build of the kernels that this processor runs, and AMX with emulated tiles, against the NumPy
model."""

import shutil
import unittest

from paths import NO_NUMPY, numpy as np

if np:
    from gpt2 import kernels
    from gpt2.model import loss_and_gradient
    from gpt2.parameters import Parameters
    from gpt2.shape import Shape

#: The least cosine between a tensor's gradients and the largest difference of their lengths. bf16 has 8 bits,
#: fp16 11.
TOLERANCES = {"amx": (0.999, 0.01), "bf16": (0.999, 0.01), "amx-emulated": (0.999, 0.01)}
OTHERS = (0.9999, 0.005)


def builds():
    found = kernels.usable()
    emulated = set(kernels.EMULATION_NEEDS.split()) <= kernels.processor_flags()
    return found + ["amx-emulated"] * emulated


def can_compile():
    return np and bool(shutil.which("g++")) and bool(kernels.usable())


class Problem:
    """A small model, a batch and the reference's answer, the same for all builds."""

    def __init__(self, shape, sequences, positions):
        self.parameters, self.tokens, self.targets = kernels.sample_problem(shape, sequences, positions)
        self.reference = loss_and_gradient(self.parameters, self.tokens, self.targets)

    def kernels(self, build):
        return kernels.Kernels(self.parameters, build, threads=1, micro_tokens=128)


@unittest.skipUnless(can_compile(), f"{NO_NUMPY}, or there is no g++, or no AVX2")
class Builds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Two heads of 32 channels; one of 64, a context that is no power of two, and more candidates than a
        # chunk.
        cls.problems = [Problem(Shape(2, 2, 64, 128, 1100), 4, 64), Problem(Shape(1, 2, 128, 96, 400), 2, 96)]

    def each(self, check):
        """Calls check(problem, kernels) for each build and problem."""
        for build in builds():
            for problem in self.problems:
                with self.subTest(build=build, shape=str(problem.parameters.shape)):
                    on = problem.kernels(build)
                    try:
                        check(problem, on)
                    finally:
                        on.close()

    def test_losses_and_gradients_are_those_of_the_numpy_model(self):
        def check(problem, on):
            loss, gradient = on.gradient(problem.tokens, problem.targets)
            found = kernels.agreement(problem.parameters, loss, gradient, problem.reference)
            cosine, length = TOLERANCES.get(on.name, OTHERS)
            self.assertGreater(min(found.cosines.values()), cosine)
            self.assertLess(max(abs(ratio - 1) for ratio in found.lengths.values()), length)
            self.assertLess(abs(found.loss), 0.001)
            self.assertAlmostEqual(on.loss(problem.tokens, problem.targets), problem.reference[0], delta=0.001)

        self.each(check)

    def test_the_sampled_softmax_is_right_on_average(self):
        def check(problem, on):
            vocabulary = problem.parameters.shape.vocabulary
            softmax = kernels.SampledSoftmax(np.arange(vocabulary)[::-1], vocabulary // 4, vocabulary // 8)
            draws = [on.gradient(problem.tokens, problem.targets, softmax.draw()) for _ in range(12)]
            mean = np.mean([gradient for _, gradient in draws], 0)
            _, whole = on.gradient(problem.tokens, problem.targets)
            cosine = mean @ whole / np.linalg.norm(mean) / np.linalg.norm(whole)
            self.assertGreater(cosine, 0.95)
            self.assertAlmostEqual(np.mean([loss for loss, _ in draws]), problem.reference[0], delta=0.05)

        self.each(check)

    def test_muon_turns_a_matrix_into_a_nearly_orthogonal_one(self):
        matrix = np.random.default_rng(4).standard_normal((64, 256)).astype(np.float32)
        wanted = newton_schulz(matrix.astype(np.float64))
        def check(problem, on):
            if problem.parameters.shape.channels != 64:
                return
            found = on.orthogonalise(matrix.copy())
            self.assertLess(np.linalg.norm(found - wanted), 0.02 * np.linalg.norm(wanted))
            values = np.linalg.svd(found, compute_uv=False)
            self.assertGreater(values.min(), 0.6)
            self.assertLess(values.max(), 1.3)

        self.each(check)

    def test_steps_go_downhill_and_leave_the_gradient_empty(self):
        def check(problem, on):
            before = problem.parameters.flat.copy()
            first = on.loss(problem.tokens, problem.targets)
            for step in range(1, 9):
                _, norm = on.step(problem.tokens, problem.targets, kernels.Rates(1e-3, 1e-3, step))
                self.assertTrue(np.isfinite(norm))
            self.assertLess(on.loss(problem.tokens, problem.targets), first - 0.2)
            problem.parameters.flat[:] = before
            _, gradient = on.gradient(problem.tokens, problem.targets)
            found = kernels.agreement(problem.parameters, problem.reference[0], gradient, problem.reference)
            self.assertGreater(min(found.cosines.values()), 0.999)

        self.each(check)


@unittest.skipUnless(can_compile(), f"{NO_NUMPY}, or there is no g++, or no AVX2")
class Steps(unittest.TestCase):
    def setUp(self):
        self.problem = Problem(Shape(1, 1, 32, 64, 200), 2, 64)
        self.on = self.problem.kernels(kernels.usable()[-1])
        self.before = self.problem.parameters.flat.copy()

    def tearDown(self):
        self.on.close()

    def step(self, **rates):
        return self.on.step(self.problem.tokens, self.problem.targets, kernels.Rates(**{"step": 1, **rates}))

    def test_adamw_moves_by_its_rate_at_first(self):
        # After one step mean / sqrt(square) is the gradient's sign: every number moves by the rate.
        _, gradient = self.on.gradient(self.problem.tokens, self.problem.targets)
        self.step(adam=1e-3, muon=0, with_muon=False, decay=0)
        moved = self.problem.parameters.flat - self.before
        clear = abs(gradient) > 1e-4
        self.assertGreater(clear.mean(), 0.1)
        np.testing.assert_allclose(moved[clear], -1e-3 * np.sign(gradient[clear]), rtol=0.01)

    def test_muon_moves_matrices_alone_and_decay_shrinks_them(self):
        self.step(adam=0, muon=1e-2, decay=0.5)
        parameters, matrices = self.problem.parameters, self.problem.parameters.matrices
        moved = parameters.flat - self.before
        self.assertEqual(abs(moved[: matrices.start]).max(), 0)
        self.assertEqual(abs(moved[matrices.stop :]).max(), 0)
        begin = parameters.offsets["h.0.attn.c_proj.weight"]
        size = 32 * 32
        update = moved[begin : begin + size] + 1e-2 * 0.5 * self.before[begin : begin + size]
        values = np.linalg.svd(update.reshape(32, 32), compute_uv=False) / (1e-2 * 0.2 * 32**0.5)
        self.assertLess(values.max(), 1.3)
        self.assertGreater(np.median(values), 0.6)

    def test_a_step_whose_gradient_is_not_finite_moves_nothing(self):
        self.problem.parameters["ln_f.weight"][0] = np.nan
        before = self.problem.parameters.flat.copy()
        _, norm = self.step(adam=1e-3, muon=1e-3)
        self.assertFalse(np.isfinite(norm))
        np.testing.assert_array_equal(self.problem.parameters.flat, before)

    def test_contexts_that_the_kernels_cannot_run_are_refused(self):
        for positions in (33, 96):
            with self.assertRaisesRegex(ValueError, f"a context of {positions}"):
                self.on.loss(np.zeros((1, positions)), np.zeros((1, positions)))
        with self.assertRaisesRegex(ValueError, "a head of 16 channels"):
            kernels.Kernels(Parameters(Shape(1, 2, 32, 64, 200)), kernels.usable()[-1])


@unittest.skipUnless(np, NO_NUMPY)
class Choice(unittest.TestCase):
    def test_the_fastest_build_comes_first(self):
        avx2 = {"avx2", "fma", "f16c"}
        avx512 = avx2 | {"avx512f", "avx512bw", "avx512dq", "avx512vl"}
        zen5 = avx512 | {"avx512_bf16", "avx512vbmi"}
        sapphire = zen5 | {"avx512_fp16"}
        self.assertEqual(kernels.usable(set()), [])
        self.assertEqual(kernels.usable(avx2), ["avx2"])
        self.assertEqual(kernels.usable(avx512), ["f32", "avx2"])
        self.assertEqual(kernels.usable(zen5), ["bf16", "f32", "avx2"])
        self.assertEqual(kernels.usable(sapphire)[0], "fp16")
        self.assertEqual(kernels.usable(sapphire | {"amx_tile", "amx_bf16"})[0], "amx")


def newton_schulz(x):
    x = x / (np.linalg.norm(x) * 1.01)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x


if __name__ == "__main__":
    unittest.main()
