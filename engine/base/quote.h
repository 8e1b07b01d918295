// Names from untrusted files, made fit for a one-line message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vitrine {

// `text` in double quotes. Control characters and bytes that are not ASCII become \xNN, so that no name can
// break the line or the terminal; what is longer than `limit` bytes is cut and marked.
inline std::string in_quotes(std::string_view text, size_t limit = 80) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char character : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += character;
    } else if (byte < 0x20 || byte > 0x7e) {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += character;
    }
  }
  return out + (text.size() > limit ? "\"..." : "\"");
}

}  // namespace vitrine
