#include "tokenizer/normalizer.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/utf8.h"
#include "tokenizer/unicode_normalization.gen.h"
#include "tokenizer/word_map.h"

namespace vitrine {
namespace {

// Hangul syllables are made of a leading consonant, a vowel and perhaps a trailing consonant, by arithmetic.
constexpr uint32_t kSyllables = 0xac00, kLeading = 0x1100, kVowels = 0x1161, kTrailing = 0x11a7;
constexpr uint32_t kLeadingCount = 19, kVowelCount = 21, kTrailingCount = 28;
constexpr uint32_t kSyllableCount = kLeadingCount * kVowelCount * kTrailingCount;
constexpr uint32_t kFirstPoint = 0x80;  // below it every form is the text itself

// Reads the numbers of the generated tables.
class Numbers {
 public:
  explicit Numbers(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  uint32_t next() {
    uint32_t number = 0;
    for (int shift = 0;; shift += 7) {
      const uint8_t byte = bytes_[at_++];
      number |= uint32_t{byte & 127u} << shift;
      if (byte < 128) return number;
    }
  }
  int64_t next_signed() {
    const uint32_t number = next();
    return number & 1 ? -(int64_t{number} + 1) / 2 : int64_t{number} / 2;
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

using Points = std::vector<uint32_t>;

struct Decomposition {
  uint32_t point, begin, length;
  bool composes;
};

struct DecompositionTable {
  std::vector<Decomposition> rows;  // ascending
  Points pool;

  explicit DecompositionTable(std::span<const uint8_t> bytes) {
    Numbers numbers(bytes);
    rows.resize(numbers.next());
    uint32_t point = 0, begin = 0;
    for (Decomposition& row : rows) {
      point += numbers.next();
      const uint32_t length = numbers.next();
      row = {point, begin, length / 2, length % 2 == 1};
      begin += row.length;
    }
    int64_t first = 0;
    for (const Decomposition& row : rows) {
      int64_t part = first;
      for (uint32_t i = 0; i < row.length; ++i) {
        part += numbers.next_signed();
        if (i == 0) first = part;
        pool.push_back(static_cast<uint32_t>(part));
      }
    }
  }

  std::span<const uint32_t> find(uint32_t point) const {
    const auto row = std::lower_bound(rows.begin(), rows.end(), point,
                                      [](const Decomposition& r, uint32_t p) { return r.point < p; });
    if (row == rows.end() || row->point != point) return {};
    return text(*row);
  }
  std::span<const uint32_t> text(const Decomposition& row) const {
    return {pool.data() + row.begin, row.length};
  }
};

struct CombiningRange {
  uint32_t first, last;
  uint8_t rank;
};

uint64_t pair_key(uint32_t first, uint32_t last) { return uint64_t{first} << 32 | last; }

struct Tables {
  DecompositionTable canonical{kCanonicalBytes}, compatible{kCompatibleBytes};
  std::vector<CombiningRange> combining;
  WordMap compositions;           // (first, last) -> composite
  std::vector<uint32_t> seconds;  // what can be the last of a pair, ascending

  Tables() {
    Numbers numbers(kCombiningBytes);
    combining.resize(numbers.next());
    uint32_t point = 0;
    for (CombiningRange& range : combining) {
      range.first = point + numbers.next();
      range.last = range.first + numbers.next();
      range.rank = static_cast<uint8_t>(numbers.next());
      point = range.last;
    }
    // A pair is what comes of all but the last of a decomposition, and that last: short ones first.
    for (uint32_t length = 2; length <= 4; ++length) {
      for (const Decomposition& row : canonical.rows) {
        if (!row.composes || row.length != length) continue;
        const std::span<const uint32_t> text = canonical.text(row);
        uint32_t first = text[0];
        for (size_t i = 1; i + 1 < text.size(); ++i)
          first = static_cast<uint32_t>(compositions.find(pair_key(first, text[i])));
        compositions.insert(pair_key(first, text.back()), row.point);
        seconds.push_back(text.back());
      }
    }
    std::sort(seconds.begin(), seconds.end());
    seconds.erase(std::unique(seconds.begin(), seconds.end()), seconds.end());
  }

  // 0: a starter.
  uint8_t rank(uint32_t point) const {
    const auto range = std::lower_bound(combining.begin(), combining.end(), point,
                                        [](const CombiningRange& r, uint32_t p) { return r.last < p; });
    return range != combining.end() && range->first <= point ? range->rank : 0;
  }
};

const Tables& tables() {
  static const Tables made;
  return made;
}

bool is_between(uint32_t point, uint32_t first, uint32_t count) {
  return point >= first && point - first < count;
}

void decompose(uint32_t point, bool compatible, Points& out) {
  if (is_between(point, kSyllables, kSyllableCount)) {
    const uint32_t index = point - kSyllables, trailing = index % kTrailingCount;
    out.push_back(kLeading + index / (kVowelCount * kTrailingCount));
    out.push_back(kVowels + index / kTrailingCount % kVowelCount);
    if (trailing) out.push_back(kTrailing + trailing);
    return;
  }
  std::span<const uint32_t> text;
  if (compatible) text = tables().compatible.find(point);
  if (text.empty()) text = tables().canonical.find(point);
  if (text.empty()) {
    out.push_back(point);
  } else {
    out.insert(out.end(), text.begin(), text.end());
  }
}

// Marks that follow a starter, in the order of their ranks; equal ranks stay as they are.
void reorder(Points& points) {
  for (size_t begin = 0; begin < points.size();) {
    if (tables().rank(points[begin]) == 0) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < points.size() && tables().rank(points[end]) > 0) ++end;
    std::stable_sort(points.begin() + std::ptrdiff_t(begin), points.begin() + std::ptrdiff_t(end),
                     [](uint32_t a, uint32_t b) { return tables().rank(a) < tables().rank(b); });
    begin = end;
  }
}

// What two code points compose to, or 0.
uint32_t composite(uint32_t first, uint32_t last) {
  if (is_between(first, kLeading, kLeadingCount) && is_between(last, kVowels, kVowelCount))
    return kSyllables + ((first - kLeading) * kVowelCount + (last - kVowels)) * kTrailingCount;
  if (is_between(first, kSyllables, kSyllableCount) && (first - kSyllables) % kTrailingCount == 0 &&
      is_between(last, kTrailing + 1, kTrailingCount - 1))
    return first + (last - kTrailing);
  const uint64_t found = tables().compositions.find(pair_key(first, last));
  return found == WordMap::kAbsent ? 0 : static_cast<uint32_t>(found);
}

void compose(Points& points) {
  size_t starter = points.size(), kept = 0;  // index of the last starter among those kept; none at first
  uint8_t before = 0;                        // the rank of the one kept last, where that is no starter
  for (const uint32_t point : points) {
    const uint8_t rank = tables().rank(point);
    // Blocked: something of the same or a higher rank, or another starter, stands between.
    const bool adjacent = starter < kept && starter + 1 == kept;
    if (starter < kept && (adjacent || (before != 0 && before < rank))) {
      if (const uint32_t made = composite(points[starter], point)) {
        points[starter] = made;
        continue;
      }
    }
    if (rank == 0) starter = kept;
    before = rank;
    points[kept++] = point;
  }
  points.resize(kept);
}

// Whether what comes before `point` can have no part in its normal form, nor it in theirs.
bool is_boundary(uint32_t point, bool compatible) {
  if (point < kFirstPoint) return true;
  Points text;
  decompose(point, compatible, text);
  const uint32_t first = text.front();
  return tables().rank(first) == 0 && !is_between(first, kVowels, kVowelCount) &&
         !is_between(first, kTrailing + 1, kTrailingCount - 1) &&
         !std::binary_search(tables().seconds.begin(), tables().seconds.end(), first);
}

}  // namespace

AlignedText normalize(std::string_view text, NormalForm form) {
  const bool compatible = form == NormalForm::nfkc || form == NormalForm::nfkd;
  const bool composed = form == NormalForm::nfc || form == NormalForm::nfkc;
  AlignedText out;
  out.text.reserve(text.size());
  out.origin.reserve(text.size());
  Points points;
  for (size_t begin = 0; begin < text.size();) {
    points.clear();
    size_t end = begin;
    bool valid = true;
    do {
      const Utf8Symbol symbol = utf8_symbol(text, end);
      valid = symbol.code_point != kInvalidCodePoint;
      if (!valid && end > begin) break;
      end += symbol.length;
      if (!valid) break;
      decompose(symbol.code_point, compatible, points);
      valid = end < text.size();
      if (valid) {
        const Utf8Symbol next = utf8_symbol(text, end);
        valid = next.code_point != kInvalidCodePoint && !is_boundary(next.code_point, compatible);
      }
    } while (valid);
    const size_t before = out.text.size();
    if (points.empty()) {  // a byte that is not UTF-8
      out.text.append(text.substr(begin, end - begin));
    } else {
      reorder(points);
      if (composed) compose(points);
      for (const uint32_t point : points) append_utf8(out.text, point);
    }
    const bool same = out.text.size() - before == end - begin &&
                      std::string_view(out.text).substr(before) == text.substr(begin, end - begin);
    for (size_t i = before; i < out.text.size(); ++i) {
      const size_t place = same ? begin + (i - before) : i == before ? begin : end;
      out.origin.push_back(static_cast<uint32_t>(place));
    }
    begin = end;
  }
  return out;
}

AlignedText after(const AlignedText& first, AlignedText second, size_t size) {
  if (first.origin.empty()) return second;
  if (second.origin.empty()) {
    second.origin = first.origin;
    return second;
  }
  for (uint32_t& place : second.origin)
    place = place < first.origin.size() ? first.origin[place] : static_cast<uint32_t>(size);
  return second;
}

}  // namespace vitrine
