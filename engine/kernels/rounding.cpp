#include "kernels/rounding.h"

#include <algorithm>
#include <cstring>

#include "kernels/simd.h"

namespace vitrine {

// The bits of |x| order like integers, with infinity and NaN at the top.
float largest_magnitude(const float* x, int count) {
  const I32x4 magnitude = splat_i32(0x7fffffff);
  I32x4 largest = splat_i32(0);
  int k = 0;
  for (; k + 4 <= count; k += 4) largest = max(largest, bits(load(x + k)) & magnitude);
  if (k < count) largest = max(largest, bits(load_part(x + k, count - k)) & magnitude);
  int32_t lane[4];
  store(lane, largest);
  for (int i = 1; i < 4; ++i) lane[0] = lane[i] > lane[0] ? lane[i] : lane[0];
  float limit;
  std::memcpy(&limit, lane, sizeof limit);
  return limit;
}

void round_values(const float* x, int count, float inverse, int16_t* values) {
  const auto rounded = [&](const float* from) {
    return narrow(round_to_int(load(from) * splat(inverse)), round_to_int(load(from + 4) * splat(inverse)));
  };
  int k = 0;
  for (; k + 8 <= count; k += 8) store(values + k, rounded(x + k));
  if (k < count) {
    float rest[8] = {};
    std::copy_n(x + k, count - k, rest);
    int16_t last[8];
    store(last, rounded(rest));
    std::copy_n(last, (count - k + 1) / 2 * 2, values + k);
  }
}

}  // namespace vitrine
