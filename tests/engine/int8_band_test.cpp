// Products from bytes: against products from int16, with the kernel of int8_band.wat written once more in C++.
#include "kernels/int8_band/int8_band.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/linear.h"
#include "samples.h"

using vitrine::ByteProducts;
using vitrine::Int8Band;
using vitrine::kByteLimit;
using vitrine::test::Floats;
using vitrine::test::same_bits;
using vitrine::test::Samples;

namespace {

int kernel_calls = 0;

// A byte as the kernel's runtime takes it.
int digit(uint8_t byte, uint32_t bias) { return bias ? byte : static_cast<int8_t>(byte); }

void plain_kernel(const Int8Band* band) {
  ++kernel_calls;
  const uint32_t bias = band->bias & 0xff;
  REQUIRE(band->quads <= vitrine::kBandInputs / 4);
  // All of the scratch is the kernel's.
  std::memset(band->scratch, 0x55, vitrine::kByteScratch);
  for (uint32_t row = 0; row < band->tiles * vitrine::kByteTile; ++row) {
    const uint8_t *low = band->low + row * band->row_bytes, *high = band->high + row * band->row_bytes;
    for (uint32_t first = 0; first < band->quads; first += 16) {
      const uint32_t group = row / vitrine::kByteTile * band->groups + first / 16;
      const float row_scale = band->row_scales[group * vitrine::kByteTile + row % vitrine::kByteTile];
      for (int output = 0; output < vitrine::kPanel; ++output) {
        int32_t high_sum = 0, low_sum = 0;
        for (uint32_t k = 4 * first; k < 4 * std::min(first + 16, band->quads); ++k) {
          const int code = band->codes[(k / 2 * vitrine::kPanel + output) * 2 + k % 2];
          if (band->wide[group]) high_sum += code * (digit(high[k], bias) - static_cast<int>(bias));
          low_sum += code * (digit(low[k], bias) - static_cast<int>(bias));
        }
        band->sums[row * vitrine::kPanel + output] +=
            static_cast<float>(high_sum * 256 + low_sum) *
            (row_scale * band->scales[first / 16 * vitrine::kPanel + output]);
      }
    }
  }
}

// y = x W^T + offset of a Q8 matrix, its panels in ranges of `chunk` (0: all at once).
struct Product {
  const Floats &w, &offset, &x;
  int rows, outputs, inputs;
  bool coarse = false;

  Floats with(ByteProducts products, int chunk = 0) const {
    using namespace vitrine;
    Floats scales(scale_count(outputs, inputs)), y(static_cast<size_t>(rows) * static_cast<size_t>(outputs));
    std::vector<int8_t> codes(packed_q8_count(outputs, inputs));
    const size_t width = static_cast<size_t>(inputs);
    for (int n = 0; n < outputs; ++n)
      pack_q8_row({w.data() + static_cast<size_t>(n) * width, width}, n, codes.data(), scales.data());
    const Linear l{{outputs, inputs, WeightType::q8, nullptr, codes.data(), scales.data()},
                   offset.empty() ? nullptr : offset.data(),
                   coarse ? Rounding::coarse : Rounding::fine};
    LinearWorkspace workspace;
    workspace.byte_products = products;
    REQUIRE(workspace.reserve(rows, inputs));
    const ConstMatrix in = view(x.data(), rows, inputs);
    const Matrix out = view(y.data(), rows, outputs);
    if (chunk == 0) {
      linear(l, in, out, workspace);
      return y;
    }
    const RoundedRows rounded = workspace.round(in, l.rounding, nullptr);
    const size_t all = panels(outputs), step = static_cast<size_t>(chunk);
    for (size_t panel = 0; panel < all; panel += step)
      multiply_panels(l.weight, l.bias, in, rounded, out, {panel, std::min(panel + step, all)});
    return y;
  }
};

}  // namespace

TEST_CASE("a product from bytes has the bits of one from int16") {
  Samples samples(31);
  for (uint8_t bias : {0, 128}) {
    for (int rows : {1, 2, 3, 4, 5, 64, 65, 131}) {
      for (int inputs : {4, 60, 64, 68, 130, 768, 900}) {
        CAPTURE(static_cast<int>(bias));
        CAPTURE(rows);
        CAPTURE(inputs);
        constexpr int kOutputs = 21;
        const Floats w = samples.normals(static_cast<size_t>(kOutputs) * inputs),
                     offset = samples.normals(kOutputs), x = samples.with_outliers(rows, inputs);
        for (bool coarse : {false, true}) {
          const Product product{w, offset, x, rows, kOutputs, inputs, coarse};
          const Floats wanted = product.with({});
          kernel_calls = 0;
          CHECK(same_bits(product.with({plain_kernel, bias}), wanted));
          CHECK(same_bits(product.with({plain_kernel, bias}, 2), wanted));
          // One and two rows wait for memory, and a quad of inputs is not cut.
          CHECK((kernel_calls > 0) == (rows > 2 && inputs % 4 == 0));
        }
      }
    }
  }
}

TEST_CASE("two digits make every activation again") {
  std::vector<int16_t> values;
  for (int v = -kByteLimit; v <= kByteLimit; ++v) values.push_back(static_cast<int16_t>(v));
  const int count = static_cast<int>(values.size());
  std::vector<uint8_t> low(values.size()), high(values.size());
  for (uint8_t bias : {0, 128}) {
    vitrine::split_rows(values.data(), count, 1, count, bias, low.data(), high.data());
    int wrong = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const int l = digit(low[i], bias) - bias, h = digit(high[i], bias) - bias;
      wrong += l < -128 || l > 127 || h < -128 || h > 127 || 256 * h + l != values[i];
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a row that is not finite stays so from bytes") {
  Floats x(4 * 64, 1.0f);
  x[70] = std::numeric_limits<float>::infinity();
  const Floats w(64, 1.0f), none;
  const Floats y = Product{w, none, x, 4, 1, 64}.with({plain_kernel, 128});
  CHECK(y[0] == doctest::Approx(64));
  CHECK(y[1] != y[1]);
  CHECK(y[2] == doctest::Approx(64));
}
