// Unicode's normal forms (Unicode Standard Annex 15), with the place in the original of every byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrine {

enum class NormalForm : uint8_t { nfc, nfd, nfkc, nfkd };

// A text and where it comes from: byte i of `text` begins at `origin[i]` of the original. What came of several
// characters together belongs, but for its first byte, to their end. `origin` is empty where each byte is its own.
struct AlignedText {
  std::string text;
  std::vector<uint32_t> origin;
};

// `text` in the normal form. Bytes that are not UTF-8 stay as they are.
AlignedText normalize(std::string_view text, NormalForm form);

// `second`, made of `first.text`, as made of the original of `first`. `size` is that original's length.
AlignedText after(const AlignedText& first, AlignedText second, size_t size);

}  // namespace vitrine
