#include "attention.h"

#include <algorithm>
#include <limits>

#include "ops.h"
#include "simd.h"

namespace vitrine {
namespace {

constexpr float kMasked = -std::numeric_limits<float>::infinity();
constexpr int kKeyTile = 4;

// q . k for R queries by four keys. Each sum runs over the same four lanes in the same order as dot().
template <int R>
VITRINE_INLINE void dots(const float* queries, const float* keys, int stride, int head_size, F32x4 (&out)[R]) {
  F32x4 sum[R][kKeyTile];
  for (int r = 0; r < R; ++r)
    for (int j = 0; j < kKeyTile; ++j) sum[r][j] = splat(0.0f);
  const auto add = [&](const F32x4 (&q)[R], const F32x4 (&k)[kKeyTile]) {
    for (int r = 0; r < R; ++r) {
      for (int j = 0; j < kKeyTile; ++j) {
        sum[r][j] = sum[r][j] + q[r] * k[j];
        keep(sum[r][j]);
      }
    }
  };
  int d = 0;
  F32x4 q[R], k[kKeyTile];
  VITRINE_NO_UNROLL
  for (; d + 4 <= head_size; d += 4) {
    for (int r = 0; r < R; ++r) q[r] = load(queries + r * stride + d);
    for (int j = 0; j < kKeyTile; ++j) k[j] = load(keys + j * stride + d);
    add(q, k);
  }
  if (d < head_size) {
    for (int r = 0; r < R; ++r) q[r] = load_part(queries + r * stride + d, head_size - d);
    for (int j = 0; j < kKeyTile; ++j) k[j] = load_part(keys + j * stride + d, head_size - d);
    add(q, k);
  }
  for (int r = 0; r < R; ++r) out[r] = sum_lanes(sum[r][0], sum[r][1], sum[r][2], sum[r][3]);
}

// Scores of R queries against keys [0, keys), unmasked.
template <int R>
void score_rows(const HeadView& head, float scale, int first, int keys, float* scores, int score_stride) {
  const size_t stride = static_cast<size_t>(head.stride);
  const float* queries = head.queries + first * stride;
  int j = 0;
  for (; j + kKeyTile <= keys; j += kKeyTile) {
    F32x4 sum[R];
    dots<R>(queries, head.keys + j * stride, head.stride, head.head_size, sum);
    for (int r = 0; r < R; ++r) store(scores + static_cast<size_t>(r) * score_stride + j, sum[r] * splat(scale));
  }
  for (; j < keys; ++j) {
    for (int r = 0; r < R; ++r) {
      scores[static_cast<size_t>(r) * score_stride + j] =
          dot(queries + r * stride, head.keys + j * stride, head.head_size) * scale;
    }
  }
}

int first_visible(const AttentionRule& rule, int query) {
  return rule.window > 0 && query - rule.window + 1 > 0 ? query - rule.window + 1 : 0;
}

// z of R queries: the values of keys [begin, end), weighted, added in the order of the keys.
template <int R>
void weigh_values(const HeadView& head, const float* pattern, int pattern_stride, int begin, int end, Matrix& z,
                  int first_row) {
  const size_t stride = static_cast<size_t>(head.stride);
  const int head_size = head.head_size;
  const auto columns = [&](int d, int count, auto two) {  // four values of z, or eight
    constexpr int kVectors = two ? 2 : 1;
    F32x4 sum[R][kVectors];
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < kVectors; ++v) sum[r][v] = splat(0.0f);
    const float* value = head.values + begin * stride + d;
    VITRINE_NO_UNROLL
    for (int j = begin; j < end; ++j) {
      F32x4 part[kVectors];
      for (int v = 0; v < kVectors; ++v) {
        part[v] = count - 4 * v >= 4 ? load(value + 4 * v) : load_part(value + 4 * v, count - 4 * v);
      }
      for (int r = 0; r < R; ++r) {
        const F32x4 weight = splat(pattern[static_cast<size_t>(r) * pattern_stride + j]);
        for (int v = 0; v < kVectors; ++v) {
          sum[r][v] = sum[r][v] + weight * part[v];
          keep(sum[r][v]);
        }
      }
      value += stride;
    }
    for (int r = 0; r < R; ++r) {
      float* out = row(z, first_row + r) + d;
      for (int v = 0; v < kVectors; ++v) {
        if (count - 4 * v >= 4) {
          store(out + 4 * v, sum[r][v]);
        } else {
          store_part(out + 4 * v, sum[r][v], count - 4 * v);
        }
      }
    }
  };
  int d = 0;
  for (; d + 8 <= head_size; d += 8) columns(d, 8, std::true_type{});
  for (; d < head_size; d += 4) columns(d, std::min(4, head_size - d), std::false_type{});
}

}  // namespace

HeadView head_view(ConstMatrix qkv, int n_head, int head) {
  const int channels = static_cast<int>(qkv.cols()) / 3, head_size = channels / n_head;
  const float* q = qkv.data() + static_cast<size_t>(head) * head_size;
  return {q, q + channels, q + 2 * channels, static_cast<int>(qkv.outerStride()), head_size};
}

void attention_scores(const HeadView& head, const AttentionRule& rule, int head_index, int first, int rows,
                      float* scores, int score_stride) {
  const int keys = first + rows;
  switch (rows) {
    case 1: score_rows<1>(head, rule.scale, first, keys, scores, score_stride); break;
    case 2: score_rows<2>(head, rule.scale, first, keys, scores, score_stride); break;
    case 3: score_rows<3>(head, rule.scale, first, keys, scores, score_stride); break;
    default: score_rows<4>(head, rule.scale, first, keys, scores, score_stride); break;
  }
  for (int r = 0; r < rows; ++r) {
    const int query = first + r;
    float* line = scores + static_cast<size_t>(r) * score_stride;
    std::fill(line, line + first_visible(rule, query), kMasked);
    std::fill(line + query + 1, line + keys, kMasked);
    for (const Interventions::Edge& cut : rule.cuts) {
      if (cut.query == query && cut.key < keys && (cut.head < 0 || cut.head == head_index)) line[cut.key] = kMasked;
    }
  }
}

void attention_pattern(const HeadView& head, const AttentionRule& rule, int head_index, int first, int rows,
                       float* pattern, int pattern_stride) {
  attention_scores(head, rule, head_index, first, rows, pattern, pattern_stride);
  for (int r = 0; r < rows; ++r) {
    float* line = pattern + static_cast<size_t>(r) * pattern_stride;
    softmax(line, first + r + 1);
    std::fill(line + first + r + 1, line + first + rows, 0.0f);
  }
}

void attention(const HeadView& head, const AttentionRule& rule, int head_index, float head_scale, int first, Matrix z,
               float* scratch) {
  const int rows = static_cast<int>(z.rows());
  for (int tile = 0; tile < rows; tile += kQueryTile) {
    const int count = std::min(kQueryTile, rows - tile), query = first + tile, keys = query + count;
    attention_pattern(head, rule, head_index, query, count, scratch, keys);
    const int begin = first_visible(rule, query);
    switch (count) {
      case 1: weigh_values<1>(head, scratch, keys, begin, keys, z, tile); break;
      case 2: weigh_values<2>(head, scratch, keys, begin, keys, z, tile); break;
      case 3: weigh_values<3>(head, scratch, keys, begin, keys, z, tile); break;
      default: weigh_values<4>(head, scratch, keys, begin, keys, z, tile); break;
    }
  }
  if (head_scale != 1.0f) z *= head_scale;
}

}  // namespace vitrine
