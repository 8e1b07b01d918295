// The right factor B [K, N] of a product, packed into panels of 32 columns: K * 32 halves each, in the order
// in which a 32x32 block of the product reads them.
//
//   plain   [N / 32][K][32 columns]
//   paired  [N / 32][K / 32][2 halves of the columns][16 pairs of k][16 columns][2 of the pair]
#pragma once

#include "build.h"
#ifdef __AVX512F__
#include "transpose_avx512.h"
#else
#include "transpose_avx2.h"
#endif

namespace training {

constexpr int kPanel = 32;                // columns
constexpr int kPairedStep = 32 * kPanel;  // halves of 32 values of k in a paired panel

#if TRAINING_BF16

inline void pack_panel(const Half* src, size_t stride, int depth, Half* to) {
  for (int k = 0; k < depth; k += 32, to += kPairedStep) {
    const Half* from = src + k * stride;
    for (int pair = 0; pair < 16; ++pair, from += 2 * stride) {
      _mm512_store_si512(to + pair * 32, interleaved(from, from + stride));
      _mm512_store_si512(to + 512 + pair * 32, interleaved(from + 16, from + stride + 16));
    }
  }
}

inline void pack_transposed_panel(const Half* src, size_t stride, int depth, Half* to) {
  for (int k = 0; k < depth; k += 32, to += kPairedStep) {
    for (int half = 0; half < 2; ++half) {
      transpose_words(src + half * 16 * stride + k, stride, to + half * 512, 32);
    }
  }
}

#else

inline void pack_panel(const Half* src, size_t stride, int depth, Half* to) {
  for (int k = 0; k < depth; ++k) std::memcpy(to + k * kPanel, src + k * stride, kPanel * sizeof(Half));
}

inline void pack_transposed_panel(const Half* src, size_t stride, int depth, Half* to) {
  transpose(src, stride, kPanel, depth, to, kPanel);
}

#endif

// B[k][n] = src[k][n].
inline void pack(const Half* src, size_t stride, int depth, int columns, Half* to) {
  for (int n = 0; n < columns; n += kPanel) {
    pack_panel(src + n, stride, depth, to + static_cast<size_t>(n) * depth);
  }
}

// B[k][n] = src[n][k].
inline void pack_transposed(const Half* src, size_t stride, int columns, int depth, Half* to) {
  for (int n = 0; n < columns; n += kPanel) {
    pack_transposed_panel(src + n * stride, stride, depth, to + static_cast<size_t>(n) * depth);
  }
}

}  // namespace training
