"""Headings and paragraphs out of HTML articles, notebooks and the Factbook's JSON."""

import html
import json
import re

from .markdown import markdown_blocks
from .prose import HEADING, PARAGRAPH, normalise

_ELEMENTS = re.compile(
    r"<(script|style|svg|pre|table|figure|d-code|d-math|d-appendix|d-bibliography|head|nav|footer|template|"
    r"d-footnote|d-cite)\b.*?</\1>",
    re.S | re.I,
)
_BLOCK = re.compile(
    r"<(h[1-6]|p|li)\b[^>]*>(.*?)(?=</\1>|<p\b|<li\b|<h[1-6]\b|</ul|</ol|</section|</div)", re.S | re.I
)


def html_blocks(text):
    text = _ELEMENTS.sub("", re.sub(r"<!--.*?-->", "", text, flags=re.S))
    blocks = []
    for match in _BLOCK.finditer(text):
        plain = normalise(html.unescape(re.sub(r"<[^>]+>", "", match.group(2))).replace("\n", " "))
        plain = re.sub(r"\$[^$]*\$", "", plain)
        if plain:
            blocks.append((HEADING if match.group(1).lower().startswith("h") else PARAGRAPH, plain))
    return blocks


def notebook_blocks(text):
    try:
        cells = json.loads(text).get("cells", [])
    except (ValueError, AttributeError):
        return []
    blocks = []
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            source = cell.get("source", "")
            blocks += markdown_blocks("".join(source) if isinstance(source, list) else source)
    return blocks


def _strings(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value


def _fact_lines(text):
    text = re.sub(r"<br\s*/?>|</p>", "\n", text)
    text = html.unescape(re.sub(r"<[^>]+>", "", text))
    text = re.sub(r"\([^()]*(?:est\.|see|note)[^()]*\)", "", text)
    return [plain for plain in map(normalise, text.split("\n")) if plain]


def _is_sentence(line):
    digits = sum(char.isdigit() for char in line)
    return len(line) >= 90 and digits < 0.06 * len(line) and line.count(";") < 4


def _country(facts):
    try:
        name = facts["Government"]["Country name"]["conventional short form"]["text"]
    except (KeyError, TypeError):
        return None
    return re.sub(r"<[^>]+>", "", name).strip()


def factbook_blocks(text):
    facts = json.loads(text)
    blocks = []
    for section, items in facts.items():
        if not isinstance(items, dict):
            continue
        for field, value in items.items():
            lines = [line for part in _strings(value) for line in _fact_lines(part) if _is_sentence(line)]
            if lines and section != "Introduction":
                lines[0] = f"{field.strip()}: {lines[0]}"
            blocks += [(PARAGRAPH, line) for line in lines]
    name = _country(facts)
    return ([(HEADING, name)] if name else []) + blocks
