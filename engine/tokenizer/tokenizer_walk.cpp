#include "tokenizer/tokenizer_walk.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "tokenizer/pretokenizer.h"

namespace vitrine {
namespace {

// Indices of symbols are 32 bits, and no prompt is near this.
constexpr size_t kLongestText = size_t{1} << 30;

bool is_space(std::string_view text, size_t at) {
  return category(utf8_symbol(text, at).code_point) == Category::space;
}

// Where the white space before `end` begins, not before `first`.
size_t space_before(std::string_view text, size_t first, size_t end) {
  size_t begin = end;
  while (begin > first) {
    size_t at = begin - 1;
    while (at > first && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) --at;
    if (at + utf8_symbol(text, at).length != begin || !is_space(text, at)) break;
    begin = at;
  }
  return begin;
}

size_t space_after(std::string_view text, size_t begin) {
  while (begin < text.size() && is_space(text, begin)) begin += utf8_symbol(text, begin).length;
  return begin;
}

// Calls word(begin, end, id) for each whole token of `words` in the text and between(begin, end) for what is left.
template <class Word, class Between>
Status split_words(const WordTrie& words, const TokenizerTables& tables, std::string_view text, bool special,
                   Word word, Between between) {
  size_t begin = 0, at = 0;
  while (!words.empty(special) && at < text.size()) {
    const WordTrie::Match match = words.longest(text, at, special);
    if (match.length == 0) {
      ++at;
      continue;
    }
    size_t first = at, last = at + match.length;
    if (const auto strip = tables.strips.find(match.id); strip != tables.strips.end()) {
      if (strip->second.left) first = space_before(text, begin, first);
      if (strip->second.right) last = space_after(text, last);
    }
    if (first > begin) VITRINE_TRY(between(begin, first));
    VITRINE_TRY(word(first, last, match.id));
    begin = at = last;
  }
  return begin < text.size() ? between(begin, text.size()) : success();
}

AlignedText normal_form(const TokenizerTables& tables, std::string_view text) {
  AlignedText aligned{std::string(text), {}};
  for (const NormalForm form : tables.forms)
    aligned = after(aligned, normalize(aligned.text, form), text.size());
  return aligned;
}

// A part of an aligned text, which begins at `offset` of the whole text and whose end is at `end` of it.
Stretch cut(const AlignedText& aligned, size_t begin, size_t end, size_t offset, size_t all) {
  const auto place = [&](size_t at) {
    if (at >= aligned.text.size()) return all;
    return offset + (aligned.origin.empty() ? at : aligned.origin[at]);
  };
  Stretch stretch{{aligned.text.substr(begin, end - begin), {}}, place(begin), place(end)};
  if (!aligned.origin.empty()) {
    const auto first = static_cast<uint32_t>(stretch.begin - offset);
    stretch.aligned.origin.assign(aligned.origin.begin() + std::ptrdiff_t(begin),
                                  aligned.origin.begin() + std::ptrdiff_t(end));
    for (uint32_t& origin : stretch.aligned.origin) origin -= first;
  }
  return stretch;
}

void put_space_first(Stretch& stretch) {
  AlignedText& aligned = stretch.aligned;
  if (aligned.origin.empty()) {
    for (size_t i = 0; i < aligned.text.size(); ++i) aligned.origin.push_back(static_cast<uint32_t>(i));
  }
  aligned.text.insert(aligned.text.begin(), ' ');
  aligned.origin.insert(aligned.origin.begin(), 0);
}

// In a vocabulary with a metaspace the text may hold it too, which is then the same as a space.
bool is_metaspace(const TokenizerTables& tables, std::string_view text, size_t at) {
  if (text[at] == ' ') return true;
  const Utf8Symbol symbol = utf8_symbol(text, at);
  return symbol.code_point == tables.metaspace;
}

size_t word_end(const TokenizerTables& tables, std::string_view text, size_t begin) {
  if (!tables.splits_at_spaces) return text.size();
  size_t end = begin + utf8_symbol(text, begin).length;
  while (end < text.size() && !is_metaspace(tables, text, end)) end += utf8_symbol(text, end).length;
  return end;
}

Status visit_pieces(const TokenizerTables& tables, Stretch& stretch, TextVisitor& visitor) {
  const bool metaspace = tables.splitter == Splitter::metaspace;
  const bool has_space = metaspace ? is_metaspace(tables, stretch.text(), 0) : stretch.text()[0] == ' ';
  const bool wants_space = tables.prefix_space == PrefixSpace::always ||
                           (tables.prefix_space == PrefixSpace::at_start && stretch.begin == 0);
  if (wants_space && !has_space) put_space_first(stretch);
  for (size_t at = 0; at < stretch.text().size();) {
    const size_t next = metaspace ? word_end(tables, stretch.text(), at) : piece_end(stretch.text(), at);
    VITRINE_TRY(visitor.piece(stretch, at, next));
    at = next;
  }
  return success();
}

}  // namespace

Status walk_text(const TokenizerTables& tables, std::string_view text, bool special, TextVisitor& visitor) {
  if (text.size() > kLongestText) {
    return Error{ErrorCode::text_too_long,
                 "the text has " + std::to_string(text.size()) + " bytes, wanted at most " +
                     std::to_string(kLongestText),
                 {{"got", text.size()}, {"most", kLongestText}}};
  }
  const auto word = [&](size_t begin, size_t end, uint32_t id) { return visitor.word(begin, end, id); };
  const auto between = [&](size_t begin, size_t end) -> Status {
    const AlignedText aligned = normal_form(tables, text.substr(begin, end - begin));
    const Stretch whole = cut(aligned, 0, aligned.text.size(), begin, end);
    return split_words(
        tables.normal_words, tables, aligned.text, special,
        [&](size_t first, size_t last, uint32_t id) {
          return visitor.word(whole.place(first), whole.place(last), id);
        },
        [&](size_t first, size_t last) -> Status {
          Stretch stretch = cut(aligned, first, last, begin, end);
          return visit_pieces(tables, stretch, visitor);
        });
  };
  return split_words(tables.words, tables, text, special, word, between);
}

}  // namespace vitrine
