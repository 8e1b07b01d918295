"""Headings and paragraphs out of reStructuredText; code, tables and directives are left out."""

import re

from .prose import HEADING, PARAGRAPH, tidy

_INLINE = [
    (r":[\w:+-]+:`~?([^`<]*?)\s*<[^`>]*>`", r"\1"),
    (r":[\w:+-]+:`[~!]?([^`]*)`", r"\1"),
    (r"`([^`<]*?)\s*<[^`>]*>`_{0,2}", r"\1"),
    (r"``([^`]*)``", r"\1"),
    (r"`([^`]*)`_{0,2}", r"\1"),
    (r"\[(?:#?[\w.-]+|\*)\]_", ""),
    (r"\|[^|\s][^|]*\|_?", ""),
    (r"(?<=\w)_{1,2}(?=[\s,.;:)]|$)", ""),
    (r"(\*\*|\*)(?=\S)(.+?)(?<=\S)\1", r"\2"),
    (r"\\(.)", r"\1"),
    (r"\(?\bhttps?://[^\s)>\]]+\)?", ""),
    (r"\S+@\S+\.\w+", ""),
]
_UNDERLINE = re.compile(r"^([=\-~^\"'`#*+.:_])\1{2,}$")
_TABLE = re.compile(r"^[=\-+| ]{5,}$")
_DIRECTIVE = re.compile(r"^\.\.(?: (\S.*))?$")
# Directives whose contents are prose; of the first four the text on their own line is, too.
_PROSE = re.compile(
    r"(note|warning|tip|important|attention|admonition|versionadded|versionchanged|seealso)::"
)
_PROSE_ON_LINE = ("note", "warning", "tip", "important")
_FIELD = re.compile(r"^:[\w \-/]+:(\s|$)")
_ITEM = re.compile(r"^(?:[-*+•]|#\.|\(?\d+[.)]|\(?[a-z][.)])\s+(.*)$")


def _indent(line):
    return len(line) - len(line.lstrip())


class _Reader:
    """Walks the lines; `lines` gathers the paragraph that is being read."""

    def __init__(self, text):
        self.source = text.replace("\r\n", "\n").expandtabs(8).split("\n")
        self.at = 0
        self.lines = []
        self.blocks = []

    def end(self, kind=PARAGRAPH):
        if self.lines:
            self.blocks.append((kind, " ".join(self.lines)))
        self.lines = []

    def more(self):
        """Whether a line is left that is not blank."""
        return self.at < len(self.source) and bool(self.source[self.at].strip())

    def skip_paragraph(self):
        self.end()
        while self.more():
            self.at += 1

    def skip_deeper(self, indent):
        """Leaves out what is blank or indented deeper than `indent`, from the next line on."""
        self.at += 1
        while self.at < len(self.source) and (not self.more() or _indent(self.source[self.at]) > indent):
            self.at += 1

    def underline(self, mark):
        title = len(self.lines) == 1 and len(mark) >= len(self.lines[0]) - 2
        self.end(HEADING if title else PARAGRAPH)
        self.at += 1

    def directive(self, name, indent):
        self.end()
        if not _PROSE.match(name):
            self.skip_deeper(indent)
            return
        rest = name.split("::", 1)[1].strip()
        if rest and name.startswith(_PROSE_ON_LINE):
            self.lines.append(rest)
        self.at += 1

    def before_literal(self, line, indent):
        """A paragraph that ends with `::`, and the literal block below it."""
        if len(line) > 2:
            self.lines.append(line[:-1])
        self.at += 1
        while self.more() and _indent(self.source[self.at]) == indent:
            self.lines.append(self.source[self.at].strip())
            self.at += 1
        self.end()
        self.at -= 1
        self.skip_deeper(indent)

    def line(self):
        raw = self.source[self.at]
        line, indent = raw.strip(), _indent(raw)
        if not line:
            self.end()
            self.at += 1
        elif _UNDERLINE.match(line):
            self.underline(line)
        elif _TABLE.match(line) or line.startswith("|") or line.startswith((">>>", "$ ", "... ")):
            self.skip_paragraph()
        elif match := _DIRECTIVE.match(line):
            self.directive(match.group(1) or "", indent)
        elif _FIELD.match(line):
            self.end()
            self.skip_deeper(indent)
        else:
            if match := _ITEM.match(line):
                self.end()
                line = match.group(1)
            if line.endswith("::"):
                self.before_literal(line, indent)
            else:
                self.lines.append(line)
                self.at += 1

    def read(self):
        while self.at < len(self.source):
            self.line()
        self.end()
        return self.blocks


def _plain(text):
    for pattern, replacement in _INLINE:
        text = re.sub(pattern, replacement, text)
    return tidy(text)


def restructured_blocks(text):
    blocks = [(kind, _plain(raw)) for kind, raw in _Reader(text).read()]
    return [(kind, plain) for kind, plain in blocks if plain]
