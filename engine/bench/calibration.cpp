#include "bench/calibration.h"

#include <atomic>

#include "kernels/simd.h"

namespace vitrine {
namespace {

// Written by every thread that calibrates; only the last value matters, and that not at all.
std::atomic<float> sink{0.0f};

// Chains that each wait for their own last step only: enough of them to keep the units busy, and no more than fit in
// sixteen registers with what a step needs: a dot product and its addition take up to six cycles, and two may begin in
// each. A chain feeds on itself, so that no step can be left out or done once for all.
constexpr int kDotChains = 12, kF32Chains = 12;

}  // namespace

double calibrate_dot(int64_t iterations) {
  const I16x8 factor = as_i16(splat_i32(0x00030005));
  I32x4 chain[kDotChains];
  for (int c = 0; c < kDotChains; ++c) chain[c] = splat_i32(c + 1);
  VITRINE_NO_UNROLL
  for (int64_t i = 0; i < iterations; ++i) {
    for (I32x4& value : chain) {
      value = value + dot(as_i16(value), factor);
      keep(value);
    }
  }
  float total = 0;
  for (const I32x4& value : chain) total += sum_lanes(to_float(value));
  sink.store(total, std::memory_order_relaxed);
  return static_cast<double>(iterations) * kDotChains * 16;
}

double calibrate_f32(int64_t iterations) {
  const F32x4 step = splat(1.0f), factor = splat(0.5f);
  F32x4 chain[kF32Chains];
  for (int c = 0; c < kF32Chains; ++c) chain[c] = splat(static_cast<float>(c));
  VITRINE_NO_UNROLL
  for (int64_t i = 0; i < iterations; ++i) {
    for (F32x4& value : chain) {
      value = (value + step) * factor;
      keep(value);
    }
  }
  float total = 0;
  for (const F32x4& value : chain) total += sum_lanes(value);
  sink.store(total, std::memory_order_relaxed);
  return static_cast<double>(iterations) * kF32Chains * 8;
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
