// Each kernel against a naive twin in double precision, over odd sizes, and its bits against plain C++.
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "kernel_calls.h"
#include "kernels/attention.h"
#include "kernels/int8_band/int8_band.h"
#include "kernels/layer_weights.h"
#include "kernels/linear.h"
#include "kernels/ops.h"
#include "kernels/simd.h"
#include "samples.h"

using vitrine::test::Floats;
using vitrine::test::same_bits;
using vitrine::test::Samples;
namespace fast = vitrine::calls;
namespace plain = vitrine_scalar::calls;

namespace {

constexpr int kOddSizes[] = {1, 3, 7, 8, 64, 65};

// A sum of K products in F32 may be off by K roundings of its largest term; random signs make it far less.
constexpr double kProductTolerance = 2e-6;  // of the row's norm times the weights' norm
constexpr double kSmallTolerance = 2e-6;    // a handful of F32 roundings

double norm(const float* values, int count) {
  return std::sqrt(Eigen::Map<const Eigen::VectorXf>(values, count).cast<double>().squaredNorm());
}

// Largest error of y [T,N] against the same product by Eigen in double precision, as a share of |x| |w| + |bias|.
double product_error(const Floats& y, const Floats& w, const Floats& bias, const Floats& x, int rows,
                     int outputs, int inputs) {
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::MatrixXd exact = Eigen::Map<const Rows>(x.data(), rows, inputs).cast<double>() *
                                Eigen::Map<const Rows>(w.data(), outputs, inputs).cast<double>().transpose();
  double worst = 0;
  for (int t = 0; t < rows; ++t) {
    for (int n = 0; n < outputs; ++n) {
      const double wanted = exact(t, n) + (bias.empty() ? 0.0 : bias[n]);
      const double size = norm(&x[static_cast<size_t>(t) * inputs], inputs) *
                              norm(&w[static_cast<size_t>(n) * inputs], inputs) +
                          (bias.empty() ? 0.0 : std::fabs(bias[n]));
      worst = std::max(worst, std::fabs(y[static_cast<size_t>(t) * outputs + n] - wanted) / (size + 1e-30));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("products agree with Eigen over odd sizes, and with plain C++ bit for bit") {
  Samples samples(1);
  double worst_f32 = 0, worst_q8 = 0;
  for (int rows : kOddSizes) {
    for (int outputs : {1, 3, 8, 31, 33, 65}) {
      for (int inputs : {1, 3, 7, 63, 64, 65, 130}) {
        CAPTURE(rows);
        CAPTURE(outputs);
        CAPTURE(inputs);
        const Floats w = samples.normals(static_cast<size_t>(outputs) * inputs),
                     bias = samples.normals(outputs);
        const Floats x = samples.with_outliers(rows, inputs);

        const Floats f32 = fast::product(false, w, bias, x, rows, outputs, inputs);
        worst_f32 = std::max(worst_f32, product_error(f32, w, bias, x, rows, outputs, inputs));
        CHECK(same_bits(f32, plain::product(false, w, bias, x, rows, outputs, inputs)));

        // Against the very numbers it multiplies, a q8 product is as exact as an F32 one.
        for (bool coarse : {false, true}) {
          const Floats q8 = fast::product(true, w, bias, x, rows, outputs, inputs, 0, coarse);
          worst_q8 = std::max(worst_q8,
                              product_error(q8, fast::dequantised(w, outputs, inputs), bias,
                                            fast::rounded(x, rows, inputs, coarse), rows, outputs, inputs));
          CHECK(same_bits(q8, plain::product(true, w, bias, x, rows, outputs, inputs, 0, coarse)));
        }
        CHECK(same_bits(fast::dequantised(w, outputs, inputs), plain::dequantised(w, outputs, inputs)));
      }
    }
  }
  MESSAGE("worst error of a product: F32 " << worst_f32 << ", q8 " << worst_q8 << " of |x| |w| + |bias|");
  CHECK(worst_f32 < kProductTolerance);
  CHECK(worst_q8 < kProductTolerance);
}

TEST_CASE("a row of a product has the same bits alone, in any batch, and in any ranges of panels") {
  Samples samples(2);
  // Rows of more than one band, inputs of more than one slab, panels that are no multiple of those walked at once.
  constexpr int kRows = 133, kOutputs = 83, kInputs = 801;
  const Floats w = samples.normals(kOutputs * kInputs), bias = samples.normals(kOutputs);
  const Floats x = samples.with_outliers(kRows, kInputs);
  for (int kind : {0, 1, 2}) {
    const bool q8 = kind > 0, coarse = kind > 1;
    CAPTURE(q8);
    CAPTURE(coarse);
    const Floats all = fast::product(q8, w, bias, x, kRows, kOutputs, kInputs, 0, coarse);
    CHECK(same_bits(all, plain::product(q8, w, bias, x, kRows, kOutputs, kInputs, 0, coarse)));
    for (int batch : {1, 2, 3, 4, 5, 6, 7, 64, 127, 128, 129}) {
      CAPTURE(batch);
      Floats pieces;
      for (int first = 0; first < kRows; first += batch) {
        const int rows = std::min(batch, kRows - first);
        const Floats part(x.begin() + first * kInputs, x.begin() + (first + rows) * kInputs);
        const Floats y = fast::product(q8, w, bias, part, rows, kOutputs, kInputs, 0, coarse);
        pieces.insert(pieces.end(), y.begin(), y.end());
      }
      CHECK(same_bits(all, pieces));
    }
    for (int chunk : {1, 2, 3, 5, 8, 11}) {
      CAPTURE(chunk);
      CHECK(same_bits(all, fast::product(q8, w, bias, x, kRows, kOutputs, kInputs, chunk, coarse)));
      const Floats first(x.begin(), x.begin() + kInputs);
      CHECK(same_bits(fast::product(q8, w, bias, first, 1, kOutputs, kInputs, 0, coarse),
                      fast::product(q8, w, bias, first, 1, kOutputs, kInputs, chunk, coarse)));
    }
  }
}

TEST_CASE(
    "activations are rounded within half a step of their group; zero, tiny and non-finite rows included") {
  Samples samples(3);
  int bytes = 0, wide = 0;
  for (int inputs : {1, 2, 7, 8, 65, 768}) {
    for (bool coarse : {false, true}) {
      CAPTURE(inputs);
      CAPTURE(coarse);
      Floats x = samples.with_outliers(5, inputs);
      // The last two rows have one value so large that bytes would leave nothing of its neighbours.
      for (int t = 3; t < 5; ++t) x[static_cast<size_t>(t * inputs + inputs / 2)] = 300.0f;
      const Floats y = fast::rounded(x, 5, inputs, coarse);
      CHECK(same_bits(y, plain::rounded(x, 5, inputs, coarse)));
      for (int t = 0; t < 5; ++t) {
        const float* row = &x[static_cast<size_t>(t) * inputs];
        const double size = norm(row, inputs) / std::sqrt(inputs);
        for (int begin = 0; begin < inputs; begin += vitrine::kGroup) {
          const int end = std::min(begin + vitrine::kGroup, inputs);
          double largest = 0, off = 0;
          for (int k = begin; k < end; ++k) {
            largest = std::max(largest, std::fabs(static_cast<double>(row[k])));
            off = std::max(off, std::fabs(static_cast<double>(y[t * inputs + k]) - row[k]));
          }
          // In 127 steps where that is fine enough: a group with an outlier has more.
          const bool byte = coarse && largest / 127 <= vitrine::kCoarsestStep * size;
          (byte ? bytes : wide) += coarse;
          CHECK(off <= 0.5 * largest / (byte ? 127 : vitrine::kByteLimit) * 1.01 + largest * 1e-6);
          if (byte && end - begin == vitrine::kGroup) CHECK(off > 0.1 * largest / 127);
        }
      }
    }
  }
  CHECK(bytes > 20);
  CHECK(wide >= 2);
  for (bool coarse : {false, true}) {
    CHECK(fast::rounded({0.0f, -0.0f, 1e-38f}, 1, 3, coarse) == Floats{0, 0, 0});
    CHECK(fast::rounded({3e38f, -3e38f, 1.0f}, 1, 3, coarse)[1] == doctest::Approx(-3e38));
    for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      for (int place : {0, 5, 70}) {
        Floats row(73, 1.0f);
        row[place] = bad;
        for (float value : fast::rounded(row, 1, 73, coarse)) CHECK(std::isnan(value));
      }
    }
  }
}

TEST_CASE("int32 sums do not overflow at the largest weights and activations") {
  constexpr int kInputs = 4096;
  const Floats ones(kInputs, 1.0f);
  const Floats y = fast::product(true, ones, {}, ones, 1, 1, kInputs);
  CHECK(y[0] == doctest::Approx(kInputs).epsilon(kSmallTolerance));
}

TEST_CASE("exp and erfc keep their stated errors") {
  Floats x;
  for (double v = -87.2; v < 88.2; v += 0.0037) x.push_back(static_cast<float>(v));
  const Floats y = fast::exp(x);
  CHECK(same_bits(y, plain::exp(x)));
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, std::fabs(y[i] / std::exp(static_cast<double>(x[i])) - 1));
  MESSAGE("worst relative error of exp: " << worst);
  CHECK(worst < vitrine::kExpRelativeError);
  const float infinity = std::numeric_limits<float>::infinity();
  const Floats edges =
      fast::exp({-infinity, infinity, -100.0f, 100.0f, 0.0f, std::numeric_limits<float>::quiet_NaN()});
  CHECK(edges[0] == 0.0f);
  CHECK(edges[1] == infinity);
  CHECK(edges[2] == 0.0f);
  CHECK(edges[3] == infinity);
  CHECK(edges[4] == 1.0f);
  CHECK(std::isnan(edges[5]));

  Floats z;
  for (double v = 0; v < 12; v += 0.0007) z.push_back(static_cast<float>(v));
  const Floats tails = fast::erfc(z);
  CHECK(same_bits(tails, plain::erfc(z)));
  worst = 0;
  for (size_t i = 0; i < z.size(); ++i)
    worst = std::max(worst, std::fabs(tails[i] - std::erfc(static_cast<double>(z[i]))));
  MESSAGE("worst absolute error of erfc: " << worst);
  CHECK(worst < vitrine::kErfcAbsoluteError);
}

TEST_CASE("GELU, both forms, agrees with its definition") {
  Floats x;
  for (double v = -12; v < 12; v += 0.0031) x.push_back(static_cast<float>(v));
  for (float v : {-1e30f, -1e5f, 1e5f, 1e30f}) x.push_back(v);
  for (bool erf : {false, true}) {
    CAPTURE(erf);
    const Floats y = fast::gelu(erf, x);
    CHECK(same_bits(y, plain::gelu(erf, x)));
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double v = x[i];
      const double wanted = erf ? 0.5 * v * std::erfc(-v / std::sqrt(2.0))
                                : 0.5 * v * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
      worst = std::max(worst, std::fabs(y[i] - wanted) / std::max(1.0, std::fabs(v)));
    }
    MESSAGE("worst error of GELU" << std::string(erf ? " (erf)" : " (tanh)") << ": " << worst);
    CHECK(worst < kSmallTolerance);
  }
}

TEST_CASE("ReLU, SiLU, tanh and quick GELU agree with their definitions") {
  Floats x;
  for (double v = -12; v < 12; v += 0.0031) x.push_back(static_cast<float>(v));
  for (float v : {-1e30f, -1e5f, -90.0f, -0.0f, 90.0f, 1e5f, 1e30f}) x.push_back(v);
  using vitrine::Activation;
  const std::pair<Activation, double (*)(double)> functions[] = {
      {Activation::relu, [](double v) { return std::max(v, 0.0); }},
      {Activation::silu, [](double v) { return v / (1 + std::exp(-v)); }},
      {Activation::tanh, [](double v) { return std::tanh(v); }},
      {Activation::quick_gelu, [](double v) { return v / (1 + std::exp(-1.702 * v)); }}};
  for (const auto& [which, function] : functions) {
    const int activation = static_cast<int>(which);
    const Floats y = fast::activate(activation, x);
    CHECK(same_bits(y, plain::activate(activation, x)));
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i)
      worst = std::max(worst, std::fabs(y[i] - function(x[i])) / std::max(1.0, std::fabs(double{x[i]})));
    CAPTURE(activation);
    CHECK(worst < vitrine::kGeluError);
  }
}

TEST_CASE("LayerNorm agrees with its definition") {
  Samples samples(4);
  for (int rows : {1, 3, 7}) {
    for (int channels : {1, 3, 7, 64, 65, 768}) {
      CAPTURE(rows);
      CAPTURE(channels);
      const Floats x = samples.with_outliers(rows, channels), gain = samples.normals(channels),
                   bias = samples.normals(channels);
      const Floats y = fast::layer_norm(gain, bias, 1e-5f, x, rows);
      CHECK(same_bits(y, plain::layer_norm(gain, bias, 1e-5f, x, rows)));
      for (int t = 0; t < rows; ++t) {
        const Eigen::VectorXd in =
            Eigen::Map<const Eigen::VectorXf>(&x[t * channels], channels).cast<double>();
        const double mean = in.mean(), scale = std::sqrt((in.array() - mean).square().mean() + 1e-5);
        CHECK(y[t * (1 + channels)] == doctest::Approx(scale).epsilon(kSmallTolerance));
        for (int c = 0; c < channels; ++c) {
          const double wanted = (in[c] - mean) / scale * gain[c] + bias[c];
          // an outlier's neighbours carry the rounding of the mean, which has the outlier's size
          const double size =
              1 + std::fabs(wanted) + std::fabs(mean) / scale + in.cwiseAbs().maxCoeff() / scale * 0.1;
          CHECK(std::fabs(y[t * (1 + channels) + 1 + c] - wanted) < kSmallTolerance * size);
        }
      }
    }
  }
}

TEST_CASE("softmax sums to one, keeps -inf at zero, and gives zeros for a row of nothing") {
  Samples samples(5);
  const float masked = -std::numeric_limits<float>::infinity();
  for (int count : {1, 2, 3, 4, 5, 7, 64, 65, 1000}) {
    Floats scores = samples.normals(count, 8.0);
    if (count > 3) scores[2] = masked;
    const Floats p = fast::softmax(scores);
    CHECK(same_bits(p, plain::softmax(scores)));
    double sum = 0, all = 0;
    for (float value : p) sum += value;
    CHECK(sum == doctest::Approx(1.0).epsilon(kSmallTolerance));
    float top = masked;
    for (float s : scores) top = std::max(top, s);
    for (float s : scores) all += std::exp(static_cast<double>(s) - top);
    for (int i = 0; i < count; ++i) {
      CHECK(std::fabs(p[i] - std::exp(static_cast<double>(scores[i]) - top) / all) < kSmallTolerance);
    }
    if (count > 3) CHECK(p[2] == 0.0f);
  }
  CHECK(fast::softmax(Floats(5, masked)) == Floats(5, 0.0f));
  // By hand: e^0 : e^ln3 = 1 : 3.
  const Floats hand = fast::softmax({0.0f, std::log(3.0f)});
  CHECK(hand[0] == doctest::Approx(0.25).epsilon(kSmallTolerance));
  CHECK(hand[1] == doctest::Approx(0.75).epsilon(kSmallTolerance));
}

TEST_CASE("attention agrees with its definition, from any first token, and with plain C++ bit for bit") {
  Samples samples(6);
  for (int tokens : {1, 2, 3, 4, 5, 7, 8, 64, 65}) {
    for (int head_size : {1, 3, 4, 7, 8, 12, 64}) {
      for (int window : {0, 3}) {
        constexpr int kHeads = 3;
        CAPTURE(tokens);
        CAPTURE(head_size);
        CAPTURE(window);
        const int channels = kHeads * head_size;
        const Floats qkv = samples.normals(static_cast<size_t>(tokens) * 3 * channels);
        const float scale = 1.0f / std::sqrt(static_cast<float>(head_size));
        Floats pattern, other;
        const Floats z = fast::attention(qkv, tokens, kHeads, scale, window, 0, pattern);
        CHECK(same_bits(z, plain::attention(qkv, tokens, kHeads, scale, window, 0, other)));
        CHECK(same_bits(pattern, other));
        for (int first : {1, 2, 5}) {
          if (first >= tokens) continue;
          const Floats later = fast::attention(qkv, tokens, kHeads, scale, window, first, other);
          CHECK(same_bits(later, Floats(z.begin() + first * channels, z.end())));
        }
        double worst = 0;
        for (int h = 0; h < kHeads; ++h) {
          for (int query = 0; query < tokens; ++query) {
            const int begin = window ? std::max(0, query - window + 1) : 0;
            std::vector<double> weight(tokens);
            double sum = 0;
            for (int key = begin; key <= query; ++key) {
              double score = 0;
              for (int d = 0; d < head_size; ++d) {
                score += static_cast<double>(qkv[query * 3 * channels + h * head_size + d]) *
                         qkv[key * 3 * channels + channels + h * head_size + d];
              }
              sum += weight[key] = std::exp(score * scale);
            }
            for (int key = 0; key < tokens; ++key) {
              worst = std::max(worst,
                               std::fabs(pattern[(h * tokens + query) * tokens + key] - weight[key] / sum));
            }
            for (int d = 0; d < head_size; ++d) {
              double wanted = 0;
              for (int key = 0; key < tokens; ++key)
                wanted += weight[key] / sum * qkv[key * 3 * channels + 2 * channels + h * head_size + d];
              worst = std::max(worst, std::fabs(z[query * channels + h * head_size + d] - wanted));
            }
          }
        }
        CHECK(worst < 3 * kSmallTolerance);
      }
    }
  }
}

TEST_CASE("attention of many queries and keys has the bits of a few at a time, and of plain C++") {
  // The last band of queries is taken by blocks of keys; from a later token on, the same queries are not.
  constexpr int kTokens = 331, kHeads = 2;
  static_assert(kTokens - 256 >= vitrine::kManyQueries && 256 + vitrine::kManyQueries > vitrine::kManyKeys);
  Samples samples(12);
  for (int head_size : {1, 3, 5, 7, 8, 12, 64}) {
    for (int window : {0, 3, 70, 200}) {
      CAPTURE(head_size);
      CAPTURE(window);
      const int channels = kHeads * head_size;
      const Floats qkv = samples.normals(static_cast<size_t>(kTokens) * 3 * channels);
      const fast::Cuts cuts = {{300, 0}, {300, 299}, {301, 301}, {320, 250}, {330, 64}, {257, 257}};
      Floats pattern, later_pattern;
      const Floats z = fast::attention(qkv, kTokens, kHeads, 0.25f, window, 0, pattern, cuts);
      CHECK(same_bits(z, plain::attention(qkv, kTokens, kHeads, 0.25f, window, 0, later_pattern, cuts)));
      CHECK(same_bits(pattern, later_pattern));
      for (int first : {200, 257, 263, 290, 300, 306, 330}) {
        CAPTURE(first);
        const Floats later = fast::attention(qkv, kTokens, kHeads, 0.25f, window, first, later_pattern, cuts);
        CHECK(same_bits(later, Floats(z.begin() + first * channels, z.end())));
      }
    }
  }
}

TEST_CASE("attention that a hand can check: one head, two channels, three tokens") {
  // Token:      0        1              2
  // q        (1, 0)   (ln3, 0)       (0, 0)
  // k        (0, 0)   (1, 0)         (5, 5)
  // v        (4, 0)   (0, 4)         (2, 8)
  const float ln3 = std::log(3.0f);
  const Floats qkv = {1, 0, 0, 0, 4, 0, ln3, 0, 1, 0, 0, 4, 0, 0, 5, 5, 2, 8};
  Floats pattern;
  const Floats z = fast::attention(qkv, 3, 1, 1.0f, 0, 0, pattern);
  const Floats wanted_pattern = {1, 0, 0, 0.25f, 0.75f, 0, 1 / 3.0f, 1 / 3.0f, 1 / 3.0f};
  const Floats wanted_z = {4, 0, 1, 3, 2, 4};
  for (size_t i = 0; i < 9; ++i)
    CHECK(pattern[i] == doctest::Approx(wanted_pattern[i]).epsilon(kSmallTolerance));
  for (size_t i = 0; i < 6; ++i) CHECK(z[i] == doctest::Approx(wanted_z[i]).epsilon(kSmallTolerance));
}

TEST_CASE("what the kernels run on") { MESSAGE("vectors: " << std::string(vitrine::kSimdName)); }
