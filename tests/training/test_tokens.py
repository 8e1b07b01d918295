"""Token files and batches: every window once an epoch, the same batches for the same place, synthetic
sequences."""

import lzma
import os
import tempfile
import unittest

from paths import NO_NUMPY, numpy as np

if np:
    from gpt2.tokens import Batches, Windows, load_tokens, repeated_passage, repeated_tokens, spread_windows

TEXT = np and np.arange(20_000, dtype=np.uint16)


@unittest.skipUnless(np, NO_NUMPY)
class Files(unittest.TestCase):
    def test_parts_of_one_compressed_stream_are_joined_once(self):
        packed = lzma.compress(TEXT.tobytes())
        with tempfile.TemporaryDirectory() as folder:
            for part, data in enumerate((packed[:50], packed[50:])):
                with open(os.path.join(folder, f"train.bin.xz.{part:02d}"), "wb") as file:
                    file.write(data)
            np.testing.assert_array_equal(load_tokens(folder, "train"), TEXT)
            self.assertIn("train.bin", os.listdir(folder))
            self.assertEqual(len(load_tokens(folder, "train")), len(TEXT))

    def test_windows_of_validation_are_spread_evenly(self):
        inputs, targets = spread_windows(TEXT, 3, 100)
        self.assertEqual(inputs[:, 0].tolist(), [0, 9949, 19899])
        np.testing.assert_array_equal(inputs + 1, targets)
        self.assertEqual(len(spread_windows(TEXT[:1000], 100, 64)[0]), 15)
        with self.assertRaisesRegex(ValueError, "50 tokens are too few"):
            spread_windows(TEXT[:50], 1, 64)


@unittest.skipUnless(np, NO_NUMPY)
class Order(unittest.TestCase):
    def test_an_epoch_visits_each_window_once_from_one_phase(self):
        windows = Windows(TEXT, 5, 128)
        starts = [int(windows.next()[0]) for _ in range(155)]
        self.assertEqual((len(set(starts)), len({start % 128 for start in starts})), (155, 1))
        self.assertNotEqual(starts, sorted(starts))
        while windows.epoch == 0:
            windows.next()
        self.assertEqual(windows.position, 1)

    def test_a_run_goes_on_where_it_was(self):
        first = Windows(TEXT, 5, 128)
        for _ in range(200):
            first.next()
        second = Windows(TEXT, 5, 128)
        second.go_to(first.epoch, first.position)
        np.testing.assert_array_equal(first.next(), second.next())

    def test_too_short_a_text_is_refused(self):
        with self.assertRaisesRegex(ValueError, "200 tokens are too few for windows of 128"):
            Windows(TEXT[:200], 5, 128)


@unittest.skipUnless(np, NO_NUMPY)
class Synthetic(unittest.TestCase):
    def batches(self):
        return Batches(TEXT, np.ones(50257), seed=1, window=256)

    def test_batches_are_the_same_for_the_same_place_and_step(self):
        first, second = (self.batches().draw(64, 128, 7, 0.2) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        self.assertEqual(first[0].shape, (128, 128))
        other = self.batches().draw(64, 128, 8, 0.2)
        self.assertFalse(np.array_equal(first[0], other[0]))

    def test_the_share_of_synthetic_windows_is_what_was_asked_for(self):
        batches = self.batches()
        plain = total = 0
        for step in range(40):
            inputs, targets = batches.draw(64, 256, step, 0.2)
            # The text counts up by one; nothing synthetic does.
            plain += (targets == inputs + 1).all(1).sum()
            total += len(inputs)
        self.assertAlmostEqual(1 - plain / total, 0.2, delta=0.02)

    def test_without_a_share_all_is_text(self):
        inputs, targets = self.batches().draw(64, 256, 0, 0.0)
        np.testing.assert_array_equal(inputs + 1, targets)

    def test_random_tokens_repeat_and_only_the_repetition_counts(self):
        distribution = np.cumsum(np.full(1000, 1 / 1000))
        for seed in range(20):
            inputs, targets = repeated_tokens(np.random.default_rng(seed), 256, distribution)
            period = int((targets < 0).sum())
            self.assertTrue(6 <= period < 120)
            np.testing.assert_array_equal(inputs[period:], inputs[:-period])
            np.testing.assert_array_equal(targets[period:-1], inputs[period + 1 :])
            self.assertTrue((targets[:period] == -1).all() and (targets[period:] >= 0).all())

    def test_a_passage_comes_back_and_the_rest_stays(self):
        for seed in range(20):
            row = np.arange(257, dtype=np.int32)
            inputs, targets = repeated_passage(np.random.default_rng(seed), row)
            changed = np.nonzero(inputs != row[:-1])[0]
            self.assertEqual(len(changed), changed[-1] - changed[0] + 1)
            self.assertGreaterEqual(len(changed), 8)
            # The passage is one from before, in its own order.
            np.testing.assert_array_equal(np.diff(inputs[changed]), 1)
            self.assertLess(inputs[changed[-1]], changed[0])
            np.testing.assert_array_equal(targets[:-1], inputs[1:])

    def test_random_tokens_hold_no_end_of_a_document(self):
        batches = self.batches()
        for step in range(20):
            inputs, _ = batches.draw(16, 256, step, 1.0)
            self.assertFalse((inputs == 50256).any())


if __name__ == "__main__":
    unittest.main()
