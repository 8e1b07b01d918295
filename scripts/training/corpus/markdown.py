"""Headings and paragraphs out of Markdown and MDX; code, tables, links' targets and directives are left out."""

import html
import re

from .prose import HEADING, PARAGRAPH, tidy

_ELEMENTS = re.compile(
    r"<(script|style|svg|pre|table|iframe|video|Sandpack|Diagram\w*|CodeDiagram|APITable|TerminalBlock|"
    r"ConsoleBlock|ConsoleLogLine|LearnMore)\b.*?</\1>",
    re.S | re.I,
)
_FENCE = re.compile(r"^\s*(?:>\s*)?(```+|~~~+)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^(?:[-*+]|\d+[.)])\s+(.*)$")
_UNDERLINE = re.compile(r"^[-=]{2,}$")
_RULE = re.compile(r"^[-=+|: ]{3,}$")
# Link definitions, admonitions, MDX imports and exports, attributes, wiki links.
_DIRECTIVE = re.compile(
    r"^\[[^\]]+\]:\s|^:::|^\[!?\w+\]$|^\[!\w+\]|^(import|export)\s.*[;'\"]$|^@@|^#\[|^\{#|^\[\[.*\]\]$"
)

_LINKS = [
    (r"\[\[[^\]]*\]\]|\{[.#:][^}]*\}", ""),
    (r"!\[[^\]]*\]\([^)]*\)", ""),
    (r"!\[[^\]]*\]\[[^\]]*\]", ""),
    # Twice, for a link inside a link's text.
    *2
    * [
        (r"\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)", r"\1"),
        (r"\[([^\[\]]+)\]\[[^\]]*\]", r"\1"),
    ],
    (r"\[\^[^\]]+\]", ""),
    (r"\[([^\[\]]{2,80})\](?!\()", r"\1"),
    (r"<https?://[^>]*>", ""),
    (r"\(?\bhttps?://[^\s)>\]]+\)?", ""),
    (r"\S+@\S+\.\w+", ""),
]
_EMPHASIS = [
    (r"(\*\*\*|\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2"),
    (r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"\1"),
    (r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])", r"\1"),
    (r"``?([^`\n]+)``?", r"\1"),
    (r"~~(.+?)~~", r"\1"),
    (r"\\([\\`*_{}\[\]()#+\-.!<>~|])", r"\1"),
]


def _substitute(rules, text):
    for pattern, replacement in rules:
        text = re.sub(pattern, replacement, text)
    return text


def _without_elements(text):
    """The source without front matter, comments, embedded elements, formulas and templates."""
    text = text.replace("\r\n", "\n").lstrip("\ufeff")
    text = re.sub(r"\A\s*---\n.*?\n---\s*\n", "", text, flags=re.S)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = _ELEMENTS.sub("", text)
    text = re.sub(r"\$\$.*?\$\$", "", text, flags=re.S)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)


class _Blocks:
    """Gathers lines into blocks."""

    def __init__(self):
        self.blocks = []
        self.lines = []

    def end(self, kind=PARAGRAPH):
        if self.lines:
            self.blocks.append((kind, " ".join(self.lines)))
            self.lines = []


def _closes(fence, marker, line):
    rest = line.strip().strip(">").strip().strip(fence[0])
    return marker and marker[0] == fence[0] and len(marker) >= len(fence) and not rest


def _split(text):
    """Raw (kind, text) blocks, inline markup still in them."""
    gathered = _Blocks()
    fence, after_blank, in_list = None, True, False
    for raw in text.split("\n"):
        match = _FENCE.match(raw)
        marker = match.group(1) if match else None
        if fence:
            if _closes(fence, marker, raw):
                fence = None
            continue
        if marker:
            fence = marker
            gathered.end()
            continue
        line = re.sub(r"^\s*(>\s?)+", "", raw).strip()
        if not line:
            gathered.end()
            after_blank = True
        elif re.match(r"^( {4,}|\t)", raw) and after_blank and not in_list:
            continue  # indented code
        elif line.startswith("|") or line.count("|") >= 2 or _RULE.match(line):
            gathered.end(HEADING if _UNDERLINE.match(line) else PARAGRAPH)
            after_blank = False
        elif _DIRECTIVE.match(line):
            gathered.end()
        elif match := _HEADING.match(line):
            gathered.end()
            title = re.sub(r"\{[^}]*\}|/\*.*?\*/|<[^>]+>", "", match.group(2))
            gathered.blocks.append((HEADING, title))
            after_blank, in_list = True, False
        elif match := _ITEM.match(line):
            gathered.end()
            gathered.lines = [re.sub(r"^\[[ xX]\]\s*", "", match.group(1))]
            after_blank, in_list = False, True
        else:
            if after_blank and not re.match(r"^\s", raw):
                in_list = False
            gathered.lines.append(line)
            after_blank = False
    gathered.end()
    return gathered.blocks


def _plain(text):
    text = re.sub(r"</?[A-Za-z][^>]*>", " ", text)
    text = _substitute(_EMPHASIS, _substitute(_LINKS, text))
    return tidy(html.unescape(text).replace("\n", " "))


def markdown_blocks(text):
    blocks = [(kind, _plain(raw)) for kind, raw in _split(_without_elements(text))]
    return [(kind, plain) for kind, plain in blocks if plain]
