#!/usr/bin/env python3
"""Builds the training text from git snapshots of freely licensed repositories.

    python3 scripts/training/build_corpus.py --mirror SNAPSHOTS --out DATA

SNAPSHOTS holds a repository `owner/name` as `owner+name/repo` (bare or not). Writes DATA/docs.jsonl, a
document a line (corpus/documents.py), the first part's (corpus/sources.py) before the library's
(corpus/library.py); and DATA/sources.json, which tokenize.mjs turns into DATA/SOURCES.md. The standard
library is enough.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass

from corpus.documents import Documents
from corpus.ebooks import chapters
from corpus.library import LIBRARY
from corpus.markdown import markdown_blocks
from corpus.pages import factbook_blocks, html_blocks, notebook_blocks
from corpus.prose import HEADING, normalise, prose_paragraphs
from corpus.restructured import restructured_blocks
from corpus.snapshots import git_folder, head_commit, list_files, read_files
from corpus.sources import SOURCES, STANDARD_EBOOKS_LICENCE

LEAST_CHAPTER, LEAST_PAGE = 400, 500  # characters a document must have

READERS = {
    "md": markdown_blocks,
    "mdx": markdown_blocks,
    "rst": restructured_blocks,
    "txt": restructured_blocks,
    "ipynb": notebook_blocks,
    "html": html_blocks,
    "json": factbook_blocks,
}


@dataclass
class Row:
    """A line of SOURCES.md."""

    repository: str
    commit: str
    licence: str
    kind: str = "first"
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


def take_first_part(mirror, documents):
    """Yields a Row for each repository."""
    stored = sorted(os.listdir(mirror))
    books = [name.replace("+", "/", 1) for name in stored if name.startswith("standardebooks+")]
    books = [name for name in books if name not in {shelf.repository for shelf in LIBRARY}]
    pages = {source.repository: source for source in SOURCES}
    for repository in [*books, *pages]:
        folder, source = git_folder(mirror, repository), pages.get(repository)
        commit = known_commit(folder, repository)
        if not commit:
            continue
        row = Row(repository, commit, source.licence if source else STANDARD_EBOOKS_LICENCE)
        if source:
            take_pages(folder, source, row, documents)
        else:
            take_books(folder, row, documents)
        yield row


def known_commit(folder, repository, revision=head_commit):
    """None, with a word on standard error, where the mirror lacks the repository."""
    try:
        return revision(folder)
    except (OSError, subprocess.CalledProcessError):
        print("absent", repository, file=sys.stderr)
        return None


def take_shelf(shelf, folder, row, documents):
    for cap, found in shelf.documents(folder, row.commit):
        taken = 0
        for path, paragraphs in found:
            if taken >= cap:
                break
            written = documents.add_to_library(shelf.repository, path, shelf.kind, paragraphs, shelf.least)
            row.count(written)
            taken += written


def take_library(mirror, documents):
    """Yields a Row for each repository."""
    for shelf in LIBRARY:
        folder = git_folder(mirror, shelf.repository)
        commit = known_commit(folder, shelf.repository, shelf.revision)
        if commit:
            row = Row(shelf.repository, commit, shelf.licence, shelf.kind)
            take_shelf(shelf, folder, row, documents)
            yield row


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", required=True, help="folder of git snapshots")
    parser.add_argument("--out", default="data")
    arguments = parser.parse_args(argv)
    os.makedirs(arguments.out, exist_ok=True)
    rows = []
    with open(os.path.join(arguments.out, "docs.jsonl"), "w", encoding="utf-8") as file:
        documents = Documents(file)
        for part in (take_first_part, take_library):
            for row in part(arguments.mirror, documents):
                rows.append(asdict(row))
                print(f"{row.size:9d} {row.documents:5d} documents  {row.repository}", flush=True)
    print("left out of the library:", documents.left_out)
    with open(os.path.join(arguments.out, "sources.json"), "w", encoding="utf-8") as file:
        json.dump([row for row in rows if row["size"]], file, indent=1)


if __name__ == "__main__":
    main()
