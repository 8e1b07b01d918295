// GPT-2's byte-level BPE (Radford et al. 2019, section 2.2; Sennrich et al. 2016): text is split by a
// pattern, each piece becomes bytes, and neighbouring symbols are merged in the order of their rank. Also read are
// the metaspace BPE of Korean GPT-2s, whose pieces are words and whose first symbols are characters, and lists of words.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace vitrine {

using TokenId = int32_t;

// One merge made while a piece was encoded: symbols `left` and `right` (bytes) became one.
struct MergeStep {
  int piece;                // index of the piece of the text, from 0
  int position;             // index of the left symbol inside the piece before the merge
  int rank;                 // rank of the merge; lower goes first
  std::string left, right;  // raw bytes
};

struct Piece {
  size_t begin, end;  // byte range in the text
  std::vector<std::string>
      symbols;               // what merging begins with; the token itself where it is looked for whole
  std::vector<TokenId> ids;  // what it becomes
};

struct MergeTrace {
  std::vector<Piece> pieces;
  std::vector<MergeStep> steps;  // in the order they were made, piece by piece
};

struct Token {
  TokenId id;
  size_t begin, end;  // byte range in the encoded text
};

// How a text is read.
struct Reading {
  bool special = false;  // special tokens such as <|endoftext|> are recognised where they are written out
  bool mark = false;     // the document mark goes first, unless the tokenizer itself puts something there
};

// A file by its name in the model's folder.
struct TokenizerFile {
  std::string_view name, bytes;
};

// The files of a folder that a tokenizer is made of.
inline constexpr std::string_view kTokenizerFiles[] = {
    "tokenizer.json",          "vocab.json",           "merges.txt", "added_tokens.json", "vocab.txt",
    "special_tokens_map.json", "tokenizer_config.json"};

class Tokenizer {
 public:
  // From the files of a model's folder, of which those above are looked at: tokenizer.json, else vocab.json with
  // merges.txt, else vocab.json alone (a list of words), and what the others say of special tokens and settings.
  // This is the one place that decides which. Inputs are untrusted: errors name the file, the key or the line, and
  // what was wanted. Where no file makes a tokenizer the error is `tokenizer_none` and says what was looked for.
  static Result<Tokenizer> from_files(std::span<const TokenizerFile> files);
  static Result<Tokenizer> from_tokenizer_json(std::string_view tokenizer_json);
  static Result<Tokenizer> from_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt);
  // A plain list of strings (a character-level model): longest match first, JSON array or {"string": id}.
  static Result<Tokenizer> from_word_list(std::string_view json);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Any bytes are accepted that the vocabulary can spell, which is all of them for GPT-2; the error of another
  // names the first character that it cannot. Special tokens are ordinary text unless the reading says otherwise;
  // further added tokens are recognised always. Ranges follow one another and add up to the text: what the tokenizer
  // puts before it has none of it.
  Result<std::vector<Token>> encode(std::string_view text, Reading reading = {}) const;
  Result<MergeTrace> merges(std::string_view text, Reading reading = {}) const;

  // The bytes of one token, exactly (they need not be valid UTF-8). Empty view where no token has `id`.
  std::string_view bytes(TokenId id) const;
  Result<std::string> decode(std::span<const TokenId> ids) const;  // names the offending id
  int size() const;                    // highest id + 1; V where no id is left out
  TokenId end_of_text() const;         // -1 where the vocabulary has none
  TokenId document_mark() const;       // what begins a document, -1 where the files name none
  void set_document_mark(TokenId id);  // an id that no token has changes nothing

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// `bytes` as a JSON string literal, quotes included; bytes that are not UTF-8 become U+FFFD.
std::string json_quote(std::string_view bytes);

}  // namespace vitrine
