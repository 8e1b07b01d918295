// Causal self-attention of one head (Vaswani et al. 2017, section 3.2.1), row by row. No T x T matrix is
// ever stored. The forward pass takes many queries at a time where there are many keys (attention_blocks.h), and integers
// in Q8 models (rounded_attention.h); the display of scores and patterns takes a few. Both give the same bits.
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

constexpr size_t round_up(int count, int multiple) {
  return static_cast<size_t>((count + multiple - 1) / multiple) * static_cast<size_t>(multiple);
}

// A key that a query may not see: its weight becomes 0 before the softmax. head -1: in all heads.
struct MaskedEdge {
  int head, query, key;
};

// What a query of a layer may see, and how scores are scaled.
struct AttentionRule {
  float scale;  // 1 / sqrt(D), and whatever else the configuration asks for
  int window;   // 0 = all; else a query sees itself and window - 1 tokens before it
  std::span<const MaskedEdge> cuts;
  int tokens =
      0;  // 0: keys up to the query's own; else no mask: every query sees this many, the whole prompt, and a
          // window reaches as far forward as back
};
int first_visible(const AttentionRule& rule, int query);
// The end of what queries before `end` may see.
inline int visible_end(const AttentionRule& rule, int end) { return rule.tokens > 0 ? rule.tokens : end; }
// Masks keys [begin, visible_end(query + 1)) that the query may not see, in its row of scores.
void hide(const AttentionRule& rule, int head_index, int query, int begin, float* line);

// Scores of query rows [first, first + rows) of a head, rows <= kQueryTile: `scores` [rows,
// visible_end(first + rows)], rows `score_stride` apart. A key that a query may not see gets -inf.
inline constexpr int kQueryTile = 4;
inline constexpr int kQueryBand = 64;  // queries that share a reading of the keys
void attention_scores(const HeadView& head, const AttentionRule& rule, int head_index, int first, int rows,
                      float* scores, int score_stride);

// The same after the softmax over the keys a query sees: weights of the same shape; 0 for what may not be seen.
void attention_pattern(const HeadView& head, const AttentionRule& rule, int head_index, int first, int rows,
                       float* pattern, int pattern_stride);

// From so many queries and keys on, keys and values are copied for the queries. Before, they are as fast read where
// they lie.
inline constexpr int kManyQueries = 32;
inline constexpr int kManyKeys = 256;

// What a weight of an F32 pattern is off by at most, and z as a share of the largest value it weighs: kAttentionError, and
// kScoreError for each unit that the largest sum of |q k| reaches, scaled, since e^s takes over what s is off by.
inline constexpr float kAttentionError = 1e-6f;
inline constexpr float kScoreError = 1e-7f;

// z [n,D] of one head, tokens [first, first + n): its pattern times its values.
// Heads are independent of each other. `memory` is of attention_size(n, visible_end(first + n), D, rounded), which grows
// with each of the first three. A rounded head's keys and values of these tokens are put into its cache first.
struct AttentionSize {
  size_t floats, integers;
};
struct AttentionMemory {
  float* floats;
  int16_t* integers;  // of rounded heads
};
AttentionSize attention_size(int rows, int tokens, int head_size, bool rounded);
void attention(const HeadView& head, const AttentionRule& rule, int head_index, int first, Matrix z,
               AttentionMemory memory);

}  // namespace vitrine
