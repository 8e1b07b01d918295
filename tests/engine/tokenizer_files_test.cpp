// Tokenizer files: the three kinds, and what is refused.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tokenizer/tokenizer.h"
#include "tokenizer_fixture.h"

using namespace vitrine;
using namespace vitrine::fixture;

namespace {

std::string error_of(const std::string& vocab, const std::string& merges) {
  return message(Tokenizer::from_vocab_and_merges(vocab, merges));
}

}  // namespace

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
  CHECK(unknown.error().message ==
        "character 3 of the text, \"é\" (U+00E9), is not in this model's vocabulary of 6 tokens; remove or "
        "replace it");
  CHECK(contains(array->encode("a\xff").error().message,
                 "character 2 of the text, \"\ufffd\" (a byte that is not UTF-8)"));
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
  CHECK(contains(error_of(R"({"a": 0, "b": 0})", ""),
                 "vocab.json: id 0 belongs to \"b\" and to another token"));
  CHECK(contains(error_of(R"({"a": 1.5})", ""), "the id of \"a\" is 1.5"));
  CHECK(contains(error_of(R"({"a": 18446744073709551615})", ""), "is 18446744073709551615"));
  CHECK(contains(error_of(R"({"a": "0"})", ""), "is string"));
  CHECK(contains(error_of(R"({"a": [[[0]]]})", ""), "is array"));
  CHECK(contains(error_of(vocab, "#version: 0.2\na b\nab c\n"),
                 "merges.txt: line 3 merges \"ab\" and \"c\", but \"abc\" is not in the vocabulary"));
  CHECK(contains(error_of(vocab, "a b\na b\n"), "line 2 merges \"a\" and \"b\" a second time"));
  CHECK(contains(error_of(vocab, "xyz b\n"), "but \"xyz\" is not in the vocabulary"));
  for (const char* line : {"ab", " ab", "ab ", "a b c", "a  b"})
    CHECK(contains(error_of(vocab, line), "wanted two symbols with one space between them"));
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
  CHECK(
      contains(error("/model/type", "Unigram"), "tokenizer.json: model.type is \"Unigram\", wanted \"BPE\""));
  CHECK(contains(error("/pre_tokenizer", {{"type", "Metaspace"}}), "pre_tokenizer.replacement is missing"));
  CHECK(contains(error("/pre_tokenizer", {{"type", "Digits"}}),
                 "pre_tokenizer is \"Digits\", wanted \"ByteLevel\" or \"Metaspace\""));
  CHECK(contains(error("/pre_tokenizer", nullptr), "pre_tokenizer is nothing"));
  CHECK(contains(error("/pre_tokenizer/use_regex", false), "use_regex is off"));
  CHECK(error("/pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {{{"type", "ByteLevel"}}}}}) ==
        "no error");
  CHECK(contains(error("/pre_tokenizer", {{"type", "Sequence"},
                                          {"pretokenizers", {{{"type", "Split"}}, {{"type", "ByteLevel"}}}}}),
                 "is \"Sequence\""));
  CHECK(contains(error("/normalizer", {{"type", "Lowercase"}}), "normalizer is \"Lowercase\", wanted NFC"));
  CHECK(contains(error("/model/dropout", 0.1), "model.dropout is set"));
  CHECK(error("/model/dropout", 0.0) == "no error");
  CHECK(error("/model/dropout", 0) == "no error");
  CHECK(error("/model/ignore_merges", false) == "no error");
  CHECK(contains(error("/model/ignore_merges", true), "model.ignore_merges is set"));
  CHECK(contains(error("/model/byte_fallback", true), "model.byte_fallback is set"));
  CHECK(contains(error("/decoder", {{"type", "WordPiece"}}), "decoder is \"WordPiece\""));
  CHECK(contains(error("/added_tokens/0/single_word", true), "\"<|endoftext|>\" has single_word"));
  CHECK(contains(error("/model/end_of_word_suffix", "</w>"), "model.end_of_word_suffix is set"));
  CHECK(error("/model/end_of_word_suffix", "") == "no error");
  CHECK(contains(error("/model/vocab", nlohmann::json::array()),
                 "tokenizer.json: model.vocab: wanted an object"));
  CHECK(contains(error("/model/merges", "a b"), "model.merges is string, wanted an array"));
  CHECK(contains(error("/model/merges/0", 3), "merge 0 is number"));
  CHECK(contains(error("/model/merges/1", "h\xc3\xa9"), "merge 1 is \"hé\""));
  CHECK(contains(error("/added_tokens/0/id", 3), "\"<|endoftext|>\" has id 3, but model.vocab gives it 264"));
  CHECK(
      contains(error("/added_tokens/0", {{"id", 5}, {"content", "new"}}), "gives that id to another token"));
  CHECK(contains(error("/added_tokens/0", {{"content", "new"}}), "without id or content"));
  CHECK(contains(error("/added_tokens/1", {{"id", 264}, {"content", "<|endoftext|>"}}),
                 "lists \"<|endoftext|>\" twice"));
  CHECK(contains(error("/added_tokens", 1), "added_tokens is number"));
  for (const char* text : {"", "[]", "{}", "null", R"({"model": 1})", R"({"model": {"type": 5}})"}) {
    CHECK(!Tokenizer::from_tokenizer_json(text).ok());
  }
  const std::string deep = R"({"model": )" + std::string(100000, '[') + std::string(100000, ']') + "}";
  CHECK(contains(message(Tokenizer::from_tokenizer_json(deep)), "has no model"));
}
