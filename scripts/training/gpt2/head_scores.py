"""What each head attends to on random tokens that come twice, as TransformerLens scores heads.

Tokens r_1 ... r_n r_1 ... r_n. Previous token: the mean attention to the position before. Induction: from a
token's second occurrence to the token after its first. Duplicate token: from the second occurrence to the
first.
"""

from dataclasses import dataclass

import numpy as np

from .model import attention_patterns

# Ids of words and parts of words: neither single bytes nor the rarest.
_LEAST_ID, _LARGEST_ID = 200, 30000


@dataclass
class HeadScores:
    """Each [L, H], 0 to 1."""

    induction: np.ndarray
    previous: np.ndarray
    duplicate: np.ndarray


def head_scores(parameters, period=64, sequences=8, seed=7):
    """Raises ValueError where the model has fewer than 2 * period positions."""
    shape = parameters.shape
    if 2 * period > shape.positions:
        raise ValueError(f"{2 * period} tokens are more than the model's {shape.positions} positions")
    ids = np.arange(min(_LEAST_ID, shape.vocabulary // 2), min(_LARGEST_ID, shape.vocabulary))
    drawn = np.random.default_rng(seed).choice(ids, (sequences, period))
    patterns = attention_patterns(parameters, np.tile(drawn, (1, 2)))
    second, after_first = np.arange(period, 2 * period), np.arange(1, 2 * period)

    def mean(queries, keys):
        return np.array([pattern[:, :, queries, keys].mean((0, 2)) for pattern in patterns])

    return HeadScores(
        induction=mean(second, second - period + 1),
        previous=mean(after_first, after_first - 1),
        duplicate=mean(second, second - period),
    )


def _best(scores, count):
    heads = scores.shape[1]
    order = np.argsort(-scores, None)[:count]
    return " ".join(f"{place // heads}.{place % heads}:{scores.flat[place]:.2f}" for place in order)


def best_heads(scores):
    """The best heads in a line, as layer.head:score."""
    return (
        f"induction {_best(scores.induction, 4)} | previous token {_best(scores.previous, 4)} | "
        f"same token {_best(scores.duplicate, 2)}"
    )
