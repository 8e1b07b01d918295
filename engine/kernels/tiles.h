// The inner loops of the matrix products: R rows of x by P panels of W, in registers.
//
// A tile adds to its sums in the order of the inputs, whatever R and P are, so that all tiles give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/int8_band/int8_band.h"
#include "kernels/packed.h"
#include "kernels/simd.h"

namespace vitrine {

// Weights that come next. A tile asks for a few cache lines of them with each group of inputs, so that they arrive
// while it multiplies: waiting for memory takes a fifth of a prompt's time otherwise.
struct Prefetcher {
  const char* next = nullptr;
  const char* end = nullptr;
  int lines = 0;  // with each group of inputs

  VITRINE_INLINE void fetch() {
    constexpr int kLine = 64;
    for (int i = 0; i < lines && next < end; ++i, next += kLine) touch(next);
  }
};

// P panels of W, or as many inputs of them as `inputs` says; `apart` is the distance between panels, in weights.
struct TileF32 {
  const float* w;
  size_t apart;
  int inputs;
};
template <class Code>  // int8_t as stored, or int16_t as widened
struct TileQ8 {
  const Code* w;
  size_t apart;
  const float* scales;
  size_t scales_apart;
  int inputs;
  const float* row_scales;  // [groups][4]
};

constexpr int smaller(int a, int b) { return a < b ? a : b; }

template <int R, int P>
void add_tile(const TileF32& tile, const float* x, size_t x_stride, Prefetcher& prefetcher,
              F32x4 (&y)[R][P][2]) {
  F32x4 sum[R][P][2];  // y itself would live in memory
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) sum[r][p][0] = y[r][p][0], sum[r][p][1] = y[r][p][1];
  }
  const float* w = tile.w;
  const size_t apart = tile.apart;
  for (int begin = 0; begin < tile.inputs; begin += kGroup) {
    const int inputs = smaller(tile.inputs - begin, kGroup);
    prefetcher.fetch();
    VITRINE_NO_UNROLL
    for (int k = 0; k < inputs; ++k) {
      for (int p = 0; p < P; ++p) {
        const F32x4 low = load(w + p * apart), high = load(w + p * apart + 4);
        for (int r = 0; r < R; ++r) {
          const F32x4 value = splat(x[r * x_stride]);
          sum[r][p][0] = sum[r][p][0] + value * low;
          sum[r][p][1] = sum[r][p][1] + value * high;
          keep(sum[r][p][0]);
          keep(sum[r][p][1]);
        }
      }
      ++x;
      w += kPanel;
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) y[r][p][0] = sum[r][p][0], y[r][p][1] = sum[r][p][1];
  }
}

// Adds the exact products of `pairs` pairs of int16 by int8 or int16.
template <int R, int P, class Code>
VITRINE_INLINE void add_pairs(const Code* w, size_t apart, int pairs, const int16_t* x, size_t x_stride,
                              I32x4 (&sum)[R][P][2]) {
  VITRINE_NO_UNROLL
  for (int pair = 0; pair < pairs; ++pair) {
    for (int p = 0; p < P; ++p) {
      const I16x8 low = load_codes(w + p * apart), high = load_codes(w + p * apart + kPanel);
      for (int r = 0; r < R; ++r) {
        const I16x8 value = load_pair(x + r * x_stride);
        sum[r][p][0] = sum[r][p][0] + dot(value, low);
        sum[r][p][1] = sum[r][p][1] + dot(value, high);
        keep(sum[r][p][0]);
        keep(sum[r][p][1]);
      }
    }
    x += 2;
    w += 2 * kPanel;
  }
}

template <int R, int P>
VITRINE_INLINE void clear(I32x4 (&sum)[R][P][2]) {
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) sum[r][p][0] = sum[r][p][1] = splat_i32(0);
  }
}

template <int R, int P, class Code>
void add_tile(const TileQ8<Code>& tile, const int16_t* x, size_t x_stride, Prefetcher& prefetcher,
              F32x4 (&y)[R][P][2]) {
  const int all_pairs = (tile.inputs + 1) / 2;
  constexpr int kGroupPairs = kGroup / 2;
  const Code* w = tile.w;
  const float *scales = tile.scales, *row_scales = tile.row_scales;
  for (int begin = 0; begin < all_pairs; begin += kGroupPairs) {
    const int pairs = smaller(all_pairs - begin, kGroupPairs);
    prefetcher.fetch();
    I32x4 sum[R][P][2];
    clear(sum);
    add_pairs(w, tile.apart, pairs, x, x_stride, sum);
    for (int p = 0; p < P; ++p) {
      const F32x4 low = load(scales + p * tile.scales_apart), high = load(scales + p * tile.scales_apart + 4);
      for (int r = 0; r < R; ++r) {
        const F32x4 scale = splat(row_scales[r]);
        y[r][p][0] = y[r][p][0] + to_float(sum[r][p][0]) * (scale * low);
        y[r][p][1] = y[r][p][1] + to_float(sum[r][p][1]) * (scale * high);
      }
    }
    w += static_cast<size_t>(pairs) * 2 * kPanel;
    x += pairs * 2;
    scales += kPanel;
    row_scales += kByteTile;
  }
}

}  // namespace vitrine
