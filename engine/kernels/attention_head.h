// What attention of one head works on: its queries, keys and values, what each query may see, and memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/matrix.h"
#include "kernels/rounded_cache.h"

namespace vitrine {

// Queries, keys and values of a layer, [T,3C]: a row holds q, k and v of a token, each head by head.
struct HeadView {
  const float* queries;  // of head h: [T,D], rows `stride` apart
  const float* keys;
  const float* values;
  int stride;           // 3C
  int head_size;        // D
  RoundedHead rounded;  // where keys and values are read as integers
};
HeadView head_view(ConstMatrix qkv, int n_head, int head, RoundedCache* cache = nullptr);

// A key that a query may not see: its weight becomes 0 before the softmax. head -1: in all heads.
struct MaskedEdge {
  int head, query, key;
};

// What a query of a layer may see, and how scores are scaled.
struct AttentionRule {
  float scale;  // 1 / sqrt(D), and whatever else the configuration asks for
  int window;   // 0 = all; else a query sees itself and window - 1 tokens before it
  std::span<const MaskedEdge> cuts;
  // 0: keys up to the query's own. Else there is no mask: every query sees this many, the whole prompt, and a window
  // reaches as far forward as back.
  int tokens = 0;
};
int first_visible(const AttentionRule& rule, int query);
// The end of what queries before `end` may see.
inline int visible_end(const AttentionRule& rule, int end) { return rule.tokens > 0 ? rule.tokens : end; }
// Masks keys [begin, visible_end(query + 1)) that the query may not see, in its row of scores.
void hide(const AttentionRule& rule, int head_index, int query, int begin, float* line);

inline constexpr int kQueryTile = 4;   // queries whose scores are summed together
inline constexpr int kQueryBand = 64;  // queries that share a reading of the keys

constexpr size_t round_up(int count, int multiple) {
  return static_cast<size_t>((count + multiple - 1) / multiple) * static_cast<size_t>(multiple);
}

struct AttentionSize {
  size_t floats, integers;
};
struct AttentionMemory {
  float* floats;
  int16_t* integers;  // of rounded heads
};

}  // namespace vitrine
