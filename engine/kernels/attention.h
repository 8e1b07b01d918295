// Causal self-attention of one head (Vaswani et al. 2017, section 3.2.1), row by row. No T x T matrix is
// ever stored. The forward pass takes many queries at a time where there are many keys (attention_blocks.h), and integers
// in Q8 models (rounded_attention.h); the display of scores and patterns takes a few. Both give the same bits.
#pragma once

#include "kernels/attention_head.h"

namespace vitrine {

// Scores of query rows [first, first + rows) of a head, rows <= kQueryTile: `scores` [rows,
// visible_end(first + rows)], rows `score_stride` apart. A key that a query may not see gets -inf.
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
AttentionSize attention_size(int rows, int tokens, int head_size, bool rounded);
void attention(const HeadView& head, const AttentionRule& rule, int head_index, int first, Matrix z,
               AttentionMemory memory);

}  // namespace vitrine
