"""How good a model is: its loss on held-out text and its heads."""

from .head_scores import best_heads, head_scores
from .samples import PROMPTS, continuation
from .tokens import spread_windows


def held_out_loss(kernels, tokens, most):
    """Mean cross entropy in nats by the full softmax, over about `most` of the tokens, in windows as long as
    the model has positions."""
    positions = kernels.parameters.shape.positions
    return kernels.loss(*spread_windows(tokens, max(1, most // positions), positions))


def held_out_losses(kernels, sets, most):
    """{name: loss}, to four places."""
    return {name: round(held_out_loss(kernels, tokens, most), 4) for name, tokens in sets.items()}


def describe_heads(parameters):
    """(a line of the best heads, the best induction score, the best previous-token score)."""
    period = min(64, parameters.shape.positions // 2)
    scores = head_scores(parameters, period)
    return best_heads(scores), float(scores.induction.max()), float(scores.previous.max())


def sample_lines(next_logits, decode, vocabulary, random, length=30):
    """A line of text for each prompt that the vocabulary has."""
    for prompt in PROMPTS:
        if max(prompt) < vocabulary:
            yield "   > " + decode(continuation(next_logits, prompt, length, random)).replace("\n", "\\n")
