"""Readers of collections whose files each have a form of their own: stories, WordNet, conversations,
questions, news.

Each yields (path, paragraphs) from (path, text) pairs of a repository's files.
"""

import json
import re

from .prose import normalise

LEAST_STORY = 250  # characters


def _is_free(story):
    """Whether the story's own licence allows any use: neither NonCommercial nor NoDerivatives."""
    found = re.search(r"\* License: \[?([^\]\n]+)", story)
    licence = found.group(1) if found else ""
    return "NC" not in licence and "ND" not in licence


def stories(files):
    """African Storybook, Pratham Books: Markdown with a page's text below each `##`."""
    for path, text in files:
        if not _is_free(text):
            continue
        body = re.sub(r"^##\s*$", "", re.split(r"\n##\n\* License", text)[0], flags=re.M)
        blocks = (re.sub(r"^#+ *", "", " ".join(block.split())) for block in re.split(r"\n\s*\n", body))
        paragraphs = [block for block in map(normalise, blocks) if block and not block.startswith("* ")]
        if sum(map(len, paragraphs)) > LEAST_STORY:
            yield path, paragraphs


_PARTS_OF_SPEECH = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjective", "r": "adverb"}
_DEFINITION = re.compile(r"definition:\n\s*- (.*?)(?=\n  \w)", re.S)
_EXAMPLE = re.compile(r"example:\n\s*- (.*?)(?=\n  \w|\n  - )", re.S)
_MEMBERS = re.compile(r"members:\n((?:\s*- .*\n)+)")
ENTRIES_AT_ONCE = 25


def _value(text):
    return normalise(" ".join(text.split()).strip("'\"").replace("''", "'"))


def wordnet_entry(block):
    """`words (part of speech): definition. For example: ...` of a synset; None where it lacks one of them."""
    found = [pattern.search(block) for pattern in (_DEFINITION, _EXAMPLE, _MEMBERS)]
    if not all(found):
        return None
    definition, example = (_value(match.group(1)) for match in found[:2])
    if min(len(definition), len(example)) < 12 or "source:" in example or set(definition + example) & set("{}[]"):
        return None
    words = ", ".join(_value(word) for word in re.findall(r"- (.*)", found[2].group(1))[:3])
    kind = re.match(r"\d{8}-([a-z])", block.strip())
    part = _PARTS_OF_SPEECH[kind.group(1)] if kind else "word"
    end = "" if example[-1] in ".!?" else "."
    return f"{words} ({part}): {definition}. For example: {example[0].upper()}{example[1:]}{end}"


def wordnet(files):
    entries, number = [], 0
    for _, text in files:
        for block in re.split(r"\n(?=\d{8}-[a-z]:)", text):
            entry = wordnet_entry(block)
            if entry:
                entries.append(entry)
            if len(entries) == ENTRIES_AT_ONCE:
                number += 1
                yield f"words-{number}", entries
                entries = []


def schema_guided_dialogues(files):
    """Every third conversation of each file."""
    names = {"USER": "User: "}
    for path, text in files:
        for dialogue in json.loads(text)[::3]:
            turns = dialogue["turns"]
            lines = [names.get(turn["speaker"], "Assistant: ") + turn["utterance"] for turn in turns]
            yield f"{path}#{dialogue['dialogue_id']}", [normalise(line) for line in lines]


def topical_chat(files):
    for path, text in files:
        for name, dialogue in json.loads(text).items():
            turns = dialogue["content"]
            lines = [("A: " if turn["agent"] == "agent_1" else "B: ") + turn["message"] for turn in turns]
            yield f"{path}#{name}", [normalise(line) for line in lines]


QUESTIONS_AT_ONCE = 20


def trivia(files):
    """Questions with their answers, twenty to a document."""
    for path, text in files:
        kept = []
        for question, answer in re.findall(r"^#Q (.*?)\n\^ (.*?)\n", text, re.S | re.M):
            question, answer = normalise(" ".join(question.split())), normalise(answer)
            if 15 < len(question) < 300 and len(answer) < 120 and question.isascii():
                kept.append(f"Question: {question}\nAnswer: {answer}")
        for begin in range(0, len(kept), QUESTIONS_AT_ONCE):
            yield f"{path}#{begin}", kept[begin : begin + QUESTIONS_AT_ONCE]


def news(files):
    """A line a paragraph, below a line that tells the reading level."""
    for path, text in files:
        yield path, [normalise(line) for line in text.split("\n")[1:] if len(line.strip()) > 1]
