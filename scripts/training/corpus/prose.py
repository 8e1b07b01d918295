"""What counts as prose, and one way of writing it.

A document is a list of blocks (kind, text), kind being HEADING or PARAGRAPH.
"""

import re
import unicodedata

HEADING = "h"
PARAGRAPH = "p"

# Characters with a plain twin are replaced by it: a small model has no tokens to spare on variants.
_REPLACEMENTS = [
    ("“”„‟«»″", '"'),
    ("‘’‚‛′ʼ", "'"),
    ("\u00ad\u2060\u200b\u200c\u200d\ufeff\ufe0f\u200e\u200f\u200a", ""),
    ("\u00a0\u202f\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u3000", " "),
    ("…", "..."),
    ("‐‑‒", "-"),
    ("―⸺⸻", "—"),
    ("•·▪◦", " "),
    ("ﬁ", "fi"),
    ("ﬂ", "fl"),
    ("\u2028\u2029", "\n"),
]
_TABLE = {ord(char): plain for chars, plain in _REPLACEMENTS for char in chars}

_ARROWS_AND_EMOJI = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")


def normalise(text):
    """`text` with plain punctuation and single spaces; lines stay lines."""
    text = unicodedata.normalize("NFC", text).translate(_TABLE)
    text = _ARROWS_AND_EMOJI.sub("", text).replace("<|endoftext|>", "")
    text = re.sub(r"[ \t\r\f\v]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    text = re.sub(r"(\. ){2,}\.", "...", text)
    text = re.sub(r"— (?=[a-z])", "—", text)
    return text.strip()


def tidy(text):
    """`text` normalised, without the gaps that removed markup leaves before punctuation and in parentheses."""
    text = re.sub(r"\s+([,.;:!?])", r"\1", normalise(text))
    return re.sub(r"\(\s*\)", "", text).strip()


_BOILERPLATE = re.compile(
    r"(all rights reserved|licensed under|permission is hereby granted|copyright \(c\)|lorem ipsum|"
    r"creative commons|placed in the public domain|edit this page|table of contents|©|SPDX)",
    re.I,
)
_CODE_CHARACTERS = frozenset("{}[]<>=\\|_/$#@~^`")
_CODE_WORD = re.compile(r"[a-z][A-Z]|\w\.\w|_|\(\)")


def is_boilerplate(text):
    """Whether a text is, or holds, a notice of rights or words about its page."""
    return bool(_BOILERPLATE.search(text))


def is_prose(kind, text):
    """Whether a block of technical documentation reads as English rather than as code, a table or a notice."""
    length = len(text)
    if is_boilerplate(text):
        return False
    letters = sum(char.isalpha() and char < "\u0250" for char in text)
    if letters < 0.72 * length - (0 if length > 40 else 2):
        return False
    if kind == HEADING:
        return 2 <= length <= 120 and letters >= 2
    if length < 25 or text.count(" ") < 4:
        return False
    if sum(char in _CODE_CHARACTERS for char in text) > 0.02 * length:
        return False
    if sum(char.isdigit() for char in text) > 0.08 * length:
        return False
    words = text.split()
    if max(map(len, words)) > 45 or length / len(words) > 9.5:
        return False
    return sum(bool(_CODE_WORD.search(word)) for word in words) <= 0.18 * len(words)


def prose_paragraphs(blocks):
    """The texts of the blocks that are prose; a heading stays only where a paragraph follows it."""
    kept = [block for block in blocks if is_prose(*block)]
    followers = [kind for kind, _ in kept[1:]] + [HEADING]
    return [text for (kind, text), after in zip(kept, followers) if kind != HEADING or after != HEADING]
