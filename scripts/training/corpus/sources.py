"""The first part of the training text: repositories of documentation and articles, beside every
`standardebooks/*` of the mirror.

Only free licences that allow any use: none that is non-commercial, share-alike or unknown.
"""

from dataclasses import dataclass

STANDARD_EBOOKS_LICENCE = "CC0-1.0 (Standard Ebooks; text in the US public domain)"
_GOVERNMENT = "Public domain (US government), CC0-1.0"


@dataclass(frozen=True)
class Source:
    repository: str  # owner/name
    licence: str
    include: str  # regular expression of the paths taken
    exclude: str = ""  # and of those left out; empty: none
    cap: float = 9e6  # bytes of prose at most


SOURCES = [
    Source("rust-lang/book", "MIT OR Apache-2.0", r"^src/.*\.md$", r"SUMMARY|appendix-0[24]"),
    Source("rust-lang/rfcs", "MIT OR Apache-2.0", r"^text/.*\.md$", cap=3.0e6),
    Source("github/opensource.guide", "CC-BY-4.0", r"^_articles/[^/]+\.md$"),
    Source(
        "tensorflow/docs",
        "Apache-2.0 (code), CC-BY-4.0 (text)",
        r"^site/en/(guide|tutorials|hub|about|community|r1)/.*\.(md|ipynb)$",
        r"_book|api_docs",
    ),
    Source("d3/d3", "ISC", r"^docs/.*\.md$"),
    Source("observablehq/plot", "ISC", r"^(docs/.*|CHANGELOG.*)\.md$"),
    Source("sveltejs/svelte", "MIT", r"^documentation/docs/.*\.md$"),
    Source(
        "factbook/factbook.json",
        "CC0-1.0 (public domain facts)",
        r"^[a-z-]+/[a-z]{2}\.json$",
        r"^(meta|world)/",
        3.5e6,
    ),
    Source("huggingface/course", "Apache-2.0", r"^chapters/en/.*\.mdx$"),
    Source(
        "MicrosoftDocs/PowerShell-Docs",
        "CC-BY-4.0 (text)",
        r"^reference/(docs-conceptual/.*|7\.6/.*/About/.*)\.md$",
        r"whats-new|install",
        3.0e6,
    ),
    Source(
        "python/peps", "Public domain / CC0-1.0 (each PEP checked)", r"^peps/pep-\d+\.(rst|txt)$", cap=4.0e6
    ),
    Source(
        "reactjs/react.dev", "CC-BY-4.0 (text)", r"^src/content/(learn|reference|blog|community)/.*\.md$"
    ),
    Source(
        "GSA/digitalgov.gov",
        _GOVERNMENT,
        r"^content/(news|resources|events|topics|guides|communities|services)?.*\.md$",
        r"authors|^content/(docs|promos|sources)/",
        9.5e6,
    ),
    Source("18F/18f.gsa.gov", _GOVERNMENT, r"^content/.*\.md$"),
    Source("18F/handbook", _GOVERNMENT, r"^pages/.*\.md$"),
    Source(
        "donnemartin/system-design-primer",
        "CC-BY-4.0",
        r"^(README\.md|solutions/system_design/[^/]+/README\.md)$",
    ),
    Source("google/eng-practices", "CC-BY-3.0", r"\.md$", r"LICENSE|CONTRIB"),
    Source("google-research/tuning_playbook", "CC-BY-4.0", r"^README\.md$"),
    Source("brexhq/prompt-engineering", "MIT", r"^README\.md$"),
    Source("google/comprehensive-rust", "CC-BY-4.0 (text)", r"^src/.*\.md$"),
    Source("numpy/numpy", "BSD-3-Clause", r"^doc/(neps/nep-|source/(user|dev|building)/).*\.(rst|md)$"),
    Source(
        "scipy-lectures/scientific-python-lectures", "CC-BY-4.0", r"\.(md|rst)$", r"LICENSE|CHANGES|README"
    ),
    Source(
        "distillpub/post--gnn-intro", "Apache-2.0", r"^(public/)?index\.html$|^src/.*\.html$"
    ),
    Source("distillpub/post--augmented-rnns", "CC-BY-4.0", r"^public/index\.html$|^index\.html$"),
    Source("ethereum/EIPs", "CC0-1.0", r"^EIPS/.*\.md$", cap=1.0e6),
    Source(
        "kubernetes/community",
        "Apache-2.0",
        r"^(contributors/(devel|guide|design-proposals)|mentoring|events)/.*\.md$",
        r"archive|minutes|notes|cheatsheet/README-",
        2.5e6,
    ),
    Source(
        "swcarpentry/python-novice-inflammation", "CC-BY-4.0", r"\.md$", r"LICENSE|CODE_OF|CONTRIB|README"
    ),
]
