#include "tokenizer/pretokenizer.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/utf8.h"

namespace vitrine {
namespace {

Category search(uint32_t code_point) {
  const auto* range =
      std::upper_bound(std::begin(kCategoryRanges), std::end(kCategoryRanges), code_point,
                       [](uint32_t point, const CategoryRange& r) { return point < r.first; });
  if (range == std::begin(kCategoryRanges)) return Category::other;
  --range;
  return code_point <= range->last ? range->category : Category::other;
}

std::array<Category, 128> ascii_categories() {
  std::array<Category, 128> table{};
  for (uint32_t point = 0; point < table.size(); ++point) table[point] = search(point);
  return table;
}

struct Symbol {
  Category category;
  size_t end;
};

Symbol symbol_at(std::string_view text, size_t position) {
  const Utf8Symbol symbol = utf8_symbol(text, position);
  return {category(symbol.code_point), position + symbol.length};
}

// The length of 's 't 're 've 'm 'll 'd at the apostrophe at `begin`, or 0.
size_t contraction(std::string_view text, size_t begin) {
  const std::string_view rest = text.substr(begin + 1, 2);
  if (rest == "re" || rest == "ve" || rest == "ll") return 3;
  if (!rest.empty() && (rest[0] == 's' || rest[0] == 't' || rest[0] == 'm' || rest[0] == 'd')) return 2;
  return 0;
}

// \s+(?!\S)|\s+ : all of the white space, but for the last symbol where something follows it, so that a
// space can go with the next word. A lone symbol is a piece all the same.
size_t space_end(std::string_view text, size_t begin) {
  size_t last = begin, end = symbol_at(text, begin).end;
  while (end < text.size()) {
    const Symbol next = symbol_at(text, end);
    if (next.category != Category::space) return last == begin ? end : last;
    last = end;
    end = next.end;
  }
  return end;
}

}  // namespace

Category category(uint32_t code_point) {
  static const std::array<Category, 128> ascii = ascii_categories();
  return code_point < ascii.size() ? ascii[code_point] : search(code_point);
}

size_t piece_end(std::string_view text, size_t begin) {
  if (text[begin] == '\'') {
    if (const size_t length = contraction(text, begin)) return begin + length;
  }
  Symbol symbol = symbol_at(text, begin);
  if (symbol.category == Category::space) {
    if (text[begin] != ' ' || symbol.end == text.size()) return space_end(text, begin);
    const Symbol next = symbol_at(text, symbol.end);
    if (next.category == Category::space) return space_end(text, begin);
    symbol = next;
  }
  const Category run = symbol.category;
  size_t end = symbol.end;
  while (end < text.size()) {
    const Symbol next = symbol_at(text, end);
    if (next.category != run) break;
    end = next.end;
  }
  return end;
}

}  // namespace vitrine
