#!/usr/bin/env python3
"""Builds the training text from git snapshots of freely licensed repositories.

    python3 scripts/training/build_corpus.py --mirror SNAPSHOTS --out DATA

SNAPSHOTS holds a repository `owner/name` as `owner+name/repo` (bare or not). Writes DATA/docs.jsonl, one
{"s": repository, "p": path, "t": text} a line, and DATA/SOURCES.md. The standard library is enough.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

from corpus.ebooks import chapters
from corpus.markdown import markdown_blocks
from corpus.pages import factbook_blocks, html_blocks, notebook_blocks
from corpus.prose import HEADING, normalise, prose_paragraphs
from corpus.restructured import restructured_blocks
from corpus.snapshots import git_folder, head_commit, list_files, read_files
from corpus.sources import SOURCES, STANDARD_EBOOKS_LICENCE

LEAST_CHAPTER, LEAST_PAGE = 400, 500  # characters a document must have
LEAST_COMPARED = 90  # shorter paragraphs may repeat between documents

READERS = {
    "md": markdown_blocks,
    "mdx": markdown_blocks,
    "rst": restructured_blocks,
    "txt": restructured_blocks,
    "ipynb": notebook_blocks,
    "html": html_blocks,
    "json": factbook_blocks,
}

PREAMBLE = """# Sources of the training text

Written by build_corpus.py. Bytes are UTF-8 bytes of prose kept after stripping markup, code, tables, notes, imprints
and licence texts, and after removing duplicates. No source with a non-commercial, share-alike or unknown licence is used.

| repository | commit | licence | documents | bytes kept |
|---|---|---|---:|---:|
"""
REMARK = """
Standard Ebooks dedicates its own work under CC0-1.0; the underlying texts are in the public domain of the United States
and a few (Hemingway, Christie, Sayers, Wodehouse, mid-century science fiction) may still be protected elsewhere. The
text itself is not distributed with the model. Attribution for the CC-BY sources: the repositories and commits above.
"""


class Documents:
    """Writes documents, leaving out paragraphs and documents that were there before."""

    def __init__(self, file):
        self._file = file
        self._paragraphs = set()
        self._documents = set()

    @staticmethod
    def _key(text):
        letters = re.sub(r"\W+", "", text.lower())
        return hashlib.blake2b(letters.encode(), digest_size=8).digest()

    def _fresh(self, paragraph):
        if len(paragraph) < LEAST_COMPARED:
            return True
        key = self._key(paragraph)
        if key in self._paragraphs:
            return False
        self._paragraphs.add(key)
        return True

    def add(self, repository, path, paragraphs, least):
        """The bytes written: 0 for a document that is too short, or mostly or wholly known."""
        kept = [paragraph for paragraph in paragraphs if self._fresh(paragraph)]
        text = "\n\n".join(kept)
        if len(text) < least or len(paragraphs) - len(kept) > 0.5 * max(1, len(paragraphs)):
            return 0
        key = self._key(text[:2000])
        if key in self._documents:
            return 0
        self._documents.add(key)
        self._file.write(json.dumps({"s": repository, "p": path, "t": text}, ensure_ascii=False) + "\n")
        return len(text.encode("utf-8"))


@dataclass
class Row:
    """A line of SOURCES.md."""

    repository: str
    commit: str
    licence: str
    documents: int = 0
    size: int = 0

    def count(self, size):
        self.size += size
        self.documents += size > 0


def is_free_pep(text):
    """PEPs say at their end under which terms they stand."""
    return bool(re.search(r"public\s+domain|cc0", text[-3000:].lower()))


def with_title(repository, text, blocks):
    """`blocks` under the title that front matter, or a PEP's header, gives."""
    front = re.match(r"\A\ufeff?\s*---\n(.*?)\n---\s*\n", text, flags=re.S)
    title = front and re.search(r"^title:\s*[\"']?(.+?)[\"']?\s*$", front.group(1), flags=re.M)
    if title and (not blocks or blocks[0][0] != HEADING):
        blocks = [(HEADING, normalise(title.group(1)))] + blocks
    if repository == "python/peps":
        title = re.search(r"^Title:\s*(.+)$", text, flags=re.M)
        if title:
            blocks = [(HEADING, normalise(title.group(1)))] + blocks
    return blocks


def take_books(folder, row, documents):
    for path, paragraphs in chapters(folder):
        row.count(documents.add(row.repository, path, paragraphs, LEAST_CHAPTER))


def take_pages(folder, source, row, documents):
    wanted, unwanted = re.compile(source.include), re.compile(source.exclude or r"(?!)")
    paths = [path for path in list_files(folder) if wanted.search(path) and not unwanted.search(path)]
    # In the order of a hash, so that a cap takes evenly from everywhere.
    paths.sort(key=lambda path: hashlib.md5(path.encode()).digest())
    for path, text in read_files(folder, paths):
        if row.size >= source.cap:
            break
        if source.repository == "python/peps" and not is_free_pep(text):
            continue
        try:
            blocks = READERS[path.rsplit(".", 1)[-1].lower()](text)
        except (KeyError, TypeError, ValueError) as error:
            print("  left out", source.repository, path, error, file=sys.stderr)
            continue
        paragraphs = prose_paragraphs(with_title(source.repository, text, blocks))
        row.count(documents.add(source.repository, path, paragraphs, LEAST_PAGE))


def write_sources(path, rows):
    rows = [row for row in rows if row.size]
    rows.sort(key=lambda row: (not row.repository.startswith("standardebooks"), row.repository))
    with open(path, "w", encoding="utf-8") as file:
        file.write(PREAMBLE)
        for row in rows:
            file.write(f"| {row.repository} | {row.commit} | {row.licence} | {row.documents} | {row.size} |\n")
        documents, size = sum(row.documents for row in rows), sum(row.size for row in rows)
        file.write(f"\nTotal: {len(rows)} repositories, {documents} documents, {size} bytes.\n{REMARK}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", required=True, help="folder of git snapshots")
    parser.add_argument("--out", default="data")
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)

    stored = sorted(os.listdir(arguments.mirror))
    books = [name.replace("+", "/", 1) for name in stored if name.startswith("standardebooks+")]
    pages = {source.repository: source for source in SOURCES}
    rows = []
    with open(os.path.join(arguments.out, "docs.jsonl"), "w", encoding="utf-8") as file:
        documents = Documents(file)
        for repository in [*books, *pages]:
            folder = git_folder(arguments.mirror, repository)
            source = pages.get(repository)
            try:
                commit = head_commit(folder)
            except (OSError, subprocess.CalledProcessError):
                print("absent", repository, file=sys.stderr)
                continue
            row = Row(repository, commit, source.licence if source else STANDARD_EBOOKS_LICENCE)
            if source:
                take_pages(folder, source, row, documents)
            else:
                take_books(folder, row, documents)
            rows.append(row)
            print(f"{row.size:9d} bytes {row.documents:5d} documents  {repository}", flush=True)
    write_sources(os.path.join(arguments.out, "SOURCES.md"), rows)


if __name__ == "__main__":
    main()
