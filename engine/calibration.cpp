#include "calibration.h"

#include <atomic>

#include "simd.h"

namespace vitrine {
namespace {

// Written by every thread that calibrates; only the last value matters, and that not at all.
std::atomic<float> sink{0.0f};

// Each chain adds the product of one of two values that change with every iteration and one of a few that stay: equal
// products would be computed once, and unchanging ones moved out of the loop. As many chains as fit in the registers of
// a two-operand instruction set; F32 needs more of them, its additions taking longer.
constexpr int kDotFactors = 3, kF32Factors = 4;

}  // namespace

double calibrate_dot(int64_t iterations) {
  I32x4 up = splat_i32(1), down = splat_i32(-1), factor[kDotFactors], sum[(2 * kDotFactors)];
  for (int c = 0; c < kDotFactors; ++c) factor[c] = splat_i32(c + 1);
  for (I32x4& s : sum) s = splat_i32(0);
  VITRINE_NO_UNROLL
  for (int64_t i = 0; i < iterations; ++i) {
    for (int c = 0; c < kDotFactors; ++c) {
      sum[2 * c] = sum[2 * c] + dot(as_i16(up), as_i16(factor[c]));
      sum[2 * c + 1] = sum[2 * c + 1] + dot(as_i16(down), as_i16(factor[c]));
      keep(sum[2 * c]);
      keep(sum[2 * c + 1]);
    }
    up = up + factor[0];
    down = down - factor[0];
  }
  float total = 0.0f;
  for (const I32x4& s : sum) total += sum_lanes(to_float(s));
  sink.store(total, std::memory_order_relaxed);
  return static_cast<double>(iterations) * (2 * kDotFactors) * 16;
}

double calibrate_f32(int64_t iterations) {
  F32x4 up = splat(1.0f), down = splat(-1.0f), factor[kF32Factors], sum[(2 * kF32Factors)];
  for (int c = 0; c < kF32Factors; ++c) factor[c] = splat(static_cast<float>(c + 1));
  for (F32x4& s : sum) s = splat(0.0f);
  VITRINE_NO_UNROLL
  for (int64_t i = 0; i < iterations; ++i) {
    for (int c = 0; c < kF32Factors; ++c) {
      sum[2 * c] = sum[2 * c] + up * factor[c];
      sum[2 * c + 1] = sum[2 * c + 1] + down * factor[c];
      keep(sum[2 * c]);
      keep(sum[2 * c + 1]);
    }
    up = up + factor[0];
    down = down - factor[0];
  }
  float total = 0.0f;
  for (const F32x4& s : sum) total += sum_lanes(s);
  sink.store(total, std::memory_order_relaxed);
  return static_cast<double>(iterations) * (2 * kF32Factors) * 8;
}

double calibrate_read(std::span<const float> values) {
  I32x4 sum[4];
  for (I32x4& s : sum) s = splat_i32(0);
  const size_t count = values.size() / 16 * 16;
  VITRINE_NO_UNROLL
  for (size_t i = 0; i < count; i += 16) {
    for (int j = 0; j < 4; ++j) sum[j] = sum[j] + bits(load(values.data() + i + 4 * j));
  }
  float total = 0.0f;
  for (const I32x4& s : sum) total += sum_lanes(to_float(s));
  sink.store(total, std::memory_order_relaxed);
  return static_cast<double>(count) * sizeof(float);
}

float calibration_sink() { return sink.load(std::memory_order_relaxed); }

}  // namespace vitrine
