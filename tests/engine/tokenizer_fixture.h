// Vocabularies for tests, in Hugging Face's files, with all 256 bytes and the merges asked for, and what tests
// of tokenizers ask of them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "samples.h"
#include "tokenizer/tokenizer.h"

namespace vitrine::fixture {

using test::contains;

using Merges = std::vector<std::pair<std::string, std::string>>;  // in byte symbols, lowest rank first

// GPT-2's printable stand-in for a byte, as UTF-8.
inline std::string byte_symbol(int byte) {
  int point = byte;
  const auto visible = [](int b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; };
  if (!visible(byte)) {
    point = 256;
    for (int b = 0; b < byte; ++b) point += !visible(b);
  }
  if (point < 128) return std::string(1, char(point));
  return {char(0xc0 | point >> 6), char(0x80 | (point & 63))};
}

struct Files {
  std::string vocab_json, merges_txt;
};

// Ids: the bytes 0..255, then the results of the merges, then <|endoftext|>.
inline nlohmann::json vocabulary(const Merges& merges) {
  nlohmann::json vocab;
  int id = 0;
  for (int byte = 0; byte < 256; ++byte) vocab[byte_symbol(byte)] = id++;
  for (const auto& [left, right] : merges) {
    if (!vocab.contains(left + right)) vocab[left + right] = id++;
  }
  vocab["<|endoftext|>"] = id;
  return vocab;
}

inline Files files(const Merges& merges) {
  std::string lines = "#version: 0.2\n";
  for (const auto& [left, right] : merges) lines += left + " " + right + "\n";
  return {vocabulary(merges).dump(), lines};
}

inline nlohmann::json tokenizer_json(const Merges& merges) {
  nlohmann::json pairs = nlohmann::json::array();
  for (const auto& [left, right] : merges) pairs.push_back(left + " " + right);
  const nlohmann::json vocab = vocabulary(merges);
  return {
      {"version", "1.0"},
      {"added_tokens", {{{"id", vocab["<|endoftext|>"]}, {"content", "<|endoftext|>"}, {"special", true}}}},
      {"normalizer", nullptr},
      {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
      {"model",
       {{"type", "BPE"}, {"dropout", nullptr}, {"unk_token", nullptr}, {"vocab", vocab}, {"merges", pairs}}}};
}

// "hello world" in few merges; Ġ is the symbol of a space.
inline const Merges kHello = {{"l", "l"}, {"h", "e"}, {"he", "ll"}, {"hell", "o"},
                              {"Ġ", "w"}, {"o", "r"}, {"Ġw", "or"}, {"'", "s"}};

inline Tokenizer from(const Merges& merges) {
  const auto [vocab_json, merges_txt] = files(merges);
  auto tokenizer = Tokenizer::from_vocab_and_merges(vocab_json, merges_txt);
  REQUIRE_MESSAGE(tokenizer.ok(), tokenizer.error().message);
  return std::move(tokenizer).value();
}

inline std::vector<std::string> tokens_of(const Tokenizer& tokenizer, const std::string& text,
                                          bool allow_special = false) {
  const auto tokens = tokenizer.encode(text, {.special = allow_special});
  REQUIRE_MESSAGE(tokens.ok(), tokens.error().message);
  std::vector<std::string> out;
  for (const Token& token : *tokens) out.emplace_back(tokenizer.bytes(token.id));
  return out;
}

inline std::string round_trip(const Tokenizer& tokenizer, const std::string& text) {
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

inline std::string message(const Result<Tokenizer>& result) {
  return result ? std::string("no error") : result.error().message;
}

inline std::vector<TokenId> ids_of(const std::vector<Token>& tokens) {
  std::vector<TokenId> ids;
  for (const Token& token : tokens) ids.push_back(token.id);
  return ids;
}

}  // namespace vitrine::fixture
