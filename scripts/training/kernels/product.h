// Matrix products, 32x32 blocks at a time, each handed to the caller as soon as it is whole.
#pragma once

#include <cstdlib>

#include "pack.h"
#if defined(BUILD_AMX)
#include "block_amx.h"
#elif defined(BUILD_BF16)
#include "block_bf16.h"
#elif defined(BUILD_FP16)
#include "block_fp16.h"
#else
#include "block_f32.h"
#endif

namespace training {

// A left factor: rows of halves, `stride` apart.
struct Rows {
  const Half* data;
  size_t stride;
};

// A right factor, packed (pack.h): panels of 32 columns, `stride` halves apart.
struct Panels {
  const Half* data;
  size_t stride;
};

// The product is [rows, columns], each element a sum over `depth` terms; all three are multiples of 32.
struct Extent {
  int rows, columns, depth;
};

// What the outer loop runs over: its blocks are read once, those of the inner loop once for each of them.
enum class Outer { kRows, kColumns };

constexpr int kInnerAtOnce = 1024;  // rows or columns of the inner loop whose sums wait in the scratch

inline thread_local float* product_scratch = nullptr;

// To be called by a thread before its first product.
inline void prepare_thread() {
  constexpr size_t kBytes = kInnerAtOnce * 32 * sizeof(float) + 4096;
  if (!product_scratch) product_scratch = static_cast<float*>(std::aligned_alloc(4096, kBytes));
  prepare_tiles();
}

// Calls use(row, column, values) for 16 columns at a time of a 32x32 block.
template <class Use>
TRAINING_INLINE void for_each_lanes(const float* block, Use use) {
  for (int row = 0; row < 32; ++row) {
    use(row, 0, load(block + row * 32));
    use(row, 16, load(block + row * 32 + 16));
  }
}

// A * B. `finish(row, column, block)` gets each 32x32 block of sums with the place of its first element.
// kTransposed: A is stored as [depth][rows]. The depth is cut into pieces whose panel stays in the first
// cache; sums of the pieces wait in the scratch.
template <bool kTransposed = false, class Finish>
inline void multiply(Rows a, Panels b, Extent extent, Outer order, Finish finish) {
  const bool by_columns = order == Outer::kColumns;
  const int outer_end = by_columns ? extent.columns : extent.rows;
  const int inner_end = by_columns ? extent.rows : extent.columns;
  const int pieces = (extent.depth + kDepthAtOnce - 1) / kDepthAtOnce;
  const int piece = ((extent.depth + pieces - 1) / pieces + 31) / 32 * 32;
  for (int outer = 0; outer < outer_end; outer += 32) {
    for (int part = 0; part < inner_end; part += kInnerAtOnce) {
      const int part_end = std::min(inner_end, part + kInnerAtOnce);
      for (int k = 0; k < extent.depth; k += piece) {
        const int depth = std::min(piece, extent.depth - k);
        for (int inner = part; inner < part_end; inner += 32) {
          const int row = by_columns ? inner : outer, column = by_columns ? outer : inner;
          float* block = product_scratch + (pieces > 1 ? (inner - part) * 32 : 0);
          const Half* left = kTransposed ? a.data + k * a.stride + row : a.data + row * a.stride + k;
          const Half* panel = b.data + (column / kPanel) * b.stride + static_cast<size_t>(k) * kPanel;
          multiply_block<kTransposed>(left, a.stride, panel, depth, block, k == 0);
          if (k + piece >= extent.depth) finish(row, column, block);
        }
      }
    }
  }
}

// A^T * B, A being stored as [depth][rows]. `turned`: room for [rows][depth + 32], used where A must be
// turned round first.
template <class Finish>
inline void multiply_transposed(Rows a, Panels b, Extent extent, Half* turned, Finish finish) {
  if constexpr (kPaired) {
    const Outer order = extent.columns > extent.rows ? Outer::kColumns : Outer::kRows;
    const size_t stride = static_cast<size_t>(extent.depth) + 32;
    transpose(a.data, a.stride, extent.depth, extent.rows, turned, stride);
    multiply<false>(Rows{turned, stride}, b, extent, order, finish);
  } else {
    multiply<true>(a, b, extent, Outer::kColumns, finish);
  }
}

// C += A^T * B in F32; C's rows are `stride` floats apart.
inline auto adding_to(float* c, size_t stride) {
  return [c, stride](int row, int column, const float* block) {
    for_each_lanes(block, [&](int i, int j, Lanes sum) {
      float* to = c + (row + i) * stride + column + j;
      store(to, load(to) + sum);
    });
  };
}

// C = A * B in F32.
inline auto storing_to(float* c, size_t stride) {
  return [c, stride](int row, int column, const float* block) {
    for_each_lanes(block, [&](int i, int j, Lanes sum) { store(c + (row + i) * stride + column + j, sum); });
  };
}

// C = A * B in halves.
inline auto storing_halves_to(Half* c, size_t stride) {
  return [c, stride](int row, int column, const float* block) {
    for_each_lanes(block,
                   [&](int i, int j, Lanes sum) { store_half(c + (row + i) * stride + column + j, sum); });
  };
}

}  // namespace training
