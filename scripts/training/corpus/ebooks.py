"""Chapters out of Standard Ebooks' XHTML."""

import os
import re
import sys
from xml.etree import ElementTree

from .prose import normalise
from .snapshots import list_files, read_files

LEAST_CHARACTERS = 400  # a chapter shorter than this is a title or a dedication

_APPARATUS = re.compile(
    r"(titlepage|imprint|colophon|uncopyright|endnotes|loi|glossary|bibliography|index|"
    r"dedication|epigraph|toc|errata|chronology|acknowledg|abbreviations|dramatis)",
    re.I,
)
_TYPE = "{http://www.idpf.org/2007/ops}type"
_ROMAN = re.compile(r"[IVXLCDM]+")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_NOT_TEXT = {"table", "figure", "img", "svg", "math"}


def _tag(element):
    return element.tag.split("}")[-1] if isinstance(element.tag, str) else ""


def _text_of(element):
    """The text of an element and what is in it; a line break is a newline, a note's reference nothing."""
    tag = _tag(element)
    if tag in _NOT_TEXT or tag in ("script", "style"):
        return ""
    if tag == "a" and "noteref" in element.get(_TYPE, ""):
        return ""
    if tag == "br":
        return "\n"
    parts = [element.text or ""]
    for child in element:
        parts += [_text_of(child), child.tail or ""]
    return "".join(parts)


def _heading(element):
    text = " ".join(_text_of(element).split())
    if "z3998:roman" in element.get(_TYPE, "") and _ROMAN.fullmatch(text):
        return "Chapter " + text
    return text


def _paragraph(element):
    text = _text_of(element)
    # The source's own line breaks are not text, those of verse are.
    verse = any(_tag(child) == "br" for child in element.iter())
    lines = text.split("\n") if verse else [text]
    text = "\n".join(" ".join(line.split()) for line in lines)
    return re.sub(r"\n{2,}", "\n", text).strip()


def _collect(element, out):
    tag = _tag(element)
    if tag in _NOT_TEXT or tag in ("nav", "aside", "hr"):
        return
    if tag == "hgroup":
        parts = [part for part in map(_heading, element) if part]
        if parts:
            out.append(" — ".join(parts[:2]))
    elif tag in _HEADINGS:
        out.append(_heading(element))
    elif tag in ("p", "li", "dd", "dt") and not any(
        _tag(child) in ("p", "ul", "ol", "blockquote") for child in element
    ):
        out.append(_paragraph(element))
    else:
        for child in element:
            _collect(child, out)


def chapter_paragraphs(xhtml):
    """The paragraphs and headings of one XHTML file, in order. Raises ElementTree.ParseError."""
    root = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", xhtml).encode("utf-8"))
    body = next(element for element in root.iter() if _tag(element) == "body")
    out = []
    for child in body:
        _collect(child, out)
    return [text for text in map(normalise, out) if text]


def _chapter_paths(folder):
    """The book's chapters in reading order, from its package file."""
    files = set(list_files(folder))
    package = dict(read_files(folder, ["src/epub/content.opf"]))["src/epub/content.opf"]
    manifest = {name: href for href, name in re.findall(r'<item href="([^"]+)" id="([^"]+)"', package)}
    spine = [manifest.get(name) for name in re.findall(r'<itemref idref="([^"]+)"', package)]
    paths = ["src/epub/" + href for href in spine if href and not _APPARATUS.search(os.path.basename(href))]
    return [path for path in paths if path in files]


def chapters(folder):
    """Yields (path, paragraphs) for each chapter of the book in a git folder."""
    for path, xhtml in read_files(folder, _chapter_paths(folder)):
        try:
            paragraphs = chapter_paragraphs(xhtml)
        except ElementTree.ParseError as error:
            print("  not well-formed", path, error, file=sys.stderr)
            continue
        if sum(map(len, paragraphs)) >= LEAST_CHARACTERS:
            yield path, paragraphs
