// AMX' tile instructions in plain C++, so that the build for AMX is tested on any machine with AVX-512.
#pragma once

#include "lanes.h"

namespace training {

struct EmulatedTile {
  uint8_t rows[16][64];
};
inline thread_local EmulatedTile emulated_tiles[8];

inline void emulated_zero(int tile) { emulated_tiles[tile] = {}; }

inline void emulated_load(int tile, const void* from, size_t stride) {
  for (int row = 0; row < 16; ++row) {
    std::memcpy(emulated_tiles[tile].rows[row], static_cast<const char*>(from) + row * stride, 64);
  }
}

inline void emulated_store(int tile, void* to, size_t stride) {
  for (int row = 0; row < 16; ++row) {
    std::memcpy(static_cast<char*>(to) + row * stride, emulated_tiles[tile].rows[row], 64);
  }
}

// Tile c, 16x16 F32, += tile a, 16 rows of 16 pairs, times tile b, 16 pairs of 16 columns.
inline void emulated_products(int c, int a, int b) {
  for (int row = 0; row < 16; ++row) {
    float* sums = reinterpret_cast<float*>(emulated_tiles[c].rows[row]);
    const Half* left = reinterpret_cast<const Half*>(emulated_tiles[a].rows[row]);
    for (int pair = 0; pair < 16; ++pair) {
      const Half* right = reinterpret_cast<const Half*>(emulated_tiles[b].rows[pair]);
      const float x0 = float_of_bf16(left[2 * pair]), x1 = float_of_bf16(left[2 * pair + 1]);
      for (int n = 0; n < 16; ++n) {
        sums[n] += x0 * float_of_bf16(right[2 * n]) + x1 * float_of_bf16(right[2 * n + 1]);
      }
    }
  }
}

}  // namespace training

#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#define _tile_zero emulated_zero
#define _tile_loadd emulated_load
#define _tile_stored emulated_store
#define _tile_dpbf16ps emulated_products
