// The steps between the products on what trained models bring: a few values far larger than all others, at odd sizes.
// Each against its definition in double precision, and its bits against plain C++.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernel_calls.h"
#include "kernels/attention.h"
#include "kernels/ops.h"
#include "samples.h"

using vitrine::test::Floats;
using vitrine::test::same_bits;
using vitrine::test::Samples;
namespace fast = vitrine::calls;
namespace plain = vitrine_scalar::calls;

namespace {

struct Head {
  int tokens, heads, size;
  const Floats& qkv;
  double at(int token, int part, int head, int d) const {
    return qkv[static_cast<size_t>((token * 3 + part) * heads * size + head * size + d)];
  }
};

// sum over d of |q k|, the size that a score's roundings have, and the score.
struct Score {
  double value = 0, size = 0;
};
Score score_of(const Head& all, int head, int query, int key) {
  Score score;
  for (int d = 0; d < all.size; ++d) {
    const double product = all.at(query, 0, head, d) * all.at(key, 1, head, d);
    score.value += product;
    score.size += std::fabs(product);
  }
  return score;
}

// A scale under which the largest score is `most`.
float scale_for(const Head& all, double most) {
  double largest = 0;
  for (int h = 0; h < all.heads; ++h) {
    for (int query = 0; query < all.tokens; ++query) {
      for (int key = 0; key <= query; ++key) largest = std::max(largest, score_of(all, h, query, key).size);
    }
  }
  return static_cast<float>(most / largest);
}

// Worst error of a pattern's weights, and of z as a share of the largest value.
struct AttentionError {
  double pattern = 0, z = 0;
};
AttentionError attention_error(const Head& all, float scale, const Floats& pattern, const Floats& z) {
  AttentionError worst;
  std::vector<double> weight(static_cast<size_t>(all.tokens));
  for (int h = 0; h < all.heads; ++h) {
    for (int query = 0; query < all.tokens; ++query) {
      double top = -std::numeric_limits<double>::infinity(), sum = 0, largest = 0;
      for (int key = 0; key <= query; ++key) {
        weight[key] = score_of(all, h, query, key).value * static_cast<double>(scale);
        top = std::max(top, weight[key]);
      }
      for (int key = 0; key <= query; ++key) sum += weight[key] = std::exp(weight[key] - top);
      for (int key = 0; key < all.tokens; ++key) {
        const double wanted = key <= query ? weight[key] / sum : 0.0;
        const float got = pattern[static_cast<size_t>((h * all.tokens + query) * all.tokens + key)];
        worst.pattern = std::max(worst.pattern, std::fabs(got - wanted));
      }
      for (int d = 0; d < all.size; ++d) {
        double wanted = 0;
        for (int key = 0; key <= query; ++key) {
          wanted += weight[key] / sum * all.at(key, 2, h, d);
          largest = std::max(largest, std::fabs(all.at(key, 2, h, d)));
        }
        const float got = z[static_cast<size_t>((query * all.heads + h) * all.size + d)];
        worst.z = std::max(worst.z, std::fabs(got - wanted) / largest);
      }
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("attention over outlier channels agrees with its definition, few tokens and many") {
  // The last band of 300 tokens is taken by blocks of keys.
  Samples samples(41);
  AttentionError worst;
  for (int tokens : {1, 3, 7, 64, 65, 300}) {
    for (int size : {1, 3, 7, 8, 64, 65}) {
      CAPTURE(tokens);
      CAPTURE(size);
      constexpr int kHeads = 2;
      const Floats qkv = samples.with_outliers(static_cast<size_t>(tokens), 3 * kHeads * size);
      const Head all{tokens, kHeads, size, qkv};
      constexpr double kLargest = 20;  // nearly all of a row's weight on one key, in some rows
      const float scale = scale_for(all, kLargest);
      Floats pattern, other;
      const Floats z = fast::attention(qkv, tokens, kHeads, scale, 0, 0, pattern);
      CHECK(same_bits(z, plain::attention(qkv, tokens, kHeads, scale, 0, 0, other)));
      CHECK(same_bits(pattern, other));
      const AttentionError error = attention_error(all, scale, pattern, z);
      CHECK(error.pattern < vitrine::kAttentionError + kLargest * vitrine::kScoreError);
      CHECK(error.z < vitrine::kAttentionError + kLargest * vitrine::kScoreError);
      worst = {std::max(worst.pattern, error.pattern), std::max(worst.z, error.z)};
    }
  }
  MESSAGE("scores up to 20: worst error of a weight " << worst.pattern << ", of z " << worst.z
                                                      << " of the largest value");
}

TEST_CASE("softmax of scores of any size") {
  Samples samples(42);
  double worst = 0;
  for (int count : {1, 2, 3, 5, 7, 15, 16, 17, 63, 64, 65, 1023, 1024}) {
    for (double size : {1e-3, 1.0, 60.0, 1e4, 1e30}) {
      CAPTURE(count);
      CAPTURE(size);
      Floats scores = samples.with_outliers(1, static_cast<size_t>(count));
      for (float& score : scores) score = static_cast<float>(score * size);
      const Floats p = fast::softmax(scores);
      CHECK(same_bits(p, plain::softmax(scores)));
      const double top = *std::max_element(scores.begin(), scores.end());
      double all = 0;
      // What F32 makes of the difference is given, not an error of the function.
      const auto power = [&](float score) {
        return std::exp(static_cast<double>(score - static_cast<float>(top)));
      };
      for (float score : scores) all += power(score);
      for (int i = 0; i < count; ++i) worst = std::max(worst, std::fabs(p[i] - power(scores[i]) / all));
    }
  }
  MESSAGE("worst error of a probability: " << worst);
  CHECK(worst < vitrine::kSoftmaxError);
}

TEST_CASE("GELU and sums at odd sizes, outliers among their values") {
  Samples samples(43);
  for (int count : {1, 2, 3, 5, 7, 63, 64, 65}) {
    CAPTURE(count);
    const Floats x = samples.with_outliers(1, static_cast<size_t>(count)),
                 other = samples.with_outliers(1, static_cast<size_t>(count));
    for (bool erf : {false, true}) {
      CAPTURE(erf);
      const Floats y = fast::gelu(erf, x);
      CHECK(same_bits(y, plain::gelu(erf, x)));
      for (int i = 0; i < count; ++i) {
        const double v = x[i];
        const double wanted =
            erf ? 0.5 * v * std::erfc(-v / std::sqrt(2.0))
                : 0.5 * v * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
        CHECK(std::fabs(y[i] - wanted) < vitrine::kGeluError * std::max(1.0, std::fabs(v)));
      }
    }
    Floats sum(x.size()), wanted(x.size());
    for (int i = 0; i < count; ++i) wanted[i] = x[i] + other[i];
    vitrine::add(vitrine::view(x.data(), 1, count), vitrine::view(other.data(), 1, count),
                 vitrine::view(sum.data(), 1, count));
    CHECK(same_bits(sum, wanted));
  }
}

TEST_CASE("LayerNorm of rows far from zero, and of rows of one channel") {
  Samples samples(44);
  double worst = 0;
  for (int channels : {1, 3, 7, 64, 65, 768}) {
    for (float offset : {0.0f, 5.0f, -100.0f}) {
      CAPTURE(channels);
      CAPTURE(offset);
      Floats x = samples.with_outliers(3, static_cast<size_t>(channels));
      for (float& value : x) value += offset;
      const Floats gain(static_cast<size_t>(channels), 1.0f), bias(static_cast<size_t>(channels), 0.0f);
      const Floats y = fast::layer_norm(gain, bias, 1e-5f, x, 3);
      CHECK(same_bits(y, plain::layer_norm(gain, bias, 1e-5f, x, 3)));
      for (int t = 0; t < 3; ++t) {
        double mean = 0, squares = 0, largest = 0;
        for (int c = 0; c < channels; ++c) mean += x[t * channels + c];
        mean /= channels;
        for (int c = 0; c < channels; ++c) {
          const double value = x[t * channels + c];
          squares += (value - mean) * (value - mean);
          largest = std::max(largest, std::fabs(value));
        }
        const double scale = std::sqrt(squares / channels + 1e-5);
        for (int c = 0; c < channels; ++c) {
          const double wanted = (x[t * channels + c] - mean) / scale;
          // Its numerator is a difference of numbers as large as the row's largest.
          const double size = std::fabs(wanted) + largest / scale;
          if (size == 0) continue;
          worst = std::max(worst, std::fabs(y[t * (1 + channels) + 1 + c] - wanted) / size);
        }
      }
    }
  }
  MESSAGE("worst error of a normalized value, of its row's largest over its deviation: " << worst);
  CHECK(worst < vitrine::kLayerNormError);
}
