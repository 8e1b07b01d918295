#include "kernels/attention_blocks.h"

#include <algorithm>

#include "kernels/simd.h"

namespace vitrine {
namespace {

constexpr size_t kTile = static_cast<size_t>(kQueryTile) * kBlockPanel;
constexpr int kLanes = 4;  // channels d, d + 4, d + 8, ... are summed together
static_assert(kKeyBlock % kBlockPanel == 0 && kQueryBand % kQueryTile == 0);

// Four rows of four channels become four channels of four rows.
VITRINE_INLINE void transpose(F32x4 (&a)[4]) {
  const F32x4 low01 = zip_low(a[0], a[1]), high01 = zip_high(a[0], a[1]);
  const F32x4 low23 = zip_low(a[2], a[3]), high23 = zip_high(a[2], a[3]);
  a[0] = join_low(low01, low23);
  a[1] = join_high(low01, low23);
  a[2] = join_low(high01, high23);
  a[3] = join_high(high01, high23);
}

// Rows [0, rows) of D channels to [4][D / 4][width], four of the columns: channel 4 i + c of row r goes to [c][i][r].
// What is missing of four rows or of the last four channels is 0.
void interleave(const float* from, size_t stride, int rows, int head_size, size_t width, float* to) {
  const int steps = (head_size + kLanes - 1) / kLanes;
  const size_t apart = static_cast<size_t>(steps) * width;
  for (int i = 0; i < steps; ++i, from += kLanes, to += width) {
    F32x4 part[4];
    for (int r = 0; r < 4; ++r)
      part[r] = r < rows ? load_some(from + r * stride, head_size - kLanes * i) : splat(0.0f);
    transpose(part);
    for (int c = 0; c < kLanes; ++c) store(to + c * apart, part[c]);
  }
}

using Sums = F32x4[kQueryTile][2];

// Of [4][8] floats.
VITRINE_INLINE void load_sums(const float* from, Sums& sum) {
  for (int r = 0; r < kQueryTile; ++r) {
    for (int half = 0; half < 2; ++half) sum[r][half] = load(from + r * kBlockPanel + 4 * half);
  }
}

VITRINE_INLINE void store_sums(const Sums& sum, float* to) {
  for (int r = 0; r < kQueryTile; ++r) {
    for (int half = 0; half < 2; ++half) store(to + r * kBlockPanel + 4 * half, sum[r][half]);
  }
}

// Adds one input's products: of the four rows left[r][at], of the panel right[0..8).
VITRINE_INLINE void add_product(const float* const (&left)[kQueryTile], int at, const float* right,
                                Sums& sum) {
  const F32x4 low = load(right), high = load(right + 4);
  for (int r = 0; r < kQueryTile; ++r) {
    const F32x4 value = splat(left[r][at]);
    sum[r][0] = sum[r][0] + value * low;
    sum[r][1] = sum[r][1] + value * high;
    keep(sum[r][0]);
    keep(sum[r][1]);
  }
}

// Adds the products of `steps` inputs. Input i of row r is l_r[i * left_step], of the panel right[8 i]. Four inputs in
// a round: their addresses differ by constants.
VITRINE_INLINE void add_products(const float* l0, const float* l1, const float* l2, const float* l3,
                                 int left_step, const float* right, int steps, Sums& sum) {
  constexpr int kRound = 4;
  int i = 0;
  VITRINE_NO_UNROLL
  for (; i + kRound <= steps; i += kRound) {
    const float* const left[kQueryTile] = {l0, l1, l2, l3};
    add_product(left, 0, right, sum);
    add_product(left, left_step, right + kBlockPanel, sum);
    add_product(left, 2 * left_step, right + 2 * kBlockPanel, sum);
    add_product(left, 3 * left_step, right + 3 * kBlockPanel, sum);
    l0 += kRound * left_step, l1 += kRound * left_step, l2 += kRound * left_step, l3 += kRound * left_step;
    right += kRound * kBlockPanel;
  }
  VITRINE_NO_UNROLL
  for (; i < steps; ++i) {
    const float* const left[kQueryTile] = {l0, l1, l2, l3};
    add_product(left, 0, right, sum);
    l0 += left_step, l1 += left_step, l2 += left_step, l3 += left_step;
    right += kBlockPanel;
  }
}

// Scores of four queries by a panel of keys. `held` is memory for the sums of the four classes, [4][4][8]: more than
// eight would not stay in registers.
void score_tile(const float* q, const float* k, int steps, float scale, float* held, float* scores,
                size_t apart) {
  VITRINE_NO_UNROLL
  for (int c = 0; c < kLanes; ++c, q += steps * kQueryTile, k += steps * kBlockPanel) {
    Sums sum;
    for (auto& halves : sum) halves[0] = halves[1] = splat(0.0f);
    add_products(q, q + 1, q + 2, q + 3, kQueryTile, k, steps, sum);
    store_sums(sum, held + static_cast<size_t>(c) * kTile);
  }
  VITRINE_NO_UNROLL
  for (int r = 0; r < kQueryTile; ++r, held += kBlockPanel, scores += apart) {
    for (int half = 0; half < kBlockPanel; half += 4) {
      const float* of = held + half;
      const F32x4 even = load(of) + load(of + 2 * kTile), odd = load(of + kTile) + load(of + 3 * kTile);
      store(scores + half, (even + odd) * splat(scale));
    }
  }
}

// Adds the values of `keys` keys, a panel of columns [keys][8], weighted by four rows of weights, to sums [4][8].
void value_tile(const float* weights, size_t apart, const float* value, int keys, float* sums) {
  Sums sum;
  load_sums(sums, sum);
  add_products(weights, weights + apart, weights + 2 * apart, weights + 3 * apart, 1, value, keys, sum);
  store_sums(sum, sums);
}

// Values of `keys` keys in panels of columns, [D / 8][keys][8]; columns beyond D are 0.
void copy_values(const float* from, size_t stride, int keys, int head_size, float* to) {
  for (int d = 0; d < head_size; d += kBlockPanel) {
    const float* value = from + d;
    for (int j = 0; j < keys; ++j, value += stride, to += kBlockPanel) {
      store(to, load_some(value, head_size - d));
      store(to + 4, d + 4 < head_size ? load_some(value + 4, head_size - d - 4) : splat(0.0f));
    }
  }
}

// Rows of scores, a cache line more than a multiple of four: rows that a power of two lies between would share a few
// sets of the cache.
size_t scores_apart(int keys) { return round_up(keys, 64) + 16; }

}  // namespace

size_t band_floats(int rows, int keys, int head_size) {
  const size_t queries = round_up(rows, kQueryTile), width = round_up(head_size, kBlockPanel);
  return queries * (scores_apart(keys) + 2 * width) + kKeyBlock * width + kLanes * kTile;
}

BandMemory band_memory(float* memory, int rows, int keys, int head_size) {
  const size_t rounded = round_up(rows, kQueryTile), width = round_up(head_size, kBlockPanel);
  const size_t apart = scores_apart(keys);
  float* queries = memory + rounded * apart;
  float* block = queries + rounded * width;
  float* sums = block + kKeyBlock * width;
  return {memory, apart, queries, block, sums, sums + rounded * width};
}

void band_scores(const HeadView& head, float scale, int first, int rows, int begin, BandMemory& memory) {
  const size_t stride = static_cast<size_t>(head.stride);
  const int steps = (head.head_size + kLanes - 1) / kLanes, end = first + rows;
  const size_t q_size = static_cast<size_t>(steps) * kLanes * kQueryTile,
               k_size = static_cast<size_t>(steps) * kLanes * kBlockPanel;
  for (int tile = 0; tile < rows; tile += kQueryTile) {
    interleave(head.queries + static_cast<size_t>(first + tile) * stride, stride,
               std::min(kQueryTile, rows - tile), head.head_size, kQueryTile,
               memory.queries + tile / kQueryTile * q_size);
  }
  for (int block = begin; block < end; block += kKeyBlock) {
    const int keys = std::min(kKeyBlock, end - block);
    for (int j = 0; j < static_cast<int>(round_up(keys, kBlockPanel)); j += 4) {
      const int key = std::min(block + j, end - 1);  // none of the last panel's padding is read
      interleave(head.keys + static_cast<size_t>(key) * stride, stride, std::min(4, keys - j), head.head_size,
                 kBlockPanel, memory.block + j / kBlockPanel * k_size + j % kBlockPanel);
    }
    for (int tile = 0; tile < rows; tile += kQueryTile) {
      const float* q = memory.queries + tile / kQueryTile * q_size;
      const int seen = std::min(keys, first + tile + kQueryTile - block);  // the rest comes after all four
      float* scores = memory.scores + static_cast<size_t>(tile) * memory.apart + block;
      for (int j = 0; j < seen; j += kBlockPanel)
        score_tile(q, memory.block + j / kBlockPanel * k_size, steps, scale, memory.held, scores + j,
                   memory.apart);
    }
  }
}

void band_values(const HeadView& head, int first, int begin, Matrix z, BandMemory& memory) {
  const size_t stride = static_cast<size_t>(head.stride);
  const int rows = static_cast<int>(z.rows()), end = first + rows;
  const size_t queries = round_up(rows, kQueryTile), width = round_up(head.head_size, kBlockPanel);
  std::fill_n(memory.sums, queries * width, 0.0f);
  for (int block = begin; block < end; block += kKeyBlock) {
    const int keys = std::min(kKeyBlock, end - block);
    copy_values(head.values + static_cast<size_t>(block) * stride, stride, keys, head.head_size,
                memory.block);
    for (int tile = 0; tile < rows; tile += kQueryTile) {
      const int seen = std::min(keys, first + tile + kQueryTile - block);
      const float* weights = memory.scores + static_cast<size_t>(tile) * memory.apart + block;
      const float* value = memory.block;
      float* sums = memory.sums + static_cast<size_t>(tile) * kBlockPanel;
      for (size_t d = 0; d < width && seen > 0; d += kBlockPanel) {
        value_tile(weights, memory.apart, value, seen, sums);
        value += static_cast<size_t>(keys) * kBlockPanel;
        sums += queries * kBlockPanel;
      }
    }
  }
  for (int d = 0; d < head.head_size; d += kBlockPanel) {
    const float* sums = memory.sums + static_cast<size_t>(d) * queries;
    for (int r = 0; r < rows; ++r, sums += kBlockPanel) {
      float* out = row(z, r) + d;
      store_some(out, load(sums), head.head_size - d);
      if (head.head_size - d > 4) store_some(out + 4, load(sums + 4), head.head_size - d - 4);
    }
  }
}

}  // namespace vitrine
