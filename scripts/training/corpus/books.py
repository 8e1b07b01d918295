"""Chapters out of plain-text books in the layout of Project Gutenberg, and out of books in Markdown."""

import re

from .prose import normalise

LEAST_BOOK, LEAST_CHAPTER, LEAST_END, LONGEST = 4000, 1500, 800, 40000  # characters
_SAMPLE = 200_000  # characters that decide whether a book is English
_ENGLISH = re.compile(r"\b(the|and|was|that|with|his|her)\b")

_BEGIN = re.compile(r"\*\*\* ?START OF.*?\*\*\*", re.S)
_END = re.compile(r"\*\*\* ?END OF|End of (the )?Project Gutenberg")
_HEADING = re.compile(r"^(chapter|book|part|letter|story|section|canto|scene|act)\b|^[IVXLC]+\.?($|\s)", re.I)
_APPARATUS = re.compile(
    r"^[\[(]?(Illustration|Transcriber|Footnote|Sidenote|Produced by|Note:|\[)", re.I
)
_IMPRINT = re.compile(
    r"(Project Gutenberg|Distributed Proofread|etext was|http|www\.|copyright|all rights reserved|"
    r"published by|printed in)",
    re.I,
)
_MARKS = re.compile(r"\[(Illustration|Footnote|\d+|Pg \d+)[^\]]*\]|\{\d+\}", re.I)


def _small_caps(text):
    """WORDS IN CAPITALS with capitals at their beginning alone; Roman numbers stay."""

    def lower(match):
        word = match.group(0)
        return word if re.fullmatch(r"[IVXLC]+", word) else word.capitalize()

    return re.sub(r"[A-Z][A-Z']+", lower, text)


def _is_english_prose(text):
    sample = text[:_SAMPLE]
    foreign = sum(ord(char) > 127 for char in sample) / len(sample)
    return foreign <= 0.012 and len(_ENGLISH.findall(sample)) >= 0.10 * max(1, sample.count(" "))


def _book(text):
    """The text between Project Gutenberg's header and licence."""
    if begin := _BEGIN.search(text):
        text = text[begin.end() :]
    if end := _END.search(text):
        text = text[: end.start()]
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _paragraphs(text):
    """The paragraphs of prose; none of a book of verse or a play. Short lines are verse, contents or a title
    page."""
    kept, verse, prose = [], 0, 0
    for block in re.split(r"\n[ \t]*\n+", text):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        length = sum(map(len, lines))
        if len(lines) > 1 and length / len(lines) < 46:
            verse += length
            continue
        prose += length
        joined = " ".join(lines)
        if not joined or _APPARATUS.match(joined) or _IMPRINT.search(joined):
            continue
        joined = _MARKS.sub("", joined).replace("_", "").replace("--", "—").replace("=", "")
        joined = normalise(re.sub(r"—{2,}", "——", joined))
        if re.search(r"[A-Za-z]", joined):
            kept.append(joined)
    return [] if verse > 0.25 * (prose + 1) else kept


def _is_heading(text):
    capitals = text.upper() == text and len(text) > 2
    return len(text) < 80 and bool(_HEADING.match(text) or capitals)


def _chapters(paragraphs):
    """Cut before a heading once a chapter is long enough; the front matter left out."""
    chapters, current = [], []
    for text in paragraphs:
        if _is_heading(text):
            if sum(map(len, current)) > LEAST_CHAPTER:
                chapters.append(current)
                current = []
            text = _small_caps(text)
        elif len(text) > 30 and sum(char.isdigit() for char in text) > 0.06 * len(text):
            continue
        current.append(text)
    if current and chapters and sum(map(len, current)) <= LEAST_CHAPTER:
        chapters[-1] += current
    elif current:
        chapters.append(current)
    return chapters[1:] if len(chapters) > 2 else chapters


def _is_ending(text):
    return bool(_HEADING.match(text)) and len(text) < 60 or text.lower().strip(". ") in ("the end", "end")


def _pieces(chapter):
    """A chapter longer than LONGEST is cut between paragraphs."""
    while chapter and _is_ending(chapter[-1]):
        chapter.pop()
    piece, length = [], 0
    for text in chapter:
        piece.append(text)
        length += len(text)
        if length > LONGEST:
            yield piece
            piece, length = [], 0
    if length > LEAST_END:
        yield piece


def gutenberg_documents(text):
    """Yields lists of paragraphs; nothing of a book that is short, not English, or not prose."""
    text = _book(text)
    if len(text) < LEAST_BOOK or not _is_english_prose(text):
        return
    for chapter in _chapters(_paragraphs(text)):
        yield from _pieces(chapter)


def markdown_book(text):
    """(the year that the book names or 0, lists of paragraphs) of a book with `## Year:` above a line of
    dashes."""
    found = re.search(r"^## Year: *(\d+)", text, re.M)
    year = int(found.group(1)) if found else 0
    documents, current = [], []
    for block in re.split(r"\n\s*\n", text.split("-------", 1)[-1]):
        joined = " ".join(line.strip() for line in block.split("\n") if line.strip())
        if heading := re.match(r"^#+\s*(.*)", joined):
            if sum(map(len, current)) > LEAST_CHAPTER:
                documents.append(current)
                current = []
            joined = _small_caps(heading.group(1))
        plain = re.sub(r"[*_]{1,3}(?=\S)(.+?)(?<=\S)[*_]{1,3}", r"\1", joined)
        plain = normalise(plain.replace("--", "—").replace("\\", ""))
        if plain and not re.search(r"!\[|http|Gutenberg|^\[\^", plain):
            current.append(plain)
    if sum(map(len, current)) > LEAST_END:
        documents.append(current)
    return year, documents
