"""What the model writes, to look at while it learns."""

import json
import os

import torch

from .model import END_OF_TEXT

# "Data visualization empowers users to", "Once upon a time", "The capital of France is", "A neural network is"
PROMPTS = [
    [6601, 32704, 795, 30132, 2985, 284],
    [7454, 2402, 257, 640],
    [464, 3139, 286, 4881, 318],
    [32, 17019, 3127, 318],
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


@torch.no_grad()
def continuation(model, prompt, length, temperature=0.8, top=40):
    """`prompt` and `length` sampled tokens after it."""
    tokens = list(prompt)
    device = model.tensor("wte.weight").device
    for _ in range(length):
        window = torch.tensor([tokens[-model.shape.positions :]], device=device)
        values, ids = (model.next_logits(window)[0].cpu() / temperature).topk(min(top, model.shape.vocabulary))
        tokens.append(int(ids[torch.multinomial(values.softmax(0), 1)]))
    return tokens
