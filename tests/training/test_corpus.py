"""The corpus' readers, on texts small enough to check by hand."""

import io
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "training"))

from build_corpus import Documents, is_free_pep, with_title
from corpus.ebooks import chapter_paragraphs
from corpus.markdown import markdown_blocks
from corpus.pages import factbook_blocks, html_blocks, notebook_blocks
from corpus.prose import HEADING, PARAGRAPH, is_prose, normalise, prose_paragraphs
from corpus.restructured import restructured_blocks

SENTENCE = "This is a plain sentence with enough words to be kept."


class Prose(unittest.TestCase):
    def test_normalise_replaces_variants_by_plain_twins(self):
        self.assertEqual(normalise("“It’s…”\u00a0— \u200bsays she →"), "\"It's...\" —says she")

    def test_code_numbers_and_notices_are_not_prose(self):
        self.assertTrue(is_prose(PARAGRAPH, SENTENCE))
        self.assertTrue(is_prose(HEADING, "Getting started"))
        for text in [
            "Too short.",
            "for (int i = 0; i < n; ++i) { total += values[i]; } // sums them all up",
            "In 1999 1,204 of 3,555 and in 2003 2,810 of 4,012 were counted there.",
            "Copyright (c) somebody, who kindly let us read this long sentence here.",
        ]:
            self.assertFalse(is_prose(PARAGRAPH, text), text)

    def test_a_heading_needs_a_paragraph_after_it(self):
        blocks = [(HEADING, "One"), (HEADING, "Two"), (PARAGRAPH, SENTENCE), (HEADING, "Three")]
        self.assertEqual(prose_paragraphs(blocks), ["Two", SENTENCE])


class Formats(unittest.TestCase):
    def test_markdown(self):
        text = (
            "---\ntitle: x\n---\n# A *title* {#id}\n\nSome [linked](http://x.y) **words**\nover `two` lines.\n\n"
            "```js\ncode\n```\n\n    indented code\n\n- an item\n- [ ] another\n\n| a | b |\n|---|---|\n\nUnder\n=====\n"
        )
        self.assertEqual(
            markdown_blocks(text),
            [
                (HEADING, "A title"),
                (PARAGRAPH, "Some linked words over two lines."),
                (PARAGRAPH, "an item"),
                (PARAGRAPH, "another"),
                (HEADING, "Under"),
            ],
        )

    def test_restructured_text(self):
        text = (
            "Title\n=====\n\nSee :ref:`the docs <x>` and ``code``::\n\n    literal\n\n.. note:: Mind this.\n\n"
            ".. code-block:: c\n\n   int x;\n\n:Author: Me\n\n* An item\n  goes on.\n\n>>> 1 + 1\n2\n"
        )
        self.assertEqual(
            restructured_blocks(text),
            [
                (HEADING, "Title"),
                (PARAGRAPH, "See the docs and code:"),
                (PARAGRAPH, "Mind this."),
                (PARAGRAPH, "An item goes on."),
            ],
        )

    def test_html_and_notebooks(self):
        page = "<head><title>x</title></head><h2>Why</h2><p>Because &amp; <b>so</b>.</p><script>no()</script>"
        self.assertEqual(html_blocks(page), [(HEADING, "Why"), (PARAGRAPH, "Because & so.")])
        cells = [{"cell_type": "markdown", "source": ["# Hi\n"]}, {"cell_type": "code", "source": "x"}]
        self.assertEqual(notebook_blocks(json.dumps({"cells": cells})), [(HEADING, "Hi")])
        self.assertEqual(notebook_blocks("no json"), [])

    def test_factbook(self):
        long = "The country has long been known for " + "its mountains and " * 5 + "its lakes."
        name = {"Country name": {"conventional short form": {"text": "Atlantis"}}}
        facts = {"Government": name, "Geography": {"Terrain": {"text": long + "<br>short"}}}
        self.assertEqual(
            factbook_blocks(json.dumps(facts)), [(HEADING, "Atlantis"), (PARAGRAPH, "Terrain: " + long)]
        )

    def test_chapters_of_a_book(self):
        chapter = (
            '<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
            '<body><section><hgroup><h2 epub:type="ordinal z3998:roman">IV</h2><p>The Sea</p></hgroup>'
            "<p>It was\n  a storm<a epub:type=\"noteref\" href=\"#n\">1</a>.</p><p>a line<br/>\n another</p>"
            "<figure><p>no</p></figure></section></body></html>"
        )
        self.assertEqual(
            chapter_paragraphs(chapter), ["Chapter IV — The Sea", "It was a storm.", "a line\nanother"]
        )


class Corpus(unittest.TestCase):
    def test_titles_come_from_front_matter(self):
        blocks = [(PARAGRAPH, SENTENCE)]
        titled = [(HEADING, "A page"), *blocks]
        self.assertEqual(with_title("a/b", '---\ntitle: "A page"\n---\n', blocks), titled)
        self.assertEqual(with_title("python/peps", "PEP: 1\nTitle: A page\n", blocks), titled)
        self.assertEqual(with_title("a/b", "no front matter", blocks), blocks)

    def test_only_peps_that_say_so_are_free(self):
        self.assertTrue(is_free_pep("...\nThis document is placed in the public\ndomain."))
        self.assertFalse(is_free_pep("This document may not be copied."))

    def test_known_paragraphs_and_documents_are_left_out(self):
        file = io.StringIO()
        documents = Documents(file)
        first, second, third = (f"Paragraph {word}. " + SENTENCE * 3 for word in ("one", "two", "three"))
        self.assertGreater(documents.add("a", "1", [first, second], 10), 0)
        self.assertEqual(documents.add("a", "2", [first, second], 10), 0)
        self.assertGreater(documents.add("a", "3", [first, third], 10), 0)
        self.assertEqual(documents.add("a", "4", ["short"], 10), 0)
        written = [json.loads(line) for line in file.getvalue().splitlines()]
        self.assertEqual([row["t"] for row in written], [first + "\n\n" + second, third])


if __name__ == "__main__":
    unittest.main()
