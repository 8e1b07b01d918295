#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/packed.h"

using namespace vitrine;

namespace {

struct Shape {
  int outputs, inputs;
};
constexpr Shape kShapes[] = {{1, 1}, {3, 7}, {8, 64}, {7, 65}, {17, 63}, {65, 129}, {24, 128}};

// Values of very different sizes, with a zero group and one that is too small to have a scale.
std::vector<float> sample(int outputs, int inputs) {
  std::vector<float> values(static_cast<size_t>(outputs) * static_cast<size_t>(inputs));
  uint32_t state = 12345;
  for (size_t i = 0; i < values.size(); ++i) {
    state = state * 1664525u + 1013904223u;
    values[i] =
        (static_cast<float>(state >> 8) * 0x1p-24f - 0.5f) * std::ldexp(1.0f, static_cast<int>(i % 9) - 4);
  }
  for (int k = 0; k < inputs && k < kGroup; ++k) values[static_cast<size_t>(k)] = outputs > 1 ? 0.0f : 1e-38f;
  return values;
}

struct Q8 {
  std::vector<int8_t> values;
  std::vector<float> scales;
  PackedMatrix matrix;

  Q8(int outputs, int inputs)
      : values(packed_q8_count(outputs, inputs)), scales(scale_count(outputs, inputs)) {
    matrix = {outputs, inputs, WeightType::q8, nullptr, values.data(), scales.data()};
  }
};

std::vector<float> transposed(const std::vector<float>& rows, int outputs, int inputs) {
  std::vector<float> columns(rows.size());
  for (int n = 0; n < outputs; ++n)
    for (int k = 0; k < inputs; ++k)
      columns[static_cast<size_t>(k * outputs + n)] = rows[static_cast<size_t>(n * inputs + k)];
  return columns;
}

}  // namespace

TEST_CASE("packed F32 rows come back bit for bit, and padding stays zero") {
  for (const auto& shape : kShapes) {
    const auto outputs = shape.outputs, inputs = shape.inputs;
    CAPTURE(outputs);
    CAPTURE(inputs);
    const std::vector<float> rows = sample(outputs, inputs);
    std::vector<float> packed(packed_f32_count(outputs, inputs));
    for (int n = 0; n < outputs; ++n)
      pack_f32_row({rows.data() + n * inputs, static_cast<size_t>(inputs)}, n, packed.data());
    const PackedMatrix matrix{outputs, inputs, WeightType::f32, packed.data(), nullptr, nullptr};
    std::vector<float> row(static_cast<size_t>(inputs));
    for (int n = 0; n < outputs; ++n) {
      unpack_row(matrix, n, row);
      CHECK(std::memcmp(row.data(), rows.data() + n * inputs, row.size() * sizeof(float)) == 0);
    }
    // The formula of packed.h, and nothing in the lanes beyond N.
    for (size_t at = 0; at < packed.size(); ++at) {
      const size_t n = at / kPanel / static_cast<size_t>(inputs) * kPanel + at % kPanel,
                   k = at / kPanel % static_cast<size_t>(inputs);
      const float expected =
          n < static_cast<size_t>(outputs) ? rows[n * static_cast<size_t>(inputs) + k] : 0.0f;
      REQUIRE(packed[at] == expected);
    }
    std::vector<float> banded(packed.size());
    const std::vector<float> columns = transposed(rows, outputs, inputs);
    for (int k = 0; k < inputs; k += kGroup) {
      pack_f32_inputs(columns.data() + k * outputs, k, std::min(kGroup, inputs - k), outputs, inputs,
                      banded.data());
    }
    CHECK(banded == packed);
  }
}

TEST_CASE("a Q8 weight is within half a step of the weight, group by group") {
  // Half of scale, and what rounding the quotient and the product in F32 can add to it.
  constexpr float kHalfStep = 0.5f * (1.0f + 1e-4f);
  for (const auto& shape : kShapes) {
    const auto outputs = shape.outputs, inputs = shape.inputs;
    CAPTURE(outputs);
    CAPTURE(inputs);
    const std::vector<float> rows = sample(outputs, inputs);
    Q8 q8(outputs, inputs);
    std::vector<float> row(static_cast<size_t>(inputs));
    for (int n = 0; n < outputs; ++n)
      pack_q8_row({rows.data() + n * inputs, row.size()}, n, q8.values.data(), q8.scales.data());
    for (int n = 0; n < outputs; ++n) {
      unpack_row(q8.matrix, n, row);
      for (int k = 0; k < inputs; ++k) {
        float largest = 0.0f;
        for (int j = k / kGroup * kGroup; j < std::min(inputs, k / kGroup * kGroup + kGroup); ++j) {
          largest = std::max(largest, std::fabs(rows[static_cast<size_t>(n * inputs + j)]));
        }
        const float error =
            std::fabs(row[static_cast<size_t>(k)] - rows[static_cast<size_t>(n * inputs + k)]);
        REQUIRE(error <= largest / 127.0f * kHalfStep + 1e-30f);
      }
    }
    for (const int8_t code : q8.values) REQUIRE(code >= -127);
  }
}

TEST_CASE("packing inputs in bands gives the bytes that packing outputs gives") {
  for (const auto& shape : kShapes) {
    const auto outputs = shape.outputs, inputs = shape.inputs;
    CAPTURE(outputs);
    CAPTURE(inputs);
    const std::vector<float> rows = sample(outputs, inputs), columns = transposed(rows, outputs, inputs);
    Q8 by_rows(outputs, inputs), by_bands(outputs, inputs), at_once(outputs, inputs);
    for (int n = 0; n < outputs; ++n) {
      pack_q8_row({rows.data() + n * inputs, static_cast<size_t>(inputs)}, n, by_rows.values.data(),
                  by_rows.scales.data());
    }
    for (int k = 0; k < inputs; k += kGroup) {
      pack_q8_inputs(columns.data() + k * outputs, k, std::min(kGroup, inputs - k), outputs, inputs,
                     by_bands.values.data(), by_bands.scales.data());
    }
    pack_q8_inputs(columns.data(), 0, inputs, outputs, inputs, at_once.values.data(), at_once.scales.data());
    CHECK(by_bands.values == by_rows.values);
    CHECK(by_bands.scales == by_rows.scales);
    CHECK(at_once.values == by_rows.values);
    CHECK(at_once.scales == by_rows.scales);
  }
}

TEST_CASE("halves round to even, by hand") {
  // The scale is 1 because the largest weight is 127.
  const std::vector<float> row{127.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 126.5f, -126.5f, 0.49999997f, -127.0f};
  Q8 q8(1, static_cast<int>(row.size()));
  pack_q8_row(row, 0, q8.values.data(), q8.scales.data());
  std::vector<float> back(row.size());
  unpack_row(q8.matrix, 0, back);
  CHECK(back == std::vector<float>{127, 0, 2, 2, 0, -2, 126, -126, 0, -127});
}
