// GPT-2's byte-level BPE (Radford et al. 2019, section 2.2; Sennrich et al. 2016): text is split by a
// pattern, each piece becomes bytes, and neighbouring symbols are merged in the order of their rank.
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
};

struct MergeTrace {
  std::vector<Piece> pieces;
  std::vector<MergeStep> steps;  // in the order they were made, piece by piece
};

struct Token {
  TokenId id;
  size_t begin, end;  // byte range in the encoded text
};

class Tokenizer {
 public:
  // From Hugging Face's files. `tokenizer_json` alone, or `vocab_json` with `merges_txt`. Inputs are
  // untrusted. Errors name the file, the key or the line, and what was wanted.
  static Result<Tokenizer> from_tokenizer_json(std::string_view tokenizer_json);
  static Result<Tokenizer> from_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt);
  // A plain list of strings (a character-level model): longest match first, JSON array or {"string": id}.
  static Result<Tokenizer> from_word_list(std::string_view json);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Any bytes are accepted that the vocabulary can spell, which is all of them for GPT-2; the error of another
  // names the first character that it cannot. `<|endoftext|>` and other special tokens are recognised only where
  // `allow_special`; otherwise they are ordinary text. Ranges follow one another and add up to the text.
  Result<std::vector<Token>> encode(std::string_view text, bool allow_special = false) const;
  Result<MergeTrace> merges(std::string_view text) const;

  // The bytes of one token, exactly (they need not be valid UTF-8). Empty view where no token has `id`.
  std::string_view bytes(TokenId id) const;
  Result<std::string> decode(std::span<const TokenId> ids) const;  // names the offending id
  int size() const;             // highest id + 1; V where no id is left out
  TokenId end_of_text() const;  // -1 where the vocabulary has none

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// `bytes` as a JSON string literal, quotes included; bytes that are not UTF-8 become U+FFFD.
std::string json_quote(std::string_view bytes);

}  // namespace vitrine
