#include "kernels/attention.h"

#include <algorithm>

#include "kernels/attention_blocks.h"
#include "kernels/ops.h"
#include "kernels/rounded_attention.h"
#include "kernels/simd.h"

namespace vitrine {
namespace {

constexpr int kKeyTile = 4;
// Queries whose scores are summed together: two by four keys are eight sums, which leaves registers for what is
// multiplied. Four by four took 2 % longer over a prompt of 1,024 tokens.
constexpr int kQueryPair = 2;

// Inlined by force: as a call of its own it would pass the sums through memory, half as long again for a prompt of
// 1,024 tokens.
template <int R>
VITRINE_INLINE void add_products(const F32x4 (&q)[R], const F32x4 (&k)[kKeyTile], F32x4 (&sum)[R][kKeyTile]) {
  for (int r = 0; r < R; ++r) {
    for (int j = 0; j < kKeyTile; ++j) {
      sum[r][j] = sum[r][j] + q[r] * k[j];
      keep(sum[r][j]);
    }
  }
}

// q . k for R queries by four keys. Each sum runs over the same four lanes in the same order as dot().
template <int R>
VITRINE_INLINE void dots(const float* queries, const float* keys, size_t stride, int head_size,
                         F32x4 (&out)[R]) {
  F32x4 sum[R][kKeyTile], q[R], k[kKeyTile];
  for (int r = 0; r < R; ++r) {
    for (int j = 0; j < kKeyTile; ++j) sum[r][j] = splat(0.0f);
  }
  int d = 0;
  VITRINE_NO_UNROLL
  for (; d + 4 <= head_size; d += 4) {
    for (int r = 0; r < R; ++r) q[r] = load(queries + r * stride + d);
    for (int j = 0; j < kKeyTile; ++j) k[j] = load(keys + j * stride + d);
    add_products<R>(q, k, sum);
  }
  if (d < head_size) {
    for (int r = 0; r < R; ++r) q[r] = load_part(queries + r * stride + d, head_size - d);
    for (int j = 0; j < kKeyTile; ++j) k[j] = load_part(keys + j * stride + d, head_size - d);
    add_products<R>(q, k, sum);
  }
  for (int r = 0; r < R; ++r) out[r] = sum_lanes(sum[r][0], sum[r][1], sum[r][2], sum[r][3]);
}

// Scores of R queries from `first` on against keys [0, keys), unmasked.
template <int R>
void score_rows(const HeadView& head, float scale, int first, int keys, float* scores, size_t score_stride) {
  const size_t stride = static_cast<size_t>(head.stride);
  const float* queries = head.queries + first * stride;
  const int head_size = head.head_size;
  int j = 0;
  for (; j + kKeyTile <= keys; j += kKeyTile) {
    F32x4 sum[R];
    dots<R>(queries, head.keys + j * stride, stride, head_size, sum);
    for (int r = 0; r < R; ++r) store(scores + r * score_stride + j, sum[r] * splat(scale));
  }
  for (; j < keys; ++j) {
    for (int r = 0; r < R; ++r) {
      scores[r * score_stride + j] = dot(queries + r * stride, head.keys + j * stride, head_size) * scale;
    }
  }
}

// Values weighted by R rows of a pattern: V vectors of four columns of z, added in the order of the keys.
// With `kPart` the one vector has only `columns` columns.
template <int R, int V, bool kPart>
void weigh_columns(const float* value, size_t value_stride, const float* pattern, size_t pattern_stride,
                   int keys, int columns, float* z, size_t z_stride) {
  F32x4 sum[R][V];
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) sum[r][v] = splat(0.0f);
  }
  VITRINE_NO_UNROLL
  for (int j = 0; j < keys; ++j) {
    F32x4 part[V];
    for (int v = 0; v < V; ++v) part[v] = kPart ? load_part(value, columns) : load(value + 4 * v);
    for (int r = 0; r < R; ++r) {
      const F32x4 weight = splat(pattern[r * pattern_stride]);
      for (int v = 0; v < V; ++v) {
        sum[r][v] = sum[r][v] + weight * part[v];
        keep(sum[r][v]);
      }
    }
    ++pattern;
    value += value_stride;
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) {
      if (kPart)
        store_part(z + r * z_stride, sum[r][v], columns);
      else
        store(z + r * z_stride + 4 * v, sum[r][v]);
    }
  }
}

// z of R queries: the values of keys [begin, end), weighted. Eight sums at a time: fewer rows take more columns, so
// that each row of values is read in as few pieces as can be.
template <int R>
void weigh_values(const HeadView& head, const float* pattern, int pattern_stride, int begin, int end,
                  Matrix& z, int first_row) {
  constexpr int kVectors = R == 1 ? 8 : 2;
  const size_t stride = static_cast<size_t>(head.stride), rows_apart = static_cast<size_t>(pattern_stride);
  const size_t z_stride = static_cast<size_t>(z.outerStride());
  const float* values = head.values + begin * stride;
  float* out = row(z, first_row);
  pattern += begin;
  const int keys = end - begin, head_size = head.head_size;
  int d = 0;
  for (; d + 4 * kVectors <= head_size; d += 4 * kVectors) {
    weigh_columns<R, kVectors, false>(values + d, stride, pattern, rows_apart, keys, 0, out + d, z_stride);
  }
  // What is left of the columns, row by row: few models' heads have any.
  for (int r = 0; r < R; ++r, pattern += rows_apart, out += z_stride) {
    int rest = d;
    for (; rest + 4 <= head_size; rest += 4) {
      weigh_columns<1, 1, false>(values + rest, stride, pattern, rows_apart, keys, 0, out + rest, z_stride);
    }
    if (rest < head_size) {
      weigh_columns<1, 1, true>(values + rest, stride, pattern, rows_apart, keys, head_size - rest,
                                out + rest, z_stride);
    }
  }
}

}  // namespace

void attention_scores(const HeadView& head, const AttentionRule& rule, int head_index, int first, int rows,
                      float* scores, int score_stride) {
  const int keys = visible_end(rule, first + rows);
  const size_t apart = static_cast<size_t>(score_stride);
  if (head.rounded) {
    rounded_scores(head, rule, first, rows, scores, apart);
  } else {
    int done = 0;
    for (; done + kQueryPair <= rows; done += kQueryPair) {
      score_rows<kQueryPair>(head, rule.scale, first + done, keys, scores + done * apart, apart);
    }
    if (done < rows) score_rows<1>(head, rule.scale, first + done, keys, scores + done * apart, apart);
  }
  for (int r = 0; r < rows; ++r) {
    float* line = scores + static_cast<size_t>(r) * score_stride;
    hide(rule, head_index, first + r, 0, line);
    std::fill(line + visible_end(rule, first + r + 1), line + keys, kMasked);
  }
}

void attention_pattern(const HeadView& head, const AttentionRule& rule, int head_index, int first, int rows,
                       float* pattern, int pattern_stride) {
  attention_scores(head, rule, head_index, first, rows, pattern, pattern_stride);
  for (int r = 0; r < rows; ++r) {
    float* line = pattern + static_cast<size_t>(r) * pattern_stride;
    const int seen = visible_end(rule, first + r + 1);
    softmax(line, seen);
    std::fill(line + seen, line + visible_end(rule, first + rows), 0.0f);
  }
}

namespace {

// Keys and values where they lie.
void attend_few(const HeadView& head, const AttentionRule& rule, int head_index, int first, Matrix z,
                float* scratch) {
  const int rows = static_cast<int>(z.rows());
  for (int tile = 0; tile < rows; tile += kQueryTile) {
    const int count = std::min(kQueryTile, rows - tile), query = first + tile;
    const int keys = visible_end(rule, query + count);
    attention_pattern(head, rule, head_index, query, count, scratch, keys);
    const int begin = first_visible(rule, query);
    if (count == kQueryTile) {
      weigh_values<kQueryTile>(head, scratch, keys, begin, keys, z, tile);
      continue;
    }
    for (int r = 0; r < count; ++r)
      weigh_values<1>(head, scratch + static_cast<size_t>(r) * keys, keys, begin, keys, z, tile + r);
  }
}

void attend_band(const HeadView& head, const AttentionRule& rule, int head_index, int first, Matrix z,
                 float* scratch) {
  const int rows = static_cast<int>(z.rows()), end = first + rows;
  const int begin = first_visible(rule, first) / kBlockPanel * kBlockPanel;
  BandMemory memory = band_memory(scratch, rows, end, head.head_size);
  band_scores(head, rule.scale, first, rows, begin, memory);
  for (int r = 0; r < rows; ++r) {
    const int query = first + r, tile_end = std::min(rows, r / kQueryTile * kQueryTile + kQueryTile);
    float* line = memory.scores + static_cast<size_t>(r) * memory.apart;
    hide(rule, head_index, query, begin, line);
    softmax(line + begin, query + 1 - begin);
    std::fill(line + query + 1, line + first + tile_end, 0.0f);
  }
  band_values(head, first, begin, z, memory);
}

}  // namespace

AttentionSize attention_size(int rows, int tokens, int head_size, bool rounded) {
  const int band = std::min(rows, kQueryBand);
  if (rounded) return rounded_size(band, tokens, head_size);
  const size_t few = static_cast<size_t>(kQueryTile) * static_cast<size_t>(tokens);
  return {std::max(few, band_floats(band, tokens, head_size)), 0};
}

void attention(const HeadView& head, const AttentionRule& rule, int head_index, int first, Matrix z,
               AttentionMemory memory) {
  const int rows = static_cast<int>(z.rows());
  const bool sees_all = rule.tokens > 0;
  if (head.rounded && sees_all) round_keys_and_values(head, first, rows);
  for (int begin = 0; begin < rows; begin += kQueryBand) {
    const int count = std::min(kQueryBand, rows - begin), query = first + begin;
    const Matrix band = rows_of(z, begin, count);
    if (head.rounded) {
      if (!sees_all) round_keys_and_values(head, query, count);
      rounded_attention(head, rule, head_index, query, band, memory);
      continue;
    }
    const bool many = !sees_all && count >= kManyQueries && query + count >= kManyKeys;
    const auto attend = many ? attend_band : attend_few;
    attend(head, rule, head_index, query, band, memory.floats);
  }
}

}  // namespace vitrine
