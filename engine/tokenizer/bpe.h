// Byte-pair encoding of one piece: the neighbouring symbols whose merge has the lowest rank become one,
// the leftmost first, until no neighbours can merge (Sennrich et al. 2016, algorithm 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tokenizer/word_map.h"

namespace vitrine {

using SymbolId = uint32_t;  // a token id used as a symbol

// Which symbols merge, to what, and in what order.
class MergeTable {
 public:
  void reserve(size_t count) { pairs_.reserve(count); }
  // False when the pair already has a merge.
  bool add(SymbolId left, SymbolId right, uint32_t rank, SymbolId result) {
    return pairs_.insert(key(left, right), uint64_t{rank} << 32 | result);
  }

  struct Merge {
    uint32_t rank;  // kNone where the pair does not merge
    SymbolId result;
  };
  static constexpr uint32_t kNone = 0xffffffff;
  Merge find(SymbolId left, SymbolId right) const {
    const uint64_t found = pairs_.find(key(left, right));
    return {static_cast<uint32_t>(found >> 32), static_cast<SymbolId>(found)};
  }

 private:
  static uint64_t key(SymbolId left, SymbolId right) { return uint64_t{left} << 32 | right; }
  WordMap pairs_;
};

// A symbol of a piece and the index in the piece's first symbols (its bytes) at which it begins.
struct BpeSymbol {
  SymbolId id;
  uint32_t begin;
};

struct BpeStep {
  uint32_t position;  // index of the left symbol among the symbols there were before the merge
  uint32_t rank;
  SymbolId left, right;
};

// Merges `symbols` in place: O(n log n) in their number. `steps`, unless null, receives the merges in the
// order in which they were made.
void merge_symbols(const MergeTable& table, std::vector<BpeSymbol>& symbols, std::vector<BpeStep>* steps);

}  // namespace vitrine
