"""The schedule of training, by hand-checked points."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "training"))

from gpt2.schedule import Plan, learning_rate, progress, step_at

PLAN = Plan(minutes=10, steps=1000, peak_rate=1.0, least_rate_share=0.1, warmup=4)


class Schedule(unittest.TestCase):
    def test_progress_follows_the_clock_or_the_steps(self):
        self.assertEqual(progress(PLAN, 0, 0), 0.0)
        self.assertEqual(progress(PLAN, 0, 300), 0.5)
        self.assertEqual(progress(PLAN, 750, 300), 0.75)
        self.assertEqual(progress(PLAN, 0, 6000), 1.0)

    def test_learning_rate_warms_up_and_falls_as_a_cosine(self):
        rates = [learning_rate(PLAN, step, 0.0) for step in range(5)]
        self.assertEqual(rates, [0.25, 0.5, 0.75, 1.0, 1.0])
        self.assertAlmostEqual(learning_rate(PLAN, 99, 0.5), 0.55, places=12)
        self.assertAlmostEqual(learning_rate(PLAN, 99, 1.0), 0.1, places=12)

    def test_long_steps_come_every_fourth_time_and_throughout_the_last_part(self):
        contexts = [step_at(PLAN, step, 0.1).context for step in range(5)]
        self.assertEqual(contexts, [512, 256, 256, 256, 512])
        self.assertEqual(step_at(PLAN, 1, 0.1).sequences, 8192 // 256)
        last = step_at(PLAN, 1, 0.95)
        self.assertEqual((last.context, last.sequences, last.final), (512, 16384 // 512, True))
        self.assertEqual(step_at(Plan(long_every=0), 0, 0.1).context, 256)


if __name__ == "__main__":
    unittest.main()
