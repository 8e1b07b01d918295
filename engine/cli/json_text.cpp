#include "cli/json_text.h"

#include <charconv>
#include <cmath>

namespace vitrine::cli {

std::string number_text(double value) {
  char text[64];
  const auto [end, status] = std::to_chars(text, text + sizeof text, value);
  return status == std::errc() ? std::string(text, end) : "nan";
}

JsonText& JsonText::number(double value) { return raw(std::isfinite(value) ? number_text(value) : "null"); }

}  // namespace vitrine::cli
