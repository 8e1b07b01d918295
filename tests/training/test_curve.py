"""The picture of a run's loss; needs the standard library alone."""

import unittest
from xml.etree import ElementTree

import paths  # noqa: F401  (finds the scripts)
from curve import averaged, draw, read_log, ticks

LOG = """started from model.safetensors blocks at [0]
== 0.00M tokens {'val': 4.5, 'val2': 4.6} induction 0.0:0.02
step 10  0.50M tokens  loss 4.8000  rate 0.13  gnorm 1.00
step 20  1.00M tokens  loss 4.6000  rate 0.19  gnorm 1.04
resumed from ckpt.npz at step 15
step 18  0.90M tokens  loss 4.4000  rate 0.19  gnorm 1.04
decay over 1.0M tokens
== 2.00M tokens {'val': 4.2, 'val2': 4.0} induction 0.0:0.42
   > Once upon a time
""".splitlines()


class Curve(unittest.TestCase):
    def test_the_log_is_read_and_what_a_resumed_run_lost_is_forgotten(self):
        log = read_log(LOG)
        self.assertEqual(log.training, [(0.5, 4.8), (0.9, 4.4)])
        self.assertEqual(log.held_out, {"val": [(0.0, 4.5), (2.0, 4.2)], "val2": [(0.0, 4.6), (2.0, 4.0)]})
        self.assertEqual(log.decays, [0.9])

    def test_training_losses_are_averaged_by_hundredths(self):
        points = [(0.1, 4.0), (0.2, 2.0), (7.0, 1.0)]
        means = [tuple(round(value, 6) for value in point) for point in averaged(points, 100)]
        self.assertEqual(means, [(0.15, 3.0), (7.0, 1.0)])

    def test_ticks_are_round_and_few(self):
        self.assertEqual(ticks(4.33, 4.88), [4.4, 4.5, 4.6, 4.7, 4.8])
        self.assertEqual(ticks(0, 120), [0, 20, 40, 60, 80, 100, 120])
        self.assertEqual(ticks(0, 2), [0, 0.5, 1, 1.5, 2])

    def test_the_picture_has_a_line_for_each_set_and_says_the_last_losses(self):
        image = ElementTree.fromstring(draw(read_log(LOG), [(4.37, "before <1>")]))
        kinds = [line.get("class") for line in image.iter("{http://www.w3.org/2000/svg}polyline")]
        self.assertEqual(kinds, ["training", "line val", "line val2"])
        words = [text.text for text in image.iter("{http://www.w3.org/2000/svg}text")]
        self.assertTrue({"val 4.20", "val2 4.00", "before <1>", "decay"} <= set(words))
        (title,) = image.iter("{http://www.w3.org/2000/svg}title")
        wanted = "Loss over 2 million tokens: val 4.20, val2 4.00 nats a token at the end"
        self.assertEqual(title.text, wanted)

    def test_labels_do_not_lie_on_each_other(self):
        image = ElementTree.fromstring(draw(read_log(LOG), [(4.2, "a"), (4.2, "b")]))
        ends = [text for text in image.iter("{http://www.w3.org/2000/svg}text") if float(text.get("x")) > 624]
        rows = sorted(float(text.get("y")) for text in ends)
        self.assertEqual(len(rows), 4)
        self.assertTrue(all(below - above >= 13.9 for above, below in zip(rows, rows[1:])))

    def test_a_log_without_losses_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no line with a held-out loss"):
            draw(read_log(["nothing"]))


if __name__ == "__main__":
    unittest.main()
