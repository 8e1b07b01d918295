"""What a step of training does, from the tokens that the run has seen: pure functions of plain numbers.

Rates are constant after a warm-up; the last part, the decay, is asked for while the run goes on.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    batch_tokens: int = 16384  # a step
    context: int = 256  # tokens of a sequence
    long_every: int = 2  # every n-th step has sequences as long as the model has positions
    adam_rate: float = 1.5e-3  # of embeddings, biases and norms
    muon_rate: float = 2e-3  # of the blocks' matrices
    warmup: int = 100  # steps, also after a start without the optimiser's state
    synthetic: float = 0.06  # share of synthetic sequences
    synthetic_start: float = 0.2  # at the start, falling in a line to 0 ...
    synthetic_tokens: float = 12e6  # ... over this many tokens, or until it meets the share above
    synthetic_final: float = 0.02  # in the decay


@dataclass(frozen=True)
class Decay:
    """The final part: from `start` on, in tokens seen, the rates fall in a line to 0 over `tokens`."""

    start: int
    tokens: float

    def left(self, seen):
        """Share of the full rate, 0 when the run is over."""
        return max(0.0, 1 - (seen - self.start) / self.tokens)


def rate_share(plan, warm_steps, seen, decay=None):
    """Share of the full rates at a step; `warm_steps` since the optimiser began from nothing."""
    left = decay.left(seen) if decay else 1.0
    return left * min(1.0, (warm_steps + 1) / max(1, plan.warmup))


def synthetic_share(plan, seen, decay=None):
    if decay:
        return plan.synthetic_final
    return max(plan.synthetic, plan.synthetic_start * (1 - seen / plan.synthetic_tokens))


def context_at(plan, step, positions):
    return positions if plan.long_every and step % plan.long_every == 0 else plan.context


def default_decay(seen):
    """Tokens of a decay that is asked for without a number: a fifth of what was seen, at least two
    million."""
    return max(2e6, 0.2 * seen)
