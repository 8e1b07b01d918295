// A weight matrix as the products read it. y[N] = W[N,K] x[K] + bias: N outputs, K inputs.
//
// Rows are grouped in panels of kPanel = 8 outputs, so that one vector load serves 4 or 8 outputs and
// memory is read once, front to back:
//   F32  [ceil(N/8)][K][8]                 w[n,k] = p[n/8][k][n%8]
//   Q8   [ceil(N/8)][ceil(K/2)][8][2] int8  w[n,k] = p[n/8][k/2][n%8][k%2] * s[n/8][k/64][n%8]
//        scales [ceil(N/8)][ceil(K/64)][8] F32: one scale per output and group of kGroup = 64 inputs
// Outputs beyond N and inputs beyond K are zero. A group of 64 products |int8| <= 127 by |int16| <= 32767
// sums to less than 2^29, so int32 never overflows, whatever K is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vitrine {

inline constexpr int kPanel = 8;
inline constexpr int kGroup = 64;

enum class WeightType : uint8_t { f32, q8 };

struct PackedMatrix {  // does not own its memory
  int outputs = 0;     // N
  int inputs = 0;      // K
  WeightType type = WeightType::f32;
  const float* f32 = nullptr;     // type == f32
  const int8_t* q8 = nullptr;     // type == q8
  const float* scales = nullptr;  // type == q8
};

constexpr size_t panels(int outputs) { return (static_cast<size_t>(outputs) + kPanel - 1) / kPanel; }
constexpr size_t groups(int inputs) { return (static_cast<size_t>(inputs) + kGroup - 1) / kGroup; }
constexpr size_t packed_f32_count(int outputs, int inputs) { return panels(outputs) * inputs * kPanel; }
constexpr size_t packed_q8_count(int outputs, int inputs) {
  return panels(outputs) * ((static_cast<size_t>(inputs) + 1) / 2) * 2 * kPanel;
}
constexpr size_t scale_count(int outputs, int inputs) { return panels(outputs) * groups(inputs) * kPanel; }

// Packing writes one output at a time: `row` holds its K inputs. Padding must already be zero.
void pack_f32_row(std::span<const float> row, int output, float* packed);
// Symmetric, round to nearest even: scale = max|w| / 127 over the group (0 for a group below 1e-30).
void pack_q8_row(std::span<const float> row, int output, int8_t* packed, float* scales);

// The same for a matrix whose rows are inputs, as Conv1D stores it: inputs [first, first + count) of all N outputs,
// `band` is [count, N]. `first` is a multiple of kGroup, and so is `count` unless it reaches K.
void pack_f32_inputs(const float* band, int first, int count, int outputs, int inputs, float* packed);
void pack_q8_inputs(const float* band, int first, int count, int outputs, int inputs, int8_t* packed,
                    float* scales);

// The K inputs of output `n`, dequantised: exactly the values the products use.
void unpack_row(const PackedMatrix& matrix, int output, std::span<float> row);

}  // namespace vitrine
