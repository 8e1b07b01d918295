#include "kernels/int8_band/int8_band.h"

namespace vitrine {

void split_rows(const int16_t* values, int stride, int rows, int inputs, uint8_t bias, uint8_t* low,
                uint8_t* high) {
  const size_t width = static_cast<size_t>(inputs);
  for (int t = 0; t < rows; ++t, values += stride, low += width, high += width) {
    // The low digit is the low byte, read as signed; what it takes off by that, the high digit makes good.
    for (size_t k = 0; k < width; ++k) low[k] = static_cast<uint8_t>(values[k] + bias);
    for (size_t k = 0; k < width; ++k) high[k] = static_cast<uint8_t>(((values[k] + 128) >> 8) + bias);
  }
}

}  // namespace vitrine
