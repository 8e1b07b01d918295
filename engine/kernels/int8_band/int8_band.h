// Products of many rows from bytes, for WebAssembly runtimes with relaxed SIMD.
//
// i32x4.relaxed_dot_i8x16_i7x16_add_s adds four products of int8 to each sum; i32x4.dot_i16x8_s adds two and needs an
// addition of its own. An activation v, an int16, is 256 high + low with both digits in -128..127, so that
// W v = 256 (W high) + W low: the very sum that int16 gives, to the same bits, from half the instructions.
//
// The specification leaves open how an activation's top bit is taken, so whoever installs a kernel asks the runtime
// first and tells what it adds to a digit to be taken as meant: 128 where bytes count from 0, and nothing where they
// are signed. Runtimes that saturate sums of products on the way cannot take a kernel.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/packed.h"

namespace vitrine {

inline constexpr int kByteTile = 4;       // rows that share each read of the weights
inline constexpr int kBandInputs = 768;   // inputs of a panel that a call takes at the most
inline constexpr int kByteLimit = 32639;  // the largest v: 256 * 127 + 127

// What a kernel reads and writes. engine/kernels/int8_band/int8_band.wat has the offsets of these members in a 32-bit memory.
struct Int8Band {
  const int8_t* codes;  // the panel's weights for these inputs, as packed.h has them: [quads][2][8][2]
  const float* scales;  // [ceil(quads / 16)][8]
  const uint8_t* low;   // of the first row, from these inputs on
  const uint8_t* high;
  uint32_t row_bytes;  // from a row to the next: K
  uint32_t quads;      // four inputs each, at most kBandInputs
  uint32_t tiles;      // kByteTile rows each
  int8_t* scratch;     // kByteScratch bytes
  float* sums;  // [tiles][4][8], added to group by group: sums += float(W v) * (row's scale * output's scale)
  uint32_t bias;      // what is added to each digit, four times side by side
  const char* ahead;  // weights that come next, to be touched meanwhile
  const char* ahead_end;
  const uint8_t* wide;      // of the first tile, from these inputs on
  const float* row_scales;  // [tiles][groups][4], likewise
  uint32_t groups;          // of a whole row: from a tile to the next
};
static_assert(sizeof(void*) != 4 || sizeof(Int8Band) == 15 * 4);
using Int8Kernel = void (*)(const Int8Band* band);
inline constexpr size_t kByteScratch =
    (kBandInputs + kBandInputs / kGroup * sizeof(int32_t)) * static_cast<size_t>(kPanel);

// The kernel for products of many rows, null for none, and what it wants added to each digit.
struct ByteProducts {
  Int8Kernel kernel = nullptr;
  uint8_t bias = 0;
};

// The digits of rows of activations, biased: byte k of row t is at t * K + k. There is room for whole tiles of rows; those
// beyond T are anything.
struct ByteRows {
  const uint8_t* low = nullptr;
  const uint8_t* high = nullptr;
  const uint8_t* wide = nullptr;  // [ceil(T/4)][groups]: 0 where the high digits of four rows are all zero
  ByteProducts products = {};     // what multiplies them
};

// The digits of rows [T, stride] of int16 within kByteLimit; `bias` as told.
void split_rows(const int16_t* values, int stride, int rows, int inputs, uint8_t bias, uint8_t* low,
                uint8_t* high);

}  // namespace vitrine
