// A 32x32 block of a product by AMX tiles: tiles 0 to 3 hold the sums, 4 and 5 rows of A, 6 and 7 columns of
// B.
#pragma once

#include "pack.h"
#ifdef EMULATED_TILES
#include "tiles_emulated.h"
#endif

namespace training {

constexpr int kDepthAtOnce = 384;  // values of k whose panel stays in the first cache

#ifdef EMULATED_TILES
inline void prepare_tiles() {}
#else
inline void prepare_tiles() {
  struct alignas(64) {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } configuration;
  _tile_loadconfig(&configuration);
}
#endif

// C[32][32] (+)= A[32][depth] * panel; `first`: C is not added to. A cannot be read transposed (kPaired).
template <bool kTransposed>
inline void multiply_block(const Half* a, size_t stride, const Half* panel, int depth, float* c, bool first) {
  static_assert(!kTransposed);
  constexpr int kRowBytes = 32 * sizeof(float);
  if (first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {
    _tile_loadd(0, c, kRowBytes);
    _tile_loadd(1, c + 16, kRowBytes);
    _tile_loadd(2, c + 512, kRowBytes);
    _tile_loadd(3, c + 528, kRowBytes);
  }
  const Half* below = a + 16 * stride;
  for (int k = 0; k < depth; k += 32, panel += kPairedStep) {
    _tile_loadd(4, a + k, stride * 2);
    _tile_loadd(6, panel, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, panel + 512, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, below + k, stride * 2);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, c, kRowBytes);
  _tile_stored(1, c + 16, kRowBytes);
  _tile_stored(2, c + 512, kRowBytes);
  _tile_stored(3, c + 528, kRowBytes);
}

}  // namespace training
