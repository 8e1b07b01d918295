#include "kernels/packed.h"

#include <algorithm>
#include <cmath>

namespace vitrine {
namespace {

constexpr float kLargestCode = 127.0f;
// A group whose largest weight is below this counts as zero: its scale would leave the range of normal floats.
constexpr float kSmallestGroup = 1e-30f;

// Adding 1.5 * 2^23 leaves no fraction bits: the sum itself rounds, to nearest even, on every platform and
// whatever the library's rint() does. Exact for |value| < 2^22.
int8_t round_to_code(float value) {
  constexpr float kNoFraction = 12582912.0f;
  const float clamped = std::min(std::max(value, -kLargestCode), kLargestCode);
  return static_cast<int8_t>((clamped + kNoFraction) - kNoFraction);
}

float group_scale(float largest) { return largest < kSmallestGroup ? 0.0f : largest / kLargestCode; }
float group_inverse(float largest) { return largest < kSmallestGroup ? 0.0f : kLargestCode / largest; }

// Offset of w[output, input] among the packed int8 values.
size_t q8_offset(size_t output, size_t input, size_t inputs) {
  const size_t pairs = (inputs + 1) / 2;
  return ((output / kPanel * pairs + input / 2) * kPanel + output % kPanel) * 2 + input % 2;
}

size_t scale_offset(size_t output, size_t group, size_t inputs) {
  return (output / kPanel * groups(static_cast<int>(inputs)) + group) * kPanel + output % kPanel;
}

}  // namespace

void pack_f32_row(std::span<const float> row, int output, float* packed) {
  const size_t n = static_cast<size_t>(output);
  float* to = packed + n / kPanel * row.size() * kPanel + n % kPanel;
  for (size_t k = 0; k < row.size(); ++k) to[k * kPanel] = row[k];
}

void pack_q8_row(std::span<const float> row, int output, int8_t* packed, float* scales) {
  const size_t n = static_cast<size_t>(output), inputs = row.size();
  for (size_t begin = 0; begin < inputs; begin += kGroup) {
    const size_t end = std::min(begin + kGroup, inputs);
    float largest = 0.0f;
    for (size_t k = begin; k < end; ++k) largest = std::max(largest, std::fabs(row[k]));
    scales[scale_offset(n, begin / kGroup, inputs)] = group_scale(largest);
    const float inverse = group_inverse(largest);
    for (size_t k = begin; k < end; ++k) packed[q8_offset(n, k, inputs)] = round_to_code(row[k] * inverse);
  }
}

void pack_f32_inputs(const float* band, int first, int count, int outputs, int inputs, float* packed) {
  const auto n = static_cast<size_t>(outputs), k_all = static_cast<size_t>(inputs);
  for (size_t k = 0; k < static_cast<size_t>(count); ++k) {
    const float* from = band + k * n;
    float* to = packed + (static_cast<size_t>(first) + k) * kPanel;
    for (size_t output = 0; output < n; output += kPanel, to += k_all * kPanel) {
      std::copy_n(from + output, std::min<size_t>(kPanel, n - output), to);
    }
  }
}

void pack_q8_inputs(const float* band, int first, int count, int outputs, int inputs, int8_t* packed,
                    float* scales) {
  const auto n = static_cast<size_t>(outputs), k_all = static_cast<size_t>(inputs);
  for (size_t done = 0; done < static_cast<size_t>(count); done += kGroup) {
    const size_t rows = std::min<size_t>(kGroup, static_cast<size_t>(count) - done);
    const size_t begin = static_cast<size_t>(first) + done;
    for (size_t output = 0; output < n; output += kPanel) {
      const size_t lanes = std::min<size_t>(kPanel, n - output);
      const float* from = band + done * n + output;
      float largest[kPanel] = {};
      for (size_t k = 0; k < rows; ++k) {
        for (size_t lane = 0; lane < lanes; ++lane)
          largest[lane] = std::max(largest[lane], std::fabs(from[k * n + lane]));
      }
      float inverse[kPanel];
      for (size_t lane = 0; lane < lanes; ++lane) {
        scales[scale_offset(output + lane, begin / kGroup, k_all)] = group_scale(largest[lane]);
        inverse[lane] = group_inverse(largest[lane]);
      }
      int8_t* to = packed + q8_offset(output, begin, k_all);
      for (size_t k = 0; k < rows; ++k) {
        int8_t* pair = to + k / 2 * 2 * kPanel + k % 2;
        for (size_t lane = 0; lane < lanes; ++lane)
          pair[2 * lane] = round_to_code(from[k * n + lane] * inverse[lane]);
      }
    }
  }
}

void unpack_row(const PackedMatrix& matrix, int output, std::span<float> row) {
  const size_t n = static_cast<size_t>(output), inputs = static_cast<size_t>(matrix.inputs);
  if (matrix.type == WeightType::f32) {
    const float* from = matrix.f32 + n / kPanel * inputs * kPanel + n % kPanel;
    for (size_t k = 0; k < inputs; ++k) row[k] = from[k * kPanel];
    return;
  }
  for (size_t k = 0; k < inputs; ++k) {
    row[k] = static_cast<float>(matrix.q8[q8_offset(n, k, inputs)]) *
             matrix.scales[scale_offset(n, k / kGroup, inputs)];
  }
}

}  // namespace vitrine
