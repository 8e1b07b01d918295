"""What the model writes, to look at while it learns."""

import json
import os

import numpy as np

from .shape import END_OF_TEXT

# "Once upon a time", "The capital of France is", "She opened the door and saw that the door",
# "Data visualization empowers users to"
PROMPTS = [
    [7454, 2402, 257, 640],
    [464, 3139, 286, 4881, 318],
    [3347, 4721, 262, 3420, 290, 2497, 326, 262, 3420],
    [6601, 32704, 795, 30132, 2985, 284],
]


def _symbol_bytes():
    """GPT-2's printable stand-in for each byte -> the byte."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return {**{chr(byte): byte for byte in visible}, **{chr(256 + i): byte for i, byte in enumerate(hidden)}}


def load_decoder(folder):
    """Token ids -> text, by the vocab.json in `folder`; where there is none the ids themselves are shown."""
    path = os.path.join(folder, "vocab.json")
    if not os.path.exists(path):
        return lambda ids: " ".join(map(str, ids))
    with open(path, encoding="utf-8") as file:
        tokens = {token: text for text, token in json.load(file).items()}
    symbols = _symbol_bytes()

    def decode(ids):
        text = "".join(tokens[token] for token in ids if token != END_OF_TEXT)
        return bytes(symbols[symbol] for symbol in text).decode("utf-8", "replace")

    return decode


def continuation(next_logits, prompt, length, random, temperature=0.8, top=40):
    """`prompt` and `length` tokens drawn after it. `next_logits`: token ids [1, S] -> logits [1, V]."""
    tokens = list(prompt)
    for _ in range(length):
        logits = np.asarray(next_logits(np.array([tokens])), np.float64)[0] / temperature
        best = np.argpartition(-logits, min(top, len(logits)) - 1)[:top]
        weights = np.exp(logits[best] - logits[best].max())
        tokens.append(int(random.choice(best, p=weights / weights.sum())))
    return tokens
