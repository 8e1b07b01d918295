"""The second part of the training text: stories, textbooks, word lists, conversations and books, in this
order.

Free licences, of which some ask to share alike (CC-BY-SA-4.0, CDLA-Sharing-1.0); none non-commercial or
unknown.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Callable

from . import collections
from .books import gutenberg_documents, markdown_book
from .ebooks import chapters
from .snapshots import commit_before_last_change, head_commit, list_files, read_files, show
from .sources import STANDARD_EBOOKS_LICENCE
from .textbooks import module_paragraphs

CC_BY = "Attribution 4.0 International"
PUBLIC_DOMAIN = "Public domain in the US"
GUTENBERG_LICENCE = PUBLIC_DOMAIN + " (Project Gutenberg text, header and licence removed)"


@dataclass(frozen=True)
class Shelf:
    """A repository. `documents(folder, revision)` yields groups: the most bytes to take, and (path,
    paragraphs) pairs."""

    repository: str
    licence: str
    kind: str
    documents: Callable
    least: int = 300  # characters of a document
    revision: Callable = lambda folder: head_commit(folder)


def by_hash(paths):
    """In the order of a hash, so that a cap takes evenly from everywhere."""
    return sorted(paths, key=lambda path: hashlib.md5(path.encode()).hexdigest())


def _matching(pattern, reader, cap=float("inf"), order=list):
    """One group: the files whose path begins with `pattern`, read by `reader`."""

    def documents(folder, revision):
        paths = order(path for path in list_files(folder, revision) if re.match(pattern, path))
        yield cap, reader(read_files(folder, paths, revision))

    return documents


def _textbook_revision(folder):
    """Some textbooks were relicensed to non-commercial terms in 2025 and 2026: the last commit under CC-BY
    4.0."""
    if "NonCommercial" not in show(folder, "LICENSE")[:200]:
        return head_commit(folder)
    revision = commit_before_last_change(folder, "LICENSE")
    if not show(folder, "LICENSE", revision).startswith(CC_BY):
        raise ValueError(f"{folder}: no commit under {CC_BY} before the last change of its licence")
    return revision


def _modules(files):
    return ((path, module_paragraphs(text)) for path, text in files)


def _textbook(name, millions):
    return Shelf(
        f"openstax/osbooks-{name}",
        "CC-BY-4.0 (at this commit)",
        "explain",
        _matching(r".*\.cnxml$", _modules, millions * 1e6, by_hash),
        700,
        _textbook_revision,
    )


#: Names of OpenStax' books and the millions of bytes taken of each.
TEXTBOOKS = {
    "american-government": 4,
    "anatomy-physiology": 3,
    "astronomy": 4,
    "business-ethics": 2,
    "business-law": 1,
    "chemistry-bundle": 2,
    "college-success-bundle": 3,
    "entrepreneurship": 2,
    "introduction-anthropology": 3,
    "introduction-business": 3,
    "introduction-philosophy": 2,
    "introduction-political-science": 3,
    "introduction-sociology": 3,
    "life-liberty-and-pursuit-happiness": 5,
    "microbiology": 2,
    "nursing-external-bundle": 3,
    "physics": 2,
    "principles-economics-bundle": 3,
    "principles-marketing": 2,
    "psychology": 4,
    "us-history": 4,
    "world-history": 5,
    "writing-guide": 3,
}

_FAIRY_TALES = r"Fairy|Arabian|Animal|True Story|Romance Book|Tales of Troy|Prince|Book of"
_NOT_LOGIC = r"^(?!.*(Logic|Euclid|Cipher|Game|Nursery Song)).*$"

#: Folders of Project Gutenberg's authors (and illustrators): millions of bytes, and a pattern of the titles.
AUTHORS = {
    "Baum, L. Frank (Lyman Frank)": 19,
    "Burnett, Frances Hodgson": 10,
    "Nesbit, E. (Edith)": 9,
    "Potter, Beatrix": 1,
    "Alger, Horatio, Jr.": 9,
    "Goldfrap, John Henry": 7,
    "Wrenn, Charles L. (Charles Lewis)": 9,
    "Alcott, Louisa May": 10,
    "Montgomery, L. M. (Lucy Maud)": 8,
    "Lang, Andrew": (12, _FAIRY_TALES),
    "Andersen, H. C. (Hans Christian)": 5,
    "Grimm, Jacob": 3,
    "Carroll, Lewis": (3, _NOT_LOGIC),
    "Barrie, J. M. (James Matthew)": 4,
    "Burroughs, Edgar Rice": 9,
    "Wodehouse, P. G. (Pelham Grenville)": 12,
    "Wells, H. G. (Herbert George)": 11,
    "Doyle, Arthur Conan": 9,
    "London, Jack": 9,
    "Verne, Jules": 7,
    "Henty, G. A. (George Alfred)": 4,
    "Emshwiller, Ed": 7,
    "Orban, Paul": 5,
    "Kelley, Leo P.": 1,
    "Weir, Harrison": 5,
    "Kipling, Rudyard": 6,
    "Blackwood, Algernon": 3,
    "Hoskins, Gayle Porter": 3,
    "Christie, Agatha": 2,
    "Chesterton, G. K. (Gilbert Keith)": 4,
    "Twain, Mark": 10,
    "Wharton, Edith": 5,
    "Chekhov, Anton Pavlovich": 4,
    "Stevenson, Robert Louis": 4,
    "Lockhart, Caroline": 2,
    "Wyllie, David": 1,
    "Russell, Bertrand": 2,
    "Townsend, F. H. (Frederick Henry)": 3,
    "Haslett, Elmer": 1,
}


def _numbered(path, documents):
    return ((f"{path}#{number}", paragraphs) for number, paragraphs in enumerate(documents))


def _gutenberg(folder, revision):
    """A group for each author."""
    everything = list_files(folder, revision)
    for author, taken in AUTHORS.items():
        millions, title = taken if isinstance(taken, tuple) else (taken, "")
        paths = [path for path in everything if path.startswith(author + "/") and path.endswith(".txt")]
        paths = by_hash(path for path in paths if re.search(title, path))
        files = read_files(folder, paths, revision)
        yield millions * 1e6, (
            found for path, text in files for found in _numbered(path, gutenberg_documents(text))
        )


_NOT_PROSE = re.compile(
    r"(Poem|Wasteland|Psycho|Ulysses|Tender Buttons|Finnegan|Play|Marx|Lenin|Freud|Einstein|Keyhoe)"
)


def _classics(files):
    """Books of 1905 to 1990, without poems, plays and treatises."""
    for path, text in files:
        year, documents = markdown_book(text)
        if 1905 <= year <= 1990 and not _NOT_PROSE.search(path):
            for name, paragraphs in _numbered(path, documents):
                if sum(map(len, paragraphs)) / len(paragraphs) > 60:
                    yield name, paragraphs


def _ebook(folder, revision):
    yield float("inf"), chapters(folder)


_TALK_FILES = r"train/dialogues.*json"
_WORDNET_FILES = r"src/yaml/(noun|verb|adj|adv)\..*yaml$"
_NEWS_FILES = r"Texts-SeparatedByReadingLevel/(Ele|Int)-Txt/.*txt"
_STORY_FILES = r"en/.*\.md$"


def _story_shelf(name, licence):
    return Shelf(f"global-asp/{name}", licence, "story", _matching(_STORY_FILES, collections.stories), 200)


LIBRARY = [
    _story_shelf("asp-source", "CC-BY (each story; NC and ND ones left out)"),
    _story_shelf("pb-source", "CC-BY 4.0 (Pratham Books)"),
    _story_shelf("lcb-source", "CC-BY (each story)"),
    *(_textbook(name, millions) for name, millions in TEXTBOOKS.items()),
    Shelf(
        "globalwordnet/english-wordnet",
        "CC-BY-4.0 and the WordNet licence",
        "facts",
        _matching(_WORDNET_FILES, collections.wordnet, order=sorted),
    ),
    Shelf(
        "google-research-datasets/dstc8-schema-guided-dialogue",
        "CC-BY-SA-4.0",
        "talk",
        _matching(_TALK_FILES, collections.schema_guided_dialogues, 3.2e6, by_hash),
    ),
    Shelf(
        "alexa/Topical-Chat",
        "CDLA-Sharing-1.0",
        "talk",
        _matching(r"conversations/.*\.json", collections.topical_chat),
    ),
    Shelf("uberspot/OpenTriviaQA", "CC-BY-SA-4.0", "facts", _matching(r"categories/", collections.trivia)),
    Shelf(
        "nishkalavallabhi/OneStopEnglishCorpus",
        "CC-BY-SA-4.0",
        "explain",
        _matching(_NEWS_FILES, collections.news),
    ),
    Shelf("standardebooks/a-a-milne_winnie-the-pooh", STANDARD_EBOOKS_LICENCE, "fiction", _ebook),
    Shelf("rcdm-uga/Gutenberg_Text", GUTENBERG_LICENCE, "fiction", _gutenberg),
    Shelf(
        "mlschmitt/classic-books-markdown",
        PUBLIC_DOMAIN,
        "fiction",
        _matching(r".*/.*\.md$", _classics, 24e6, by_hash),
    ),
]
