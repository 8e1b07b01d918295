#include "tokenizer.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "bpe.h"
#include "pretokenizer.h"
#include "tokenizer_fixture.h"
#include "utf8.h"

using namespace vitrine;
using fixture::Merges;

namespace {

// "hello world" in few merges; Ġ is the symbol of a space.
const Merges kHello = {{"l", "l"}, {"h", "e"}, {"he", "ll"}, {"hell", "o"}, {"Ġ", "w"}, {"o", "r"}, {"Ġw", "or"}, {"'", "s"}};

Tokenizer from(const Merges& merges) {
  const fixture::Files files = fixture::files(merges);
  auto tokenizer = Tokenizer::from_vocab_and_merges(files.vocab_json, files.merges_txt);
  REQUIRE_MESSAGE(tokenizer.ok(), tokenizer.error().message);
  return std::move(tokenizer).value();
}

std::vector<std::string> tokens_of(const Tokenizer& tokenizer, const std::string& text, bool allow_special = false) {
  const auto tokens = tokenizer.encode(text, allow_special);
  REQUIRE_MESSAGE(tokens.ok(), tokens.error().message);
  std::vector<std::string> out;
  for (const Token& token : *tokens) out.emplace_back(tokenizer.bytes(token.id));
  return out;
}

std::string round_trip(const Tokenizer& tokenizer, const std::string& text) {
  const auto tokens = tokenizer.encode(text);
  REQUIRE(tokens.ok());
  std::vector<TokenId> ids;
  size_t end = 0;
  for (const Token& token : *tokens) {
    CHECK(token.begin == end);
    CHECK(text.substr(token.begin, token.end - token.begin) == tokenizer.bytes(token.id));
    ids.push_back(token.id);
    end = token.end;
  }
  CHECK(end == text.size());
  const auto decoded = tokenizer.decode(ids);
  REQUIRE(decoded.ok());
  return *decoded;
}

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
  static const std::regex pattern(R"('s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+)");
  std::vector<std::string> pieces;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) pieces.push_back(match->str());
  return pieces;
}

// Sennrich's algorithm over strings: look at all neighbours again after each merge.
std::vector<std::string> naive_bpe(std::vector<std::string> symbols, const Merges& merges, std::vector<MergeStep>& steps) {
  for (;;) {
    size_t best_rank = merges.size(), best = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto rank = size_t(std::find(merges.begin(), merges.end(), std::make_pair(symbols[i], symbols[i + 1])) - merges.begin());
      if (rank < best_rank) best_rank = rank, best = i;
    }
    if (best_rank == merges.size()) return symbols;
    steps.push_back({0, int(best), int(best_rank), symbols[best], symbols[best + 1]});
    symbols[best] += symbols[best + 1];
    symbols.erase(symbols.begin() + std::ptrdiff_t(best) + 1);
  }
}

std::string message(const Result<Tokenizer>& result) { return result ? std::string("no error") : result.error().message; }

std::string error_of(const std::string& vocab, const std::string& merges) { return message(Tokenizer::from_vocab_and_merges(vocab, merges)); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

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
    steps.push_back(std::to_string(step.piece) + ":" + std::to_string(step.position) + ":" + std::to_string(step.rank) + " " + step.left + "+" + step.right);
  }
  CHECK(steps == std::vector<std::string>{"0:2:0 l+l", "0:0:1 h+e", "0:0:2 he+ll", "0:0:3 hell+o", "1:0:4  +w", "1:1:5 o+r", "1:0:6  w+or", "2:0:7 '+s"});
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

TEST_CASE("splitting beyond ASCII") {
  using Pieces = std::vector<std::string>;
  CHECK(pieces_of("été 안녕하세요 ½٣!") == Pieces{"été", " 안녕하세요", " ½٣", "!"});
  CHECK(pieces_of("a\u00a0b") == Pieces{"a", "\u00a0", "b"});                // white space, but not the pattern's blank
  CHECK(pieces_of("a\u00a0 b") == Pieces{"a", "\u00a0", " b"});
  CHECK(pieces_of("\ufeffx") == Pieces{"\ufeff", "x"});                      // white space to JavaScript
  CHECK(pieces_of("\u0085x\u0301") == Pieces{"\u0085", "x", "\u0301"});      // not white space; a mark is no letter
  CHECK(pieces_of("👩‍👧 🙂🙂") == Pieces{"👩‍👧", " 🙂🙂"});
  CHECK(pieces_of("x\xff\xfe y") == Pieces{"x", "\xff\xfe", " y"});          // bytes that are not UTF-8
  CHECK(pieces_of("\xe2\x82") == Pieces{"\xe2\x82"});
  CHECK(pieces_of("ab \xf0\x9f") == Pieces{"ab", " \xf0\x9f"});
}

TEST_CASE("strict UTF-8: lengths and code points") {
  const auto symbol = [](const char* bytes) { return utf8_symbol(bytes, 0); };
  CHECK(symbol("\u00e9").code_point == 0xe9);
  CHECK(symbol("\ud55c").code_point == 0xd55c);
  CHECK(symbol("\U0001f642").code_point == 0x1f642);
  CHECK(symbol("\U0010ffff").length == 4);
  for (const char* bad : {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80", "\x80", "\xff"}) {
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
      const std::pair<std::string, std::string> merge{known[random() % known.size()], known[random() % known.size()]};
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
        same = same && got.piece == 0 && got.position == want.position && got.rank == want.rank && got.left == want.left && got.right == want.right;
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

TEST_CASE("a run of a million letters is not quadratic") {
  Merges merges;
  for (std::string a = "a"; a.size() < 64; a += a) merges.push_back({a, a});
  const Tokenizer tokenizer = from(merges);
  const std::string text(1000000, 'a');
  const auto start = std::chrono::steady_clock::now();
  const auto tokens = tokenizer.encode(text);
  const auto trace = tokenizer.merges(text);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  REQUIRE(tokens.ok());
  CHECK(tokens->size() == 1000000 / 64);
  REQUIRE(trace.ok());
  CHECK(trace->steps.size() == 1000000 / 64 * 63);
  CHECK(trace->steps.back().left.size() == 32);
  CHECK(seconds < 30.0);  // a quadratic one needs hours; sanitizers on a busy machine some seconds
}

TEST_CASE("special tokens count only where asked for") {
  const Tokenizer tokenizer = from(kHello);
  CHECK(tokenizer.size() == 256 + 8 + 1);
  CHECK(tokenizer.end_of_text() == 264);
  CHECK(tokenizer.bytes(264) == "<|endoftext|>");
  CHECK(tokens_of(tokenizer, "l<|endoftext|>hello", true) == std::vector<std::string>{"l", "<|endoftext|>", "hello"});
  const auto plain = tokens_of(tokenizer, "<|endoftext|>");
  CHECK(plain.size() == 13);
  CHECK(tokens_of(tokenizer, "<|endoftext|>  <|endoftext|>", true) == std::vector<std::string>{"<|endoftext|>", " ", " ", "<|endoftext|>"});
  CHECK(round_trip(tokenizer, "<|endoftext|><|endof") == "<|endoftext|><|endof");
}

TEST_CASE("decode names ids that do not exist") {
  const Tokenizer tokenizer = from(kHello);
  for (const TokenId id : {-1, 265, 2147483647}) {
    const std::vector<TokenId> ids = {0, id};
    const auto text = tokenizer.decode(ids);
    REQUIRE(!text.ok());
    CHECK(text.error().message == "token 2 has id " + std::to_string(id) + ", which is not in the vocabulary; wanted 0 to 264");
    CHECK(tokenizer.bytes(id).empty());
  }
  CHECK(*tokenizer.decode({}) == "");
}

TEST_CASE("tokenizer.json gives what vocab.json and merges.txt give") {
  const Tokenizer files = from(kHello);
  nlohmann::json root = fixture::tokenizer_json(kHello);
  for (const bool as_pairs : {false, true}) {
    if (as_pairs) {
      root["model"]["merges"] = nlohmann::json::array();
      for (const auto& [left, right] : kHello) root["model"]["merges"].push_back({left, right});
    }
    const auto json = Tokenizer::from_tokenizer_json(root.dump());
    REQUIRE_MESSAGE(json.ok(), json.error().message);
    CHECK(json->size() == files.size());
    CHECK(json->end_of_text() == files.end_of_text());
    for (const std::string text : {"hello world's", "a  b\xff", "<|endoftext|>"}) {
      CHECK(tokens_of(*json, text) == tokens_of(files, text));
      CHECK(tokens_of(*json, text, true) == tokens_of(files, text, true));
    }
  }
}

TEST_CASE("tokenizer.json: added tokens and the space before a text") {
  nlohmann::json root = fixture::tokenizer_json(kHello);
  root["added_tokens"].push_back({{"id", 300}, {"content", "[한 글]"}, {"special", false}});
  root["added_tokens"].push_back({{"id", 301}, {"content", "[한"}, {"special", true}});
  root["pre_tokenizer"]["add_prefix_space"] = true;
  const auto tokenizer = Tokenizer::from_tokenizer_json(root.dump());
  REQUIRE_MESSAGE(tokenizer.ok(), tokenizer.error().message);
  CHECK(tokenizer->size() == 302);
  CHECK(tokenizer->bytes(290).empty());
  CHECK(tokens_of(*tokenizer, "world") == std::vector<std::string>{" wor", "l", "d"});
  const auto tokens = tokenizer->encode("world");
  CHECK((*tokens)[0].begin == 0);
  CHECK((*tokens)[0].end == 3);
  CHECK((*tokens)[2].end == 5);
  CHECK(tokens_of(*tokenizer, "[한 글][한", true) == std::vector<std::string>{"[한 글]", "[한"});
  CHECK(tokens_of(*tokenizer, "l[한 글]")[2] == "[한 글]");
  const std::vector<TokenId> unused = {290};
  CHECK(!tokenizer->decode(unused).ok());
}

TEST_CASE("a list of words: longest match, and errors that name the character") {
  const auto array = Tokenizer::from_word_list(R"(["a", "b", "ab", "한", "\n", " "])");
  REQUIRE(array.ok());
  CHECK(array->size() == 6);
  CHECK(array->end_of_text() == -1);
  CHECK(tokens_of(*array, "aab한\nba") == std::vector<std::string>{"a", "ab", "한", "\n", "b", "a"});
  CHECK(round_trip(*array, "ab ba한") == "ab ba한");
  const auto object = Tokenizer::from_word_list(R"({"a": 2, "b": 0})");
  REQUIRE(object.ok());
  CHECK(object->bytes(2) == "a");
  CHECK(object->size() == 3);
  const auto unknown = array->encode("한aé");
  REQUIRE(!unknown.ok());
  CHECK(unknown.error().message == "character 3 of the text, \"é\" (U+00E9), is not in this model's vocabulary of 6 tokens; remove or replace it");
  CHECK(contains(array->encode("a\xff").error().message, "character 2 of the text, \"\ufffd\" (a byte that is not UTF-8)"));
  CHECK(contains(array->merges("x").error().message, "(U+0078)"));
  const auto trace = array->merges("abb");
  REQUIRE(trace.ok());
  CHECK(trace->pieces.size() == 2);
  CHECK(trace->steps.empty());
}

TEST_CASE("a vocabulary without some byte refuses the text that needs it, by character") {
  nlohmann::json vocab = fixture::vocabulary({});
  vocab.erase(fixture::byte_symbol(0xa9));
  const auto tokenizer = Tokenizer::from_vocab_and_merges(vocab.dump(), "");
  REQUIRE(tokenizer.ok());
  CHECK(tokenizer->encode("è").ok());
  CHECK(contains(tokenizer->encode("aé").error().message, "character 2 of the text, \"é\" (U+00E9)"));
}

TEST_CASE("broken word lists are refused by name") {
  const auto error = [](const std::string& json) { return message(Tokenizer::from_word_list(json)); };
  CHECK(contains(error(""), "word list: 0 bytes that are not JSON"));
  CHECK(contains(error("[]"), "got an empty one"));
  CHECK(contains(error("3"), "wanted an array of strings"));
  CHECK(contains(error(R"(["a", 1])"), "entry 1 is number, wanted a string"));
  CHECK(contains(error(R"(["a", ""])"), "id 1 is the empty string"));
  CHECK(contains(error(R"(["a", "a"])"), "\"a\" is there twice"));
  CHECK(contains(error(R"({"a": 1, "b": 1})"), "ids must be unique"));
  CHECK(contains(error(R"({"a": -1})"), "the id of \"a\" is -1, wanted a whole number from 0 to 65536"));
  CHECK(contains(error(R"({"a": 70000})"), "is 70000"));
}

TEST_CASE("broken vocab.json and merges.txt are refused by name") {
  const std::string vocab = fixture::vocabulary({{"a", "b"}}).dump();
  CHECK(contains(error_of("{", ""), "vocab.json: 1 bytes that are not JSON"));
  CHECK(contains(error_of("[1]", ""), "vocab.json: wanted an object of tokens and their ids, got array"));
  CHECK(contains(error_of("{}", ""), "got an empty object"));
  CHECK(contains(error_of(R"({"a": 0, "b": 0})", ""), "vocab.json: id 0 belongs to \"b\" and to another token"));
  CHECK(contains(error_of(R"({"a": 1.5})", ""), "the id of \"a\" is 1.5"));
  CHECK(contains(error_of(R"({"a": 18446744073709551615})", ""), "is 18446744073709551615"));
  CHECK(contains(error_of(R"({"a": "0"})", ""), "is string"));
  CHECK(contains(error_of(R"({"a": [[[0]]]})", ""), "is array"));
  CHECK(contains(error_of(vocab, "#version: 0.2\na b\nab c\n"), "merges.txt: line 3 merges \"ab\" and \"c\", but \"abc\" is not in the vocabulary"));
  CHECK(contains(error_of(vocab, "a b\na b\n"), "line 2 merges \"a\" and \"b\" a second time"));
  CHECK(contains(error_of(vocab, "xyz b\n"), "but \"xyz\" is not in the vocabulary"));
  for (const char* line : {"ab", " ab", "ab ", "a b c", "a  b"}) CHECK(contains(error_of(vocab, line), "wanted two symbols with one space between them"));
  CHECK(contains(error_of(vocab, "a\xff b\n"), "\"a\ufffd\""));
  CHECK(error_of(vocab, std::string(100000, 'x')).size() < 200);
  CHECK(error_of(vocab, "#version: 0.2\r\na b\r\n\r\n") == "no error");
  CHECK(error_of(vocab, "") == "no error");
}

TEST_CASE("other kinds of tokenizer.json are refused by name") {
  const auto error = [](const char* path, const nlohmann::json& value) {
    nlohmann::json root = fixture::tokenizer_json(kHello);
    root[nlohmann::json::json_pointer(path)] = value;
    return message(Tokenizer::from_tokenizer_json(root.dump()));
  };
  CHECK(error("/version", "1.0") == "no error");
  CHECK(contains(error("/model/type", "Unigram"), "tokenizer.json: model.type is \"Unigram\", wanted \"BPE\""));
  CHECK(contains(error("/pre_tokenizer", {{"type", "Metaspace"}}), "pre_tokenizer is \"Metaspace\", wanted \"ByteLevel\""));
  CHECK(contains(error("/pre_tokenizer", nullptr), "pre_tokenizer is nothing"));
  CHECK(contains(error("/pre_tokenizer/use_regex", false), "use_regex is off"));
  CHECK(error("/pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {{{"type", "ByteLevel"}}}}}) == "no error");
  CHECK(contains(error("/pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {{{"type", "Split"}}, {{"type", "ByteLevel"}}}}}), "is \"Sequence\""));
  CHECK(contains(error("/normalizer", {{"type", "NFC"}}), "normalizer is \"NFC\", wanted none"));
  CHECK(contains(error("/model/dropout", 0.1), "model.dropout is set"));
  CHECK(contains(error("/model/end_of_word_suffix", "</w>"), "model.end_of_word_suffix is set"));
  CHECK(error("/model/end_of_word_suffix", "") == "no error");
  CHECK(contains(error("/model/vocab", nlohmann::json::array()), "tokenizer.json: model.vocab: wanted an object"));
  CHECK(contains(error("/model/merges", "a b"), "model.merges is string, wanted an array"));
  CHECK(contains(error("/model/merges/0", 3), "merge 0 is number"));
  CHECK(contains(error("/model/merges/1", "h\xc3\xa9"), "merge 1 is \"hé\""));
  CHECK(contains(error("/added_tokens/0/id", 3), "\"<|endoftext|>\" has id 3, but model.vocab gives it 264"));
  CHECK(contains(error("/added_tokens/0", {{"id", 5}, {"content", "new"}}), "gives that id to another token"));
  CHECK(contains(error("/added_tokens/0", {{"content", "new"}}), "without id or content"));
  CHECK(contains(error("/added_tokens/1", {{"id", 264}, {"content", "<|endoftext|>"}}), "lists \"<|endoftext|>\" twice"));
  CHECK(contains(error("/added_tokens", 1), "added_tokens is number"));
  for (const char* text : {"", "[]", "{}", "null", R"({"model": 1})", R"({"model": {"type": 5}})"}) {
    CHECK(!Tokenizer::from_tokenizer_json(text).ok());
  }
  const std::string deep = R"({"model": )" + std::string(100000, '[') + std::string(100000, ']') + "}";
  CHECK(contains(message(Tokenizer::from_tokenizer_json(deep)), "has no model"));
}

TEST_CASE("json_quote") {
  CHECK(json_quote("a\"b\\c\n\t\r\b\f\x01") == R"("a\"b\\c\n\t\r\b\f\u0001")");
  CHECK(json_quote("한🙂") == "\"한🙂\"");
  CHECK(json_quote("\xff" "a\xe2\x82") == "\"\ufffda\ufffd\"");
  CHECK(json_quote(std::string("\0", 1)) == "\"\\u0000\"");
}
