#include "kernels/rounded_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/exp_f32.h"
#include "kernels/ops.h"
#include "kernels/rounding.h"
#include "kernels/tiles.h"

namespace vitrine {
namespace {

constexpr int kManyPanels = 4;  // that one query takes together; a tile of queries takes one
static_assert(kCachePanel == kPanel && kCacheBlock % (kCachePanel * kManyPanels) == 0);

// From a row of scores or weights to the next: not a power of two, so that rows do not share a few sets of the cache.
size_t row_apart(int keys) { return round_up(keys, kCacheBlock) + 16; }

int pairs_of(int head_size) { return (head_size + 1) / 2; }

// Rounds `count` values, the largest magnitude to `limit`; returns the scale, NaN where a value is not finite.
float round_to(const float* x, int count, int limit, int16_t* values) {
  const float largest = largest_magnitude(x, count);
  if (!(largest <= std::numeric_limits<float>::max())) {
    std::fill_n(values, (count + 1) / 2 * 2, int16_t{0});
    return std::numeric_limits<float>::quiet_NaN();
  }
  const bool rounds = largest > kLeastRounded;
  const float range = static_cast<float>(limit);
  round_values(x, count, rounds ? range / largest : 0.0f, values);
  return rounds ? largest / range : 0.0f;
}

// --- scores ------------------------------------------------------------------------------------------

// R queries by P panels of keys.
template <int R, int P>
VITRINE_OUTLINE void score_panels(const RoundedHead& cache, const int16_t* q, const float* q_scales,
                                  const int16_t* keys, const float* key_scales, float* scores, size_t apart) {
  I32x4 sum[R][P][2];
  clear(sum);
  add_pairs(keys, cache.key_panel(), cache.pairs, q, static_cast<size_t>(cache.pairs) * 2, sum);
  for (int r = 0; r < R; ++r) {
    const F32x4 scale = splat(q_scales[r]);
    for (int p = 0; p < P; ++p) {
      for (int half = 0; half < 2; ++half) {
        const int at = kCachePanel * p + 4 * half;
        store(scores + r * apart + at, to_float(sum[r][p][half]) * (scale * load(key_scales + at)));
      }
    }
  }
}

// Scores of a tile of queries, or of one, against keys [begin, end) of a block: columns of whole steps are written.
template <int R>
void score_block(const RoundedHead& cache, const int16_t* q, const float* q_scales, int block, int begin,
                 int end, float* scores, size_t apart) {
  constexpr int kPanels = R == 1 ? kManyPanels : 1, kStep = kPanels * kCachePanel;
  for (int j = begin / kStep * kStep; j < end; j += kStep) {
    score_panels<R, kPanels>(cache, q, q_scales, cache.keys(block) + j / kCachePanel * cache.key_panel(),
                             cache.key_scales(block) + j, scores + j, apart);
  }
}

// Rows of queries: numbers [rows][2 pairs], and scales that take in the score's own.
void round_queries(const HeadView& head, float scale, int first, int rows, int16_t* numbers, float* scales) {
  const size_t width = static_cast<size_t>(head.rounded.pairs) * 2;
  const int limit = score_limit(head.head_size);
  for (int r = 0; r < rows; ++r) {
    const float* query = head.queries + static_cast<size_t>(first + r) * static_cast<size_t>(head.stride);
    scales[r] = round_to(query, head.head_size, limit, numbers + r * width) * scale;
  }
}

// Of rounded queries. A query alone takes several panels at a time.
void score_band(const RoundedHead& cache, const AttentionRule& rule, const int16_t* q, const float* q_scales,
                int first, int rows, int begin, float* scores, size_t apart) {
  const size_t width = static_cast<size_t>(cache.pairs) * 2;
  const int end = visible_end(rule, first + rows);
  for (int block = begin / kCacheBlock; block * kCacheBlock < end; ++block) {
    const int at = block * kCacheBlock, from = std::max(begin - at, 0);
    for (int tile = 0; tile < rows; tile += kQueryTile) {
      const int seen =
          std::min(kCacheBlock, std::min(end, visible_end(rule, first + tile + kQueryTile)) - at);
      const auto score = rows == 1 ? score_block<1> : score_block<kQueryTile>;
      score(cache, q + tile * width, q_scales + tile, block, from, seen, scores + tile * apart + at, apart);
    }
  }
}

// --- weights -----------------------------------------------------------------------------------------

// Turns the scores of the keys [begin, last], where `hide` has been, into weights up to `end`, a multiple of 8: integers
// times the values' scales. Returns what one of their steps stands for in z, 0 where there is nothing to weigh.
float weigh_keys(const RoundedHead& cache, int begin, int last, int end, float* line, int16_t* weights) {
  const float top = largest(line + begin, last + 1 - begin);
  F32x4 exponentials = splat(0.0f), sum = splat(0.0f), most = splat(0.0f);
  for (int block = begin / kCacheBlock; block * kCacheBlock <= last; ++block) {
    const int at = block * kCacheBlock, stop = std::min(kCacheBlock, last + 1 - at);
    const float* scales = cache.value_scales(block);
    for (int j = std::max(begin - at, 0); j < stop; j += 4) {
      // A masked key's 1e-38 changes no sum, and its weight is rounded to 0.
      const F32x4 score = load_some(line + at + j, stop - j, kMasked);
      const F32x4 exponential = exp_from_lowest(score - splat(top));
      const F32x4 weight = exponential * load_some(scales + j, stop - j);
      exponentials = exponentials + exponential;
      sum = sum + weight;
      most = max(weight, most);
      store(line + at + j, weight);
    }
  }
  std::fill(line + last + 1, line + end, 0.0f);
  const float total = sum_lanes(sum);
  if (top == kMasked || !(total > kLeastRounded && total <= std::numeric_limits<float>::max())) {
    std::fill(weights + begin, weights + end, int16_t{0});
    return top == kMasked ? 0.0f : total - total;  // 0, and NaN where it is infinite or NaN
  }
  // Half a step may be added to each of last + 1 weights; a ten-thousandth is for the rounding of `total` and `most`.
  constexpr int kRoom = std::numeric_limits<int32_t>::max() / kValueLimit;
  static_assert(kMostRoundedTokens < kRoom / 8);
  const float room = static_cast<float>(kRoom - last / 2 - 2) * 0.9999f;
  const F32x4 inverse = splat(std::min(32767.0f / max_lanes(most), room / total));
  I32x4 steps = splat_i32(0);
  for (int j = begin; j < end; j += 8) {
    const I32x4 low = round_to_int(load(line + j) * inverse),
                high = round_to_int(load(line + j + 4) * inverse);
    steps = steps + low + high;
    store(weights + j, narrow(low, high));
  }
  return total / sum_lanes(to_float(steps)) / sum_lanes(exponentials);
}

// --- values ------------------------------------------------------------------------------------------

// z of R queries, P panels of columns from `panel` on: the weighted values of keys [begin, end).
template <int R, int P>
VITRINE_OUTLINE void weigh_panels(const HeadView& head, int panel, int begin, int end, const int16_t* weights,
                                  size_t apart, const float* norms, int rows, Matrix& z, int first_row) {
  I32x4 sum[R][P][2];
  clear(sum);
  for (int key = begin; key < end;) {
    const int block = key / kCacheBlock, at = block * kCacheBlock;
    const int stop = std::min(at + kCacheBlock, end);
    const int16_t* values =
        head.rounded.values(block) + static_cast<size_t>(panel) * kValuePanel + (key - at) * kCachePanel;
    add_pairs(values, kValuePanel, (stop - key + 1) / 2, weights + key, apart, sum);
    key = stop;
  }
  for (int r = 0; r < rows; ++r) {
    float numbers[P * kCachePanel];
    for (int p = 0; p < P; ++p) {
      for (int half = 0; half < 2; ++half)
        store(numbers + kCachePanel * p + 4 * half, to_float(sum[r][p][half]) * splat(norms[r]));
    }
    const int column = panel * kCachePanel;
    std::copy_n(numbers, std::min(P * kCachePanel, head.head_size - column), row(z, first_row + r) + column);
  }
}

}  // namespace

int score_limit(int head_size) {
  const double sums = std::numeric_limits<int32_t>::max() / (2.0 * pairs_of(head_size));
  return static_cast<int>(std::min(32767.0, std::floor(std::sqrt(sums))));
}

void round_keys_and_values(const HeadView& head, int first, int rows) {
  const RoundedHead& cache = head.rounded;
  const int limit = score_limit(head.head_size), head_size = head.head_size;
  int16_t numbers[kMostRounded];
  for (int t = first; t < first + rows; ++t) {
    const size_t from = static_cast<size_t>(t) * static_cast<size_t>(head.stride);
    const int block = t / kCacheBlock, at = t % kCacheBlock;
    cache.key_scales(block)[at] = round_to(head.keys + from, head_size, limit, numbers);
    int16_t* key = cache.keys(block) + at / kCachePanel * cache.key_panel() + at % kCachePanel * 2;
    for (int pair = 0; pair < cache.pairs; ++pair, key += 2 * kCachePanel) {
      key[0] = numbers[2 * pair];
      key[1] = numbers[2 * pair + 1];
    }
    cache.value_scales(block)[at] = round_to(head.values + from, head_size, kValueLimit, numbers);
    int16_t* value = cache.values(block) + at / 2 * 2 * kCachePanel + at % 2;
    for (int d = 0; d < head_size; ++d) {
      value[static_cast<size_t>(d / kCachePanel) * kValuePanel + static_cast<size_t>(d % kCachePanel) * 2] =
          numbers[d];
    }
  }
}

void rounded_scores(const HeadView& head, const AttentionRule& rule, int first, int rows, float* scores,
                    size_t apart) {
  int16_t numbers[kMostRounded];
  float q_scale[kQueryTile], columns[kCacheBlock];
  for (int query = first; query < first + rows; ++query, scores += apart) {
    const int keys = visible_end(rule, query + 1);
    round_queries(head, rule.scale, query, 1, numbers, q_scale);
    for (int at = 0; at < keys; at += kCacheBlock) {
      const int seen = std::min(kCacheBlock, keys - at);
      score_block<1>(head.rounded, numbers, q_scale, at / kCacheBlock, 0, seen, columns, 0);
      std::copy_n(columns, seen, scores + at);
    }
  }
}

AttentionSize rounded_size(int rows, int keys, int head_size) {
  const size_t tiles = round_up(rows, kQueryTile), apart = row_apart(keys);
  return {tiles * (apart + 2), tiles * (apart + 2 * static_cast<size_t>(pairs_of(head_size)))};
}

void rounded_attention(const HeadView& head, const AttentionRule& rule, int head_index, int first, Matrix z,
                       AttentionMemory memory) {
  const RoundedHead& cache = head.rounded;
  const int rows = static_cast<int>(z.rows()), end = visible_end(rule, first + rows);
  const int begin = first_visible(rule, first) / kCachePanel * kCachePanel;
  const size_t tiles = round_up(rows, kQueryTile), apart = row_apart(end);
  float *scores = memory.floats, *scales = scores + tiles * apart, *norms = scales + tiles;
  int16_t *weights = memory.integers, *queries = weights + tiles * apart;

  round_queries(head, rule.scale, first, rows, queries, scales);
  const size_t width = static_cast<size_t>(cache.pairs) * 2, missing = tiles - static_cast<size_t>(rows);
  std::fill_n(queries + rows * width, missing * width, int16_t{0});  // up to whole tiles
  std::fill_n(scales + rows, missing, 0.0f);
  score_band(cache, rule, queries, scales, first, rows, begin, scores, apart);
  for (int tile = 0; tile < rows; tile += kQueryTile) {
    const int count = std::min(kQueryTile, rows - tile), tile_end = visible_end(rule, first + tile + count);
    const int stop = static_cast<int>(round_up(tile_end, kCachePanel));
    for (int r = tile; r < tile + kQueryTile; ++r) {
      int16_t* row_weights = weights + r * apart;
      if (r >= rows) {
        std::fill(row_weights + begin, row_weights + stop, int16_t{0});
        continue;
      }
      const int query = first + r;
      float* line = scores + r * apart;
      hide(rule, head_index, query, begin, line);
      norms[r] = weigh_keys(cache, begin, visible_end(rule, query + 1) - 1, stop, line, row_weights);
    }
  }
  for (int panel = 0; panel < cache.panels;) {
    if (rows == 1 && panel + kManyPanels <= cache.panels) {
      weigh_panels<1, kManyPanels>(head, panel, begin, end, weights, apart, norms, 1, z, 0);
      panel += kManyPanels;
      continue;
    }
    for (int tile = 0; tile < rows; tile += kQueryTile) {
      const int count = std::min(kQueryTile, rows - tile);
      weigh_panels<kQueryTile, 1>(head, panel, begin, visible_end(rule, first + tile + count),
                                  weights + tile * apart, apart, norms + tile, count, z, tile);
    }
    ++panel;
  }
}

}  // namespace vitrine
