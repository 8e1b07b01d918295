"""The documents of the training text, each once: what is left out as known, and what is held out for
validation."""

import hashlib
import json
import re

LEAST_COMPARED, LEAST_COMPARED_LINE = 90, 60  # characters; shorter paragraphs may repeat between documents
MOST_KNOWN = 0.2  # of a document of the second part

#: {set: one document in so many, by a hash of its name}: what comes from the first part, and from the second.
HELD_OUT = {"val": 200, "val2": 250}
_REMAINDER = 7


def is_held_out(repository, path, one_in):
    digest = hashlib.md5(f"{repository}|{path}".encode()).digest()
    return int.from_bytes(digest[:4], "little") % one_in == _REMAINDER


def _digest(letters):
    return hashlib.blake2b(letters.encode(), digest_size=8).digest()


def _key(text):
    return _digest(re.sub(r"\W+", "", text.lower()))


def _line_key(line):
    return _digest(re.sub(r"[^a-z0-9]+", "", line.lower()))


class Documents:
    """Writes documents as lines of JSON: {"s": repository, "p": path, "c": kind, "set": train or held out,
    "t": text}."""

    def __init__(self, file):
        self._file = file
        self._paragraphs, self._documents = set(), set()  # of the first part
        self._lines, self._held_out_lines = set(), set()  # of both
        self.left_out = {"known": 0, "held out": 0}

    def _write(self, repository, path, kind, name, text):
        row = {"s": repository, "p": path, "c": kind, "set": name, "t": text}
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return len(text.encode("utf-8"))

    def _fresh(self, paragraph):
        if len(paragraph) < LEAST_COMPARED:
            return True
        key = _key(paragraph)
        if key in self._paragraphs:
            return False
        self._paragraphs.add(key)
        return True

    def add(self, repository, path, paragraphs, least):
        """A document of the first part. The bytes written: 0 for one that is too short, or mostly or wholly
        known."""
        kept = [paragraph for paragraph in paragraphs if self._fresh(paragraph)]
        text = "\n\n".join(kept)
        if len(text) < least or len(paragraphs) - len(kept) > 0.5 * max(1, len(paragraphs)):
            return 0
        key = _key(text[:2000])
        if key in self._documents:
            return 0
        self._documents.add(key)
        held_out = is_held_out(repository, path, HELD_OUT["val"])
        lines = {_line_key(line) for line in text.split("\n") if len(line) >= LEAST_COMPARED_LINE}
        (self._held_out_lines if held_out else self._lines).update(lines)
        return self._write(repository, path, "first", "val" if held_out else "train", text)

    def add_to_library(self, repository, path, kind, paragraphs, least):
        """A document of the second part. The bytes written: 0 for one that is too short, that shares a
        paragraph with the first part's held-out text, or of which more than a fifth is known."""
        compared = {text: _line_key(text) for text in paragraphs if len(text) >= LEAST_COMPARED_LINE}
        if any(key in self._held_out_lines for key in compared.values()):
            self.left_out["held out"] += 1
            return 0
        known = {text for text, key in compared.items() if key in self._lines}
        if sum(len(text) for text in paragraphs if text in known) > MOST_KNOWN * sum(map(len, paragraphs)):
            self.left_out["known"] += 1
            return 0
        self._lines.update(compared.values())
        text = "\n\n".join(text for text in paragraphs if text not in known)
        if len(text) < least:
            return 0
        held_out = is_held_out(repository, path, HELD_OUT["val2"])
        return self._write(repository, path, kind, "val2" if held_out else "train", text)
