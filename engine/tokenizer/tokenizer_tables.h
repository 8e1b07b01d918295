// What a tokenizer works with, made of the files that come with a model.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "tokenizer/bpe.h"
#include "tokenizer/normalizer.h"
#include "tokenizer/vocabulary.h"

namespace vitrine {

// How a text falls into pieces. byte_level: GPT-2's pattern, and pieces of bytes. metaspace: at each space, which goes
// with what follows it, and pieces of characters. words: a list of words, which never merge.
enum class Splitter : uint8_t { byte_level, metaspace, words };

// Where a space is put before text that does not begin with one.
enum class PrefixSpace : uint8_t { never, at_start, always };

// White space around a whole token that goes with it.
struct Strip {
  bool left = false, right = false;
};

struct TokenizerTables {
  static constexpr SymbolId kNoSymbol = 0xffffffff;

  Splitter splitter = Splitter::byte_level;
  Vocabulary vocabulary;
  WordTrie words;                              // tokens looked for in the text as it is written
  WordTrie normal_words;                       // and those looked for in what is left of it, normalised
  std::unordered_map<uint32_t, Strip> strips;  // of tokens in either; {} where there is none
  std::vector<NormalForm> forms;               // applied one after another
  PrefixSpace prefix_space = PrefixSpace::never;
  uint32_t metaspace = 0;                    // metaspace: the code point that is a space
  bool splits_at_spaces = true;              // and whether pieces begin there
  std::array<SymbolId, 256> byte_symbols{};  // byte_level: the token of each byte, or kNoSymbol
  std::unordered_map<uint32_t, SymbolId> character_symbols;  // metaspace: the token of a code point
  SymbolId unknown = kNoSymbol;  // stands for what has no symbol; without it such text is refused
  bool fuses_unknown = false;    // and for a whole run of it
  MergeTable merges;
  std::vector<int32_t> beginning;  // ids before every text
  int32_t document_mark = -1;      // the id that begins a document
  int32_t end_of_text = -1;
};

}  // namespace vitrine
