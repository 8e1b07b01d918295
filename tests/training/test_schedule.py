"""The schedule of training, by hand-checked points; needs the standard library alone."""

import unittest

import paths  # noqa: F401  (finds the scripts)
from gpt2.schedule import Decay, Plan, context_at, default_decay, rate_share, synthetic_share

PLAN = Plan(warmup=4, synthetic=0.06, synthetic_start=0.2, synthetic_tokens=12e6, synthetic_final=0.02)


class Schedule(unittest.TestCase):
    def test_the_rate_warms_up_stays_and_falls_in_a_line(self):
        self.assertEqual([rate_share(PLAN, step, 0) for step in range(5)], [0.25, 0.5, 0.75, 1.0, 1.0])
        self.assertEqual(rate_share(PLAN, 99, 10**9), 1.0)
        decay = Decay(start=1000, tokens=200)
        shares = [rate_share(PLAN, 99, seen, decay) for seen in (1000, 1050, 1200, 5000)]
        self.assertEqual(shares, [1.0, 0.75, 0.0, 0.0])

    def test_a_decay_is_a_fifth_of_what_was_seen_and_two_million_at_least(self):
        self.assertEqual([default_decay(seen) for seen in (0, 5e6, 50e6)], [2e6, 2e6, 10e6])

    def test_the_synthetic_share_falls_to_its_floor_and_lower_in_the_decay(self):
        shares = [synthetic_share(PLAN, seen) for seen in (0, 6e6, 8.4e6, 12e6, 90e6)]
        for share, wanted in zip(shares, [0.2, 0.1, 0.06, 0.06, 0.06]):
            self.assertAlmostEqual(share, wanted, places=12)
        self.assertEqual(synthetic_share(PLAN, 0, Decay(0, 1e6)), 0.02)

    def test_every_second_step_has_the_whole_context(self):
        self.assertEqual([context_at(PLAN, step, 512) for step in range(4)], [512, 256, 512, 256])
        self.assertEqual(context_at(Plan(long_every=0), 0, 512), 256)


if __name__ == "__main__":
    unittest.main()
