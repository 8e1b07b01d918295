#include "tokenizer/tokenizer.h"

#include <algorithm>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/utf8.h"
#include "tokenizer/bpe.h"
#include "tokenizer/pretokenizer.h"
#include "tokenizer_fixture.h"

using namespace vitrine;
using namespace vitrine::fixture;

namespace {

std::vector<std::string> pieces_of(const std::string& text) {
  std::vector<std::string> pieces;
  for (size_t begin = 0, end; begin < text.size(); begin = end) {
    end = piece_end(text, begin);
    pieces.push_back(text.substr(begin, end - begin));
  }
  return pieces;
}

// The pattern as published, over ASCII, where \p{L} is [A-Za-z] and \p{N} is [0-9].
std::vector<std::string> naive_pieces(const std::string& text) {
  static const std::regex pattern(
      R"('s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+)");
  std::vector<std::string> pieces;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    pieces.push_back(match->str());
  return pieces;
}

// Sennrich's algorithm over strings: look at all neighbours again after each merge.
std::vector<std::string> naive_bpe(std::vector<std::string> symbols, const Merges& merges,
                                   std::vector<MergeStep>& steps) {
  for (;;) {
    size_t best_rank = merges.size(), best = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto rank =
          size_t(std::find(merges.begin(), merges.end(), std::make_pair(symbols[i], symbols[i + 1])) -
                 merges.begin());
      if (rank < best_rank) best_rank = rank, best = i;
    }
    if (best_rank == merges.size()) return symbols;
    steps.push_back({0, int(best), int(best_rank), symbols[best], symbols[best + 1]});
    symbols[best] += symbols[best + 1];
    symbols.erase(symbols.begin() + std::ptrdiff_t(best) + 1);
  }
}

}  // namespace

TEST_CASE("a text to check by hand, with the merges in their order") {
  const Tokenizer tokenizer = from(kHello);
  CHECK(tokens_of(tokenizer, "hello world's") == std::vector<std::string>{"hello", " wor", "l", "d", "'s"});
  const auto trace = tokenizer.merges("hello world's");
  REQUIRE(trace.ok());
  CHECK(trace->pieces.size() == 3);
  CHECK(trace->pieces[1].begin == 5);
  CHECK(trace->pieces[1].end == 11);
  std::vector<std::string> steps;
  for (const MergeStep& step : trace->steps) {
    steps.push_back(std::to_string(step.piece) + ":" + std::to_string(step.position) + ":" +
                    std::to_string(step.rank) + " " + step.left + "+" + step.right);
  }
  CHECK(steps == std::vector<std::string>{"0:2:0 l+l", "0:0:1 h+e", "0:0:2 he+ll", "0:0:3 hell+o",
                                          "1:0:4  +w", "1:1:5 o+r", "1:0:6  w+or", "2:0:7 '+s"});
}

TEST_CASE("splitting agrees with the published pattern over random ASCII") {
  std::mt19937 random(1);
  const std::string alphabet = "  \n\t\r'''strevmld ABlL019.,!-_aa";
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    for (size_t n = random() % 24; n > 0; --n) text += alphabet[random() % alphabet.size()];
    CHECK(pieces_of(text) == naive_pieces(text));
  }
}

// The pieces are those of Python's regex, tiktoken and Hugging Face's tokenizers.
TEST_CASE("white space is Unicode's: U+0085 is, U+FEFF is not") {
  using Pieces = std::vector<std::string>;
  CHECK(pieces_of(" \u0085a") == Pieces{" ", "\u0085", "a"});
  CHECK(pieces_of("\u0085\u0085a") == Pieces{"\u0085", "\u0085", "a"});
  CHECK(pieces_of(" \ufeffa") == Pieces{" \ufeff", "a"});
  CHECK(pieces_of("!\ufeff?") == Pieces{"!\ufeff?"});
  constexpr uint32_t kWhiteSpace[] = {0x9,    0xa,    0xb,    0xc,    0xd,    0x20,   0x85,   0xa0,   0x1680,
                                      0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
                                      0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  std::vector<uint32_t> found;
  for (uint32_t point = 0; point <= 0x10ffff; ++point)
    if (category(point) == Category::space) found.push_back(point);
  CHECK(found == std::vector<uint32_t>(std::begin(kWhiteSpace), std::end(kWhiteSpace)));
}

TEST_CASE("splitting beyond ASCII") {
  using Pieces = std::vector<std::string>;
  CHECK(pieces_of("été 안녕하세요 ½٣!") == Pieces{"été", " 안녕하세요", " ½٣", "!"});
  CHECK(pieces_of("a\u00a0b") == Pieces{"a", "\u00a0", "b"});  // white space, but not the pattern's blank
  CHECK(pieces_of("a\u00a0 b") == Pieces{"a", "\u00a0", " b"});
  CHECK(pieces_of("x\u0301") == Pieces{"x", "\u0301"});  // a mark is no letter
  CHECK(pieces_of("👩‍👧 🙂🙂") == Pieces{"👩‍👧", " 🙂🙂"});
  CHECK(pieces_of("x\xff\xfe y") == Pieces{"x", "\xff\xfe", " y"});  // bytes that are not UTF-8
  CHECK(pieces_of("\xe2\x82") == Pieces{"\xe2\x82"});
  CHECK(pieces_of("ab \xf0\x9f") == Pieces{"ab", " \xf0\x9f"});
}

TEST_CASE("strict UTF-8: lengths and code points") {
  const auto symbol = [](const char* bytes) { return utf8_symbol(bytes, 0); };
  CHECK(symbol("\u00e9").code_point == 0xe9);
  CHECK(symbol("\ud55c").code_point == 0xd55c);
  CHECK(symbol("\U0001f642").code_point == 0x1f642);
  CHECK(symbol("\U0010ffff").length == 4);
  for (const char* bad : {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80", "\xf5\x80", "\x80", "\xff"}) {
    CHECK(symbol(bad).code_point == kInvalidCodePoint);
    CHECK(symbol(bad).length == 1);
  }
  CHECK(symbol("\xe2\x82(").length == 2);
  CHECK(symbol("\xf0\x9f\x99").length == 3);
  std::string text;
  append_utf8(text, 0x41);
  append_utf8(text, 0xe9);
  append_utf8(text, 0xd55c);
  append_utf8(text, 0x1f642);
  CHECK(text == "Aé한🙂");
}

TEST_CASE("merging agrees with the naive twin, tokens and steps, below and above the heap's threshold") {
  std::mt19937 random(2);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> known = {"a", "b", "c"};
    Merges merges;
    while (merges.size() < 12) {
      const std::pair<std::string, std::string> merge{known[random() % known.size()],
                                                      known[random() % known.size()]};
      if (std::find(merges.begin(), merges.end(), merge) != merges.end()) continue;
      merges.push_back(merge);
      known.push_back(merge.first + merge.second);
    }
    if (round % 2) std::shuffle(merges.begin(), merges.end(), random);  // orders that no training gives
    const Tokenizer tokenizer = from(merges);
    for (const size_t length : {1, 2, 3, 7, 23, 24, 25, 26, 64, 65, 301}) {
      std::string text;
      while (text.size() < length) text += char('a' + random() % 3);
      std::vector<std::string> symbols;
      for (const char c : text) symbols.emplace_back(1, c);
      std::vector<MergeStep> wanted;
      CHECK(tokens_of(tokenizer, text) == naive_bpe(symbols, merges, wanted));
      const auto trace = tokenizer.merges(text);
      REQUIRE(trace.ok());
      REQUIRE(trace->steps.size() == wanted.size());
      bool same = true;
      for (size_t i = 0; i < wanted.size(); ++i) {
        const MergeStep &got = trace->steps[i], &want = wanted[i];
        same = same && got.piece == 0 && got.position == want.position && got.rank == want.rank &&
               got.left == want.left && got.right == want.right;
      }
      CHECK(same);
    }
  }
}

TEST_CASE("any bytes come back exactly") {
  const Tokenizer tokenizer = from(kHello);
  CHECK(round_trip(tokenizer, "") == "");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += char(byte);
  CHECK(round_trip(tokenizer, all) == all);
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (size_t n = random() % 65; n > 0; --n) text += random() % 3 ? char(random() & 255) : ' ';
    CHECK(round_trip(tokenizer, text) == text);
  }
}

// Were it quadratic it would take hours, and the suite's own limit would end it.
TEST_CASE("a run of a million letters is not quadratic") {
  Merges merges;
  for (std::string a = "a"; a.size() < 64; a += a) merges.push_back({a, a});
  const Tokenizer tokenizer = from(merges);
  const std::string text(1000000, 'a');
  const auto tokens = tokenizer.encode(text);
  const auto trace = tokenizer.merges(text);
  REQUIRE(tokens.ok());
  CHECK(tokens->size() == 1000000 / 64);
  REQUIRE(trace.ok());
  CHECK(trace->steps.size() == 1000000 / 64 * 63);
  CHECK(trace->steps.back().left.size() == 32);
}

TEST_CASE("special tokens count only where asked for") {
  const Tokenizer tokenizer = from(kHello);
  CHECK(tokenizer.size() == 256 + 8 + 1);
  CHECK(tokenizer.end_of_text() == 264);
  CHECK(tokenizer.bytes(264) == "<|endoftext|>");
  CHECK(tokens_of(tokenizer, "l<|endoftext|>hello", true) ==
        std::vector<std::string>{"l", "<|endoftext|>", "hello"});
  const auto plain = tokens_of(tokenizer, "<|endoftext|>");
  CHECK(plain.size() == 13);
  CHECK(tokens_of(tokenizer, "<|endoftext|>  <|endoftext|>", true) ==
        std::vector<std::string>{"<|endoftext|>", " ", " ", "<|endoftext|>"});
  CHECK(round_trip(tokenizer, "<|endoftext|><|endof") == "<|endoftext|><|endof");
}

TEST_CASE("decode names ids that do not exist") {
  const Tokenizer tokenizer = from(kHello);
  for (const TokenId id : {-1, 265, 2147483647}) {
    const std::vector<TokenId> ids = {0, id};
    const auto text = tokenizer.decode(ids);
    REQUIRE(!text.ok());
    CHECK(text.error().message ==
          "token 2 has id " + std::to_string(id) + ", which is not in the vocabulary; wanted 0 to 264");
    CHECK(tokenizer.bytes(id).empty());
  }
  CHECK(*tokenizer.decode({}) == "");
}

TEST_CASE("json_quote") {
  CHECK(json_quote("a\"b\\c\n\t\r\b\f\x01") == R"("a\"b\\c\n\t\r\b\f\u0001")");
  CHECK(json_quote("한🙂") == "\"한🙂\"");
  CHECK(json_quote("\xff"
                   "a\xe2\x82") == "\"\ufffda\ufffd\"");
  CHECK(json_quote(std::string("\0", 1)) == "\"\\u0000\"");
}
