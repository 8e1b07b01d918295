// Attention of a head whose queries, keys and values are rounded to int16 (rounded_cache.h), in half the time of F32.
//
// A query's score is an exact sum in int32 times three scales. Its weights are e^(score - max) times the scale of the
// key's value, rounded to int16 as finely as their own sum leaves room for; z is an exact sum of them, corrected by what
// rounding made of the weights' sum. Integers leave no order of summation to agree on: a query has the same bits however
// many are computed with it, on every backend.
#pragma once

#include <cstddef>

#include "kernels/attention_head.h"

namespace vitrine {

// What rounding costs at the most: a query's or key's channel half a step of the largest one's 1 / score_limit(D), a
// value's half a step of 1 / kValueLimit.
inline constexpr int kValueLimit = 4095;
int score_limit(int head_size);  // D products of two integers up to it fit int32

// Rounds the keys and values of tokens [first, first + rows) into the head's cache.
void round_keys_and_values(const HeadView& head, int first, int rows);

// Scores of queries [first, first + rows) against the cached keys that each may see, unmasked: rows `apart` apart.
void rounded_scores(const HeadView& head, const AttentionRule& rule, int first, int rows, float* scores,
                    size_t apart);

// Memory of a band of `rows` queries that see `keys` keys.
AttentionSize rounded_size(int rows, int keys, int head_size);

// z [n,D] of tokens [first, first + n), n <= kQueryBand, whose keys and values are in the cache.
void rounded_attention(const HeadView& head, const AttentionRule& rule, int head_index, int first, Matrix z,
                       AttentionMemory memory);

}  // namespace vitrine
