"""Head scores, on a model built so that each of its heads does one known thing."""

import unittest

from paths import NO_NUMPY, numpy as np

if np:
    from gpt2.head_scores import best_heads, head_scores
    from gpt2.parameters import Parameters
    from gpt2.shape import Shape

POSITIONS, HEAD, HEADS = 128, 64, 4
PERIOD = 64
#: Positions that each head looks back: its own, the one before, and with this period the first occurrence and
#: the one after.
BACK = (0, 1, PERIOD - 1, PERIOD)


def constructed():
    """One layer over a residual stream that is all position: position i is i angle_k, as cosine and sine, for
    each pair k. A head's queries are positions turned back by its number, so that they meet the keys
    there."""
    pairs = HEAD * HEADS // 2
    angles = 1 / 1.1 ** np.arange(pairs)
    turned = np.outer(np.arange(POSITIONS), angles)
    parameters = Parameters(Shape(1, HEADS, 2 * pairs, POSITIONS, 1000))
    parameters.flat[:] = 0
    parameters["wpe.weight"][:] = np.concatenate([np.cos(turned), np.sin(turned)], 1)
    parameters["h.0.ln_1.weight"][:] = 1
    seen = np.r_[: HEAD // 2, pairs : pairs + HEAD // 2]  # the pairs that turn fastest
    weights = parameters["h.0.attn.c_attn.weight"]
    for head, back in enumerate(BACK):
        cosine, sine = np.diag(np.cos(back * angles)), np.diag(np.sin(back * angles))
        turn = np.block([[cosine, -sine], [sine, cosine]])
        query, key = head * HEAD, (HEADS + head) * HEAD
        weights[:, query : query + HEAD] = 6 * turn[:, seen]
        weights[:, key : key + HEAD] = 6 * np.eye(2 * pairs)[:, seen]
    return parameters


@unittest.skipUnless(np, NO_NUMPY)
class HeadScoresOf(unittest.TestCase):
    def test_each_score_is_that_of_the_head_that_does_it(self):
        scores = head_scores(constructed(), PERIOD)
        found = np.concatenate([scores.previous, scores.induction, scores.duplicate])
        self.assertEqual(found.shape, (3, HEADS))
        wanted = np.array([[back == place for back in BACK] for place in (1, PERIOD - 1, PERIOD)])
        self.assertGreater(found[wanted].min(), 0.9)
        self.assertLess(found[~wanted].max(), 0.2)

    def test_an_untrained_model_looks_everywhere_alike(self):
        parameters = Parameters(Shape(2, 2, 64, 128, 1000))
        for score in (vars(head_scores(parameters))).values():
            # Of i positions each gets 1 / i.
            np.testing.assert_allclose(score, score.mean(), rtol=0.2)
            self.assertLess(score.max(), 0.06)
        self.assertRegex(best_heads(head_scores(parameters)), r"^induction \d\.\d:0\.01 .*\| previous token ")

    def test_too_short_a_model_is_refused(self):
        with self.assertRaisesRegex(ValueError, "128 tokens are more than the model's 64 positions"):
            head_scores(Parameters(Shape(1, 1, 32, 64, 100)))


if __name__ == "__main__":
    unittest.main()
