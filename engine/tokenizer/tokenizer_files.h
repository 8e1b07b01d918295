// From the files that come with a model to the tables the tokenizer works with. The files are untrusted:
// errors name the file, the token or the line, what was found and what was wanted.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "tokenizer/bpe.h"
#include "tokenizer/vocabulary.h"

namespace vitrine {

struct TokenizerTables {
  static constexpr SymbolId kNoSymbol = 0xffffffff;

  Vocabulary vocabulary;
  WordTrie words;                          // added tokens; all tokens where `byte_level` is false
  bool byte_level = true;                  // false: a list of words, with no merges
  bool prefix_space = false;               // a space goes before text that does not begin with one
  std::array<SymbolId, 256> byte_symbols;  // the token of each single byte, or kNoSymbol
  MergeTable merges;
  int32_t end_of_text = -1;
};

Result<TokenizerTables> read_tokenizer_json(std::string_view json);
Result<TokenizerTables> read_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt);
Result<TokenizerTables> read_word_list(std::string_view json);

// GPT-2's vocabularies write each byte as a printable character (its bytes_to_unicode): visible ASCII and
// Latin-1 stand for themselves and the other 68 bytes, in order, for U+0100 and up. False, with `bytes`
// unspecified, where `symbols` has any other character.
bool symbols_to_bytes(std::string_view symbols, std::string& bytes);

// `text` as a JSON string, cut after some 40 bytes: names from untrusted files can be long.
std::string short_quote(std::string_view text);

}  // namespace vitrine
