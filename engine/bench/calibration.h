// What this machine can do at most, to hold the engine's speed against. Each function does a fixed piece of work; the
// caller times it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vitrine {

// `iterations` times twelve int16 dot products and additions, all in registers. Returns the operations done,
// counting multiplications and additions as the products do: 16 for each four-lane dot and add.
double calibrate_dot(int64_t iterations);

// The same for twelve four-lane F32 additions and multiplications: 8 operations for each pair.
double calibrate_f32(int64_t iterations);

// Reads all of `values` once, sixteen bytes at a time. Returns how many bytes.
double calibrate_read(std::span<const float> values);

// Somewhere the results go, so that no compiler leaves the work out.
float calibration_sink();

}  // namespace vitrine
