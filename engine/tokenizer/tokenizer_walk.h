// How a text falls apart before symbols are merged: whole tokens, what lies between them in its normal form, and
// the pieces of that.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "tokenizer/normalizer.h"
#include "tokenizer/tokenizer_tables.h"

namespace vitrine {

// A stretch of text between two whole tokens, as the pieces see it: normalised, and after a space where the
// tokenizer puts one.
struct Stretch {
  AlignedText aligned;
  size_t begin, end;  // byte range in the text

  std::string_view text() const { return aligned.text; }
  // Where byte `at` of the stretch is in the text; its length gives the end.
  size_t place(size_t at) const {
    if (at >= aligned.text.size()) return end;
    return begin + (aligned.origin.empty() ? at : aligned.origin[at]);
  }
};

// What is found, in order. `piece` is a byte range of a stretch.
class TextVisitor {
 public:
  virtual Status word(size_t begin, size_t end, uint32_t id) = 0;
  virtual Status piece(const Stretch& stretch, size_t begin, size_t end) = 0;

 protected:
  ~TextVisitor() = default;
};

Status walk_text(const TokenizerTables& tables, std::string_view text, bool special, TextVisitor& visitor);

}  // namespace vitrine
