// Reading UTF-8 that may be anything: strict (no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vitrine {

inline constexpr uint32_t kInvalidCodePoint = 0xffffffff;

struct Utf8Symbol {
  uint32_t code_point;  // kInvalidCodePoint where the bytes are not UTF-8
  size_t length;  // bytes taken, at least 1; an invalid symbol takes what a decoder replaces by one U+FFFD
};

// The symbol at `position`, which must be inside `bytes`.
inline Utf8Symbol utf8_symbol(std::string_view bytes, size_t position) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[position + i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xc2 || lead > 0xf4) return {kInvalidCodePoint, 1};
  const size_t wanted = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // Unicode, table 3-7: only the first continuation byte has limits of its own.
  uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  uint32_t point = lead & (0xffu >> (wanted + 1));
  for (size_t i = 1; i < wanted; ++i) {
    if (position + i >= bytes.size() || byte(i) < low || byte(i) > high) return {kInvalidCodePoint, i};
    point = point << 6 | (byte(i) & 0x3fu);
    low = 0x80;
    high = 0xbf;
  }
  return {point, wanted};
}

// Appends the UTF-8 of `point`, a code point that is not a surrogate.
template <class String>
void append_utf8(String& out, uint32_t point) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(static_cast<uint8_t>(byte))); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

}  // namespace vitrine
