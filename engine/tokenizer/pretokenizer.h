// GPT-2's split pattern, applied before byte-pair encoding:
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// written out by hand, so that it is linear in the text and needs no regular expressions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokenizer/unicode_categories.gen.h"

namespace vitrine {

// What the pattern sees in a code point; bytes that are not UTF-8 (kInvalidCodePoint) are `other`.
Category category(uint32_t code_point);

// The end of the piece that begins at `begin`, which must be inside `text`. Pieces follow one another
// without gaps, so that they add up to the text.
size_t piece_end(std::string_view text, size_t begin);

}  // namespace vitrine
