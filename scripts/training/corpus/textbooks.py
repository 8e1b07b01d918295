"""Paragraphs out of OpenStax' textbooks (CNXML); exercises, tables, figures and formulas are left out."""

import html
import re
from xml.etree import ElementTree

from .prose import is_boilerplate, normalise

_FORMULA = "\0"
_NO_TEXT = set("figure table note-ref media footnote equation code list label iframe".split())
_LEFT_OUT = set(
    "exercise problem solution figure table metadata glossary equation media injected-exercise".split()
)
_APPARATUS = re.compile(
    r"(review|exercise|question|suggest|reference|key-term|key-equation|learning-objective|bibliograph|problem|"
    r"homework|practice|test-prep|chapter-objectives|ost-|link|further|visual-connection|multiple)",
    re.I,
)
_TO_FIGURES = re.compile(
    r"\(?(see |as shown in |shown in |in )?(Figure|Table|Appendix)( \d+[.\d]*)?\)?"
)
_TO_THE_WEB = re.compile(
    r"(openstax|https?:|www\.|click here|this video|this site|this website)", re.I
)
# What is left of a sentence whose link or formula is gone.
_BROKEN = re.compile(
    r"\b(Figure|Table|in and|and in|See)\s*[.,;]?$|\b(in|of|from|see|and) (\.|,)"
)


def _tag(element):
    return element.tag.split("}")[-1] if isinstance(element.tag, str) else ""


def _text(element):
    tag = _tag(element)
    if tag == "math":
        return _FORMULA
    if tag in _NO_TEXT:
        return ""
    if tag == "newline":
        return " "
    parts = [element.text or ""]
    for child in element:
        parts += [_text(child), child.tail or ""]
    return "".join(parts)


def _without_formula(text):
    """A long paragraph with one formula keeps the sentences without it; None where nothing is worth
    keeping."""
    if _FORMULA not in text:
        return text or None
    if text.count(_FORMULA) > 1 or len(text) <= 400:
        return None
    rest = " ".join(part for part in re.split(r"(?<=[.!?]) ", text) if _FORMULA not in part)
    return rest if len(rest) > 200 else None


def _collect(element, out):
    tag = _tag(element)
    if tag in _LEFT_OUT:
        return
    if tag in ("section", "note", "list", "para") and _APPARATUS.search(element.get("class") or ""):
        return
    if tag not in ("title", "para", "item", "caption"):
        for child in element:
            _collect(child, out)
        return
    text = _without_formula(" ".join(_text(element).split()))
    if text:
        out.append((tag == "title", text))
    for child in element:
        if _tag(child) in ("list", "note"):
            _collect(child, out)


def _plain(text):
    text = normalise(html.unescape(text))
    text = _TO_FIGURES.sub(lambda match: "" if match.group(0).startswith("(") else match.group(0), text)
    return re.sub(r"\(\s*\)", "", re.sub(r"\s+([,.;:])", r"\1", text))


def _is_kept(text, is_title, next_is_title):
    if is_boilerplate(text) or _TO_THE_WEB.search(text) or _BROKEN.search(text):
        return False
    if is_title and (next_is_title or len(text) > 100):
        return False
    if not is_title and (len(text) < 40 or text.count(" ") < 6):
        return False
    return sum(char.isdigit() for char in text) <= 0.06 * len(text)


def module_paragraphs(cnxml):
    """The title and the paragraphs of one module; none where it is not well-formed."""
    try:
        root = ElementTree.fromstring(cnxml.encode())
    except ElementTree.ParseError:
        return []
    title = next((child.text for child in root if _tag(child) == "title" and child.text), "")
    body = next((child for child in root if _tag(child) == "content"), None)
    if body is None:
        return []
    found = []
    _collect(body, found)
    following = [is_title for is_title, _ in found[1:]] + [True]
    kept = [normalise(title)] if title else []
    for (is_title, raw), next_is_title in zip(found, following):
        text = _plain(raw)
        if _is_kept(text, is_title, next_is_title):
            kept.append(text)
    return kept
