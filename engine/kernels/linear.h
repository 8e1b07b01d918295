// The one seam for matrix products: y[T,N] = x[T,K] W[N,K]^T + bias.
//
// An F32 sum runs over the inputs in order. A Q8 product rounds each group of 64 inputs of a row of x to
// integers, sums the group exactly in int32, whether from int16 or from bytes (int8_band.h), and adds the groups in order.
// The integers reach kByteLimit; under Rounding::coarse kCoarseLimit, where the steps that makes are at most kCoarsestStep of the
// root mean square of the row, so that an outlier takes nothing from its neighbours. A row of y therefore has the same
// bits however many rows are computed with it, on every backend, and whichever panels are computed first.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/buffer.h"
#include "base/matrix.h"
#include "base/thread_pool.h"
#include "kernels/int8_band/int8_band.h"
#include "kernels/layer_weights.h"
#include "kernels/packed.h"

namespace vitrine {

inline constexpr int kCoarseLimit = 127;  // the largest integer of Rounding::coarse
inline constexpr float kCoarsestStep = 0.1f;

// Rows of activations rounded for Q8 products: x[t,k] is about values[t * stride + k] * scale(t, k).
struct RoundedRows {
  const int16_t* values;
  const float* scales;  // [ceil(T/4)][groups][4 rows]; NaN for a row that holds NaN or infinity
  int stride;           // K rounded up to even; the odd value is zero
  size_t groups;        // of a row
  ByteRows bytes = {};  // the same values in bytes, where the product of these rows is taken from them

  float scale(int row, int input) const {
    const size_t t = static_cast<size_t>(row), group = static_cast<size_t>(input) / kGroup;
    return scales[(t / kByteTile * groups + group) * kByteTile + t % kByteTile];
  }
};

// Memory for the rounded rows of a product. It grows to the largest product it has served.
class LinearWorkspace {
 public:
  // The kernel for products of many rows; to be set before reserve().
  ByteProducts byte_products{};

  // Makes room for `rows` rows of `inputs` values; false when there is no memory.
  [[nodiscard]] bool reserve(int rows, int inputs);
  RoundedRows round(ConstMatrix x, Rounding rounding, ThreadPool* threads);

 private:
  Buffer<int16_t> values_;
  Buffer<float> scales_;
  Buffer<uint8_t> low_, high_, wide_;
};

struct PanelRange {
  size_t begin, end;  // panels of kPanel outputs
};

// The outputs of the panels in `range`, for all rows of x. `bias` is [N] or null. Panels are independent of
// each other: several threads may each take a range. `rounded` is used by Q8 weights alone.
void multiply_panels(const PackedMatrix& w, const float* bias, ConstMatrix x, const RoundedRows& rounded,
                     Matrix y, PanelRange range);

// The whole product, its panels shared by `threads`, where null is the caller alone. The workspace must hold x.rows() rows
// of x.cols() values.
void linear(const Linear& l, ConstMatrix x, Matrix y, LinearWorkspace& workspace,
            ThreadPool* threads = nullptr);
inline void linear(const PackedMatrix& w, ConstMatrix x, Matrix y, LinearWorkspace& workspace,
                   ThreadPool* threads = nullptr) {
  linear(Linear{w}, x, y, workspace, threads);
}

}  // namespace vitrine
