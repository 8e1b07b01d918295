"""What a step of training does, from how far the run has come: pure functions of plain numbers."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    minutes: float = 80  # the run's length by the clock
    steps: int = 10**9  # and by steps, whichever ends first
    context: int = 256  # tokens a sequence
    long_context: int = 512
    long_every: int = 4  # every n-th step is long, so that all positions are learned from the start; 0: never
    final_share: float = 0.08  # the last part of the run is long throughout, in larger batches
    batch_tokens: int = 8192
    final_batch_tokens: int = 16384
    peak_rate: float = 2e-3
    least_rate_share: float = 0.05
    warmup: int = 200  # steps


@dataclass(frozen=True)
class Step:
    context: int
    sequences: int
    rate: float
    final: bool


def progress(plan, step, seconds):
    """How much of the run is done, 0 to 1."""
    return min(max(seconds / (60 * plan.minutes), step / plan.steps), 1.0)


def learning_rate(plan, step, done):
    """Linear warm-up over the first steps, then a cosine down to a share of the peak."""
    warm = min(1.0, (step + 1) / max(1, plan.warmup))
    cosine = 0.5 * (1 + math.cos(math.pi * done))
    return plan.peak_rate * warm * (plan.least_rate_share + (1 - plan.least_rate_share) * cosine)


def step_at(plan, step, done):
    final = done >= 1 - plan.final_share
    long = final or (plan.long_every > 0 and step % plan.long_every == 0)
    context = plan.long_context if long else plan.context
    tokens = plan.final_batch_tokens if final else plan.batch_tokens
    return Step(context, max(1, tokens // context), learning_rate(plan, step, done), final)
