"""The readers of the corpus' second part, and what keeps its documents apart from held-out text."""


import contextlib
import io
import json
import os
import subprocess
import tempfile
import unittest

from paths import NO_NUMPY, numpy as np

import build_corpus
from corpus.books import gutenberg_documents, markdown_book
from corpus.collections import news, schema_guided_dialogues, stories, topical_chat, trivia, wordnet_entry
from corpus.documents import Documents, is_held_out
from corpus.library import LIBRARY, Shelf
from corpus.textbooks import module_paragraphs

if np:
    from drop_overlap import HeldOut, keeps

SENTENCE = (
    "It was the evening of a long day, and the old man sat with his dog by the sea and told her that he was tired."
)


def book(chapters):
    body = "\n\n\n".join(f"CHAPTER {number}\n\n" + "\n\n".join([SENTENCE] * 20) for number in chapters)
    begin, end = "Title\n*** START OF THE BOOK ***\n\nfront\n\n", "\n\nTHE END\n\n*** END OF THE BOOK ***\nlicence"
    return begin + body + end


class Books(unittest.TestCase):
    def test_chapters_come_without_header_licence_and_ending(self):
        # The first piece of a book of more than two is its front matter.
        found = list(gutenberg_documents(book(["I", "II", "III"])))
        self.assertEqual([len(chapter) for chapter in found], [21, 21])
        self.assertEqual([chapter[0] for chapter in found], ["Chapter II", "Chapter III"])
        self.assertEqual({chapter[1] for chapter in found}, {SENTENCE})

    def test_what_is_short_foreign_or_verse_is_left_out(self):
        self.assertEqual(list(gutenberg_documents("*** START OF ***\n" + SENTENCE)), [])
        foreign = book(["I", "II", "III"]).replace("the", "der").replace("was", "wär").replace("and", "und")
        self.assertEqual(list(gutenberg_documents(foreign)), [])
        verse = "\n\n".join("the rose and the thorn\nthat was with his and her" for _ in range(200))
        self.assertEqual(list(gutenberg_documents(verse)), [])

    def test_a_book_in_markdown_tells_its_year(self):
        body = "\n\n".join([f"*Well*, {SENTENCE}"] * 20)
        text = f"# Title\n## Year: 1921\n-------\n# ONE\n\n{body}\n\n# TWO\n\nend"
        year, documents = markdown_book(text)
        self.assertEqual((year, len(documents), documents[0][0]), (1921, 1, "One"))
        self.assertEqual(documents[0][1], f"Well, {SENTENCE}")


class Textbooks(unittest.TestCase):
    def test_prose_is_kept_and_exercises_figures_and_formulas_are_not(self):
        text = (
            '<document xmlns="http://cnx.rice.edu/cnxml" xmlns:m="http://www.w3.org/1998/Math/MathML">'
            "<title>The Cell</title><content>"
            f"<para>{SENTENCE[:-1]} (see <link>Figure 3</link>). It ends.</para>"
            f"<para>Some {SENTENCE} <m:math><m:mi>x</m:mi></m:math></para>"
            f"<figure><caption>{SENTENCE}</caption></figure>"
            f'<section class="review-questions"><para>{SENTENCE}</para></section>'
            "<section><title>Alone</title></section></content></document>"
        )
        self.assertEqual(module_paragraphs(text), ["The Cell", SENTENCE + " It ends."])
        self.assertEqual(module_paragraphs("<document"), [])


class Collections(unittest.TestCase):
    def test_stories_under_other_terms_are_left_out(self):
        page = "# A Cat\n\n##\n" + "The cat sat in the sun and it was warm. " * 8
        free, other = (f"{page}\n\n##\n* License: [{name}]\n* Text: me" for name in ("CC-BY", "CC-BY-NC"))
        found = list(stories([("en/1.md", free), ("en/2.md", other)]))
        self.assertEqual([path for path, _ in found], ["en/1.md"])
        self.assertEqual(found[0][1][0], "A Cat")
        self.assertNotIn("License", " ".join(found[0][1]))

    def test_a_word_is_told_with_its_meaning_and_example(self):
        entry = (
            "00001740-n:\n  definition:\n  - a small animal with fur\n  example:\n  - the cat sat on the mat\n"
            "  members:\n  - cat\n  - true cat\n  partOfSpeech: n\n"
        )
        told = "cat, true cat (noun): a small animal with fur. For example: The cat sat on the mat."
        self.assertEqual(wordnet_entry(entry), told)
        self.assertIsNone(wordnet_entry(entry.replace("example", "other")))

    def test_conversations_questions_and_news(self):
        turns = [{"speaker": "USER", "utterance": "Hi"}, {"speaker": "SYSTEM", "utterance": "Hello"}]
        dialogues = [{"dialogue_id": str(number), "turns": turns} for number in range(4)]
        found = list(schema_guided_dialogues([("f", json.dumps(dialogues))]))
        told = ["User: Hi", "Assistant: Hello"]
        self.assertEqual(found, [("f#0", told), ("f#3", told)])
        turns = [{"agent": "agent_1", "message": "Hi"}, {"agent": "agent_2", "message": "Yo"}]
        chat = {"t1": {"content": turns}}
        self.assertEqual(list(topical_chat([("f", json.dumps(chat))])), [("f#t1", ["A: Hi", "B: Yo"])])
        asked = "#Q What colour is the sky?\n^ Blue\nA Red\n\n#Q Too short\n^ Yes\n"
        answered = ["Question: What colour is the sky?\nAnswer: Blue"]
        self.assertEqual(list(trivia([("f", asked)])), [("f#0", answered)])
        self.assertEqual(list(news([("f", "Level\nOne.\n\nTwo.")])), [("f", ["One.", "Two."])])


def names(one_in, held_out, count):
    """Paths of documents of repository r that are, or are not, held out."""
    paths = (str(number) for number in range(10**6))
    return [path for path, _ in zip((p for p in paths if is_held_out("r", p, one_in) == held_out), range(count))]


class Apart(unittest.TestCase):
    def setUp(self):
        self.file = io.StringIO()
        self.documents = Documents(self.file)

    def rows(self):
        return [json.loads(line) for line in self.file.getvalue().splitlines()]

    def test_one_document_in_so_many_is_held_out(self):
        share = sum(is_held_out("r", str(number), 200) for number in range(100_000)) / 100_000
        self.assertAlmostEqual(share, 1 / 200, delta=1e-3)

    def test_sets_follow_the_names(self):
        for path in names(200, True, 1) + names(200, False, 1):
            self.documents.add("r", path, [f"{path}. {SENTENCE}"], 10)
        for number, path in enumerate(names(250, True, 1) + names(250, False, 1)):
            self.documents.add_to_library("r", path, "talk", [f"Library {number}. {SENTENCE}"], 10)
        self.assertEqual([row["set"] for row in self.rows()], ["val", "train", "val2", "train"])

    def test_the_library_takes_nothing_that_the_first_part_holds_out(self):
        self.documents.add("r", names(200, True, 1)[0], [SENTENCE], 10)
        other = [f"{word}: {SENTENCE}" for word in ("One", "Two", "Three")]
        self.assertEqual(self.documents.add_to_library("r", "x", "talk", [*other, SENTENCE], 10), 0)
        self.assertEqual(self.documents.left_out, {"known": 0, "held out": 1})

    def test_known_paragraphs_are_left_out_and_mostly_known_documents_whole(self):
        self.documents.add("r", names(200, False, 1)[0], [SENTENCE], 10)
        fresh = [f"{number}: {SENTENCE}" for number in range(6)]
        self.assertEqual(self.documents.add_to_library("r", "a", "talk", [SENTENCE, fresh[0]], 10), 0)
        self.assertGreater(self.documents.add_to_library("r", "b", "talk", [*fresh, SENTENCE], 10), 0)
        self.assertEqual(self.rows()[-1]["t"], "\n\n".join(fresh))
        self.assertEqual(self.documents.left_out, {"known": 1, "held out": 0})


@unittest.skipUnless(np, NO_NUMPY)
class Overlap(unittest.TestCase):
    def test_documents_that_share_three_runs_with_held_out_text_go(self):
        random = np.random.default_rng(1)
        held_out = random.integers(0, 50000, 300).astype(np.uint16)
        lengths = np.array([100, 80, 120])
        text = random.integers(0, 50000, 300).astype(np.uint16)
        text[110:125] = held_out[40:55]  # 15 tokens of the second document: three runs of 13
        text[200:214] = held_out[90:104]  # 14 of the third: two
        self.assertEqual(HeldOut([held_out]).places(text).tolist(), [110, 111, 112, 200, 201])
        self.assertEqual(keeps(text, lengths, HeldOut([held_out])).tolist(), [True, False, True])


class Whole(unittest.TestCase):
    def commit(self, mirror, repository, files):
        folder = os.path.join(mirror, repository.replace("/", "+"), "repo")
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(text)
        git = ["git", "-C", folder, "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
            subprocess.run([*git, *command], check=True)

    def test_both_parts_are_built_from_snapshots(self):
        with tempfile.TemporaryDirectory() as mirror, tempfile.TemporaryDirectory() as out:
            page = "# A page\n\n" + "\n\n".join(f"Page {number}. {SENTENCE}" for number in range(9))
            self.commit(mirror, "d3/d3", {"docs/a.md": page})
            article = "Level\n" + "\n".join(f"News {number}. {SENTENCE}" for number in range(4))
            place = "Texts-SeparatedByReadingLevel/Ele-Txt/a.txt"
            self.commit(mirror, "nishkalavallabhi/OneStopEnglishCorpus", {place: article})
            told = io.StringIO()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(told):
                build_corpus.main(["--mirror", mirror, "--out", out])
            with open(os.path.join(out, "docs.jsonl"), encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            found = [(row["s"], row["c"]) for row in rows]
            wanted = [("d3/d3", "first"), ("nishkalavallabhi/OneStopEnglishCorpus", "explain")]
            self.assertEqual(found, wanted)
            with open(os.path.join(out, "sources.json"), encoding="utf-8") as file:
                sources = json.load(file)
            self.assertEqual([row["licence"] for row in sources], ["ISC", "CC-BY-SA-4.0"])
            self.assertEqual([row["size"] for row in sources], [len(row["t"].encode()) for row in rows])
            self.assertIn("absent uberspot/OpenTriviaQA", told.getvalue())

    def test_a_textbook_under_newer_terms_is_taken_from_before_them(self):
        shelf: Shelf = next(shelf for shelf in LIBRARY if shelf.repository.endswith("astronomy"))
        with tempfile.TemporaryDirectory() as mirror:
            folder = os.path.join(mirror, "openstax+osbooks-astronomy", "repo")
            for licence in ("Attribution 4.0 International\n", "Attribution-NonCommercial 4.0\n"):
                self.commit(mirror, shelf.repository, {"LICENSE": licence})
            git = os.path.join(folder, ".git")
            command = ["git", "--git-dir=" + git, "rev-list", "--max-parents=0", "HEAD"]
            first = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            self.assertEqual(shelf.revision(git), first)


if __name__ == "__main__":
    unittest.main()
