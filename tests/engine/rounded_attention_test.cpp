// Attention from integers: against its definition within what its rounding may cost, and its bits against plain C++.
#include "kernels/rounded_attention.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "kernel_calls.h"
#include "samples.h"

using vitrine::test::Floats;
using vitrine::test::same_bits;
using vitrine::test::Samples;
namespace fast = vitrine::calls;
namespace plain = vitrine_scalar::calls;

namespace {

constexpr int kHeads = 2;
constexpr double kRoundings = 1e-5;  // of F32, beside what the integers cost

double largest(const float* x, int count) {
  double most = 0;
  for (int i = 0; i < count; ++i) most = std::max(most, std::fabs(static_cast<double>(x[i])));
  return most;
}

struct Prompt {
  int tokens, head_size, window;
  double scale;
  fast::Cuts cuts;
  Floats qkv;  // [T,3C]

  int channels() const { return kHeads * head_size; }
  // part: 0 queries, 1 keys, 2 values
  const float* row(int part, int head, int token) const {
    return &qkv[(static_cast<size_t>(token) * 3 + part) * channels() + head * head_size];
  }
  bool sees(int query, int key) const {
    if (key > query || (window && key <= query - window)) return false;
    for (const auto& [from, to] : cuts) {
      if (from == query && to == key) return false;
    }
    return true;
  }
};

// Attention of one query in double precision, and how far rounding may take each of its numbers.
struct Exact {
  std::vector<double> weight, z;
  double weight_share = 0;  // a weight's error, as a share of it
  double z_error = 0;
};

Exact exact(const Prompt& prompt, int head, int query) {
  const int size = prompt.head_size;
  const double limit = vitrine::score_limit(size);
  Exact out{std::vector<double>(prompt.tokens), std::vector<double>(size)};
  const float* q = prompt.row(0, head, query);
  const double q_step = largest(q, size) / limit / 2;
  double sum = 0, score_error = 0, most_value = 0;
  for (int key = 0; key <= query; ++key) {
    if (!prompt.sees(query, key)) continue;
    const float* k = prompt.row(1, head, key);
    const double k_step = largest(k, size) / limit / 2;
    double score = 0, error = 0;
    for (int d = 0; d < size; ++d) {
      score += static_cast<double>(q[d]) * k[d];
      error += std::fabs(q[d]) * k_step + std::fabs(k[d]) * q_step + q_step * k_step;
    }
    sum += out.weight[key] = std::exp(score * prompt.scale);
    score_error = std::max(score_error, error * prompt.scale);
    most_value = std::max(most_value, largest(prompt.row(2, head, key), size));
  }
  for (int key = 0; key <= query && sum > 0; ++key) {
    out.weight[key] /= sum;
    for (int d = 0; d < size; ++d) out.z[d] += out.weight[key] * prompt.row(2, head, key)[d];
  }
  out.weight_share = std::exp(2 * score_error) - 1 + kRoundings;
  // Half a step of each value; and of each weight, a step being 1 / 32767 of the largest or, where there are many, what
  // the sum leaves room for.
  const double weights_step = std::max(1.0 / 32767, 1.0 / 500000);
  out.z_error = most_value * (out.weight_share + 0.5 / vitrine::kValueLimit + (query + 1) * weights_step / 2);
  return out;
}

// `together`: how far all numbers may be off, root mean square over root mean square.
void check_against_definition(const Prompt& prompt, const Floats& z, const Floats& pattern, double together) {
  double squares = 0, errors = 0;
  bool within = true;
  for (int head = 0; head < kHeads; ++head) {
    for (int query = 0; query < prompt.tokens; ++query) {
      const Exact wanted = exact(prompt, head, query);
      const float* weights = &pattern[static_cast<size_t>(head * prompt.tokens + query) * prompt.tokens];
      for (int key = 0; key < prompt.tokens; ++key) {
        within &= std::fabs(weights[key] - wanted.weight[key]) <=
                  wanted.weight[key] * wanted.weight_share + std::numeric_limits<float>::min();
      }
      for (int d = 0; d < prompt.head_size; ++d) {
        const double error = std::fabs(
            z[static_cast<size_t>(query) * prompt.channels() + head * prompt.head_size + d] - wanted.z[d]);
        within &= error <= wanted.z_error;
        errors += error * error;
        squares += wanted.z[d] * wanted.z[d];
      }
    }
  }
  CHECK(within);
  // Roundings go either way: all together they cost far less than each may.
  CHECK(std::sqrt(errors / squares) < together);
}

Floats attend(const Prompt& prompt, int first, Floats& pattern) {
  return fast::attention(prompt.qkv, prompt.tokens, kHeads, static_cast<float>(prompt.scale), prompt.window,
                         first, pattern, prompt.cuts, true);
}

void check_everything(const Prompt& prompt, std::initializer_list<int> firsts, double together) {
  CAPTURE(prompt.tokens);
  CAPTURE(prompt.head_size);
  CAPTURE(prompt.window);
  Floats pattern, other;
  const Floats z = attend(prompt, 0, pattern);
  CHECK(same_bits(z, plain::attention(prompt.qkv, prompt.tokens, kHeads, static_cast<float>(prompt.scale),
                                      prompt.window, 0, other, prompt.cuts, true)));
  CHECK(same_bits(pattern, other));
  for (int first : firsts) {
    if (first >= prompt.tokens) continue;
    CAPTURE(first);
    CHECK(same_bits(attend(prompt, first, other),
                    Floats(z.begin() + static_cast<ptrdiff_t>(first) * prompt.channels(), z.end())));
  }
  check_against_definition(prompt, z, pattern, together);
}

Prompt of_one(int tokens, int head_size, float value) {
  Prompt prompt{tokens, head_size, 0, 1.0 / head_size, {}, {}};
  prompt.qkv.assign(static_cast<size_t>(tokens) * 3 * prompt.channels(), value);
  return prompt;
}

}  // namespace

TEST_CASE(
    "attention from integers is its definition within their steps, from any first token, on all vectors") {
  Samples samples(21);
  for (int tokens : {1, 2, 3, 5, 8, 63, 64, 65, 131}) {
    for (int head_size : {1, 3, 7, 8, 12, 33, 64, vitrine::kMostRounded}) {
      for (int window : {0, 3, 70}) {
        Prompt prompt{tokens, head_size, window, 1 / std::sqrt(head_size), {}, {}};
        prompt.qkv = samples.normals(static_cast<size_t>(tokens) * 3 * prompt.channels());
        if (tokens > 64) prompt.cuts = {{64, 64}, {64, 0}, {20, 19}, {9, 8}};
        check_everything(prompt, {1, 2, 6, 62, 63, 64, 128, 130}, 1e-3);
      }
    }
  }
}

TEST_CASE("outlier channels and tokens take nothing from other tokens' numbers") {
  Samples samples(22);
  for (int head_size : {8, 64}) {
    Prompt prompt{100, head_size, 0, 0.001 / head_size, {}, {}};
    const size_t channels = static_cast<size_t>(prompt.channels());
    prompt.qkv = samples.with_outliers(100, 3 * channels);
    for (size_t i = 0; i < 3 * channels; ++i) prompt.qkv[40 * 3 * channels + i] *= 30.0f;
    check_everything(prompt, {1, 39, 41, 99}, 3e-3);
  }
}

TEST_CASE("the largest integers there are fit: as many as may be, all of one sign") {
  for (int head_size : {1, 2, 64, 127, vitrine::kMostRounded}) {
    CAPTURE(head_size);
    const double limit = vitrine::score_limit(head_size);
    CHECK(limit * limit * head_size <= std::numeric_limits<int32_t>::max());
    for (float value : {1.0f, -1.0f, 3e4f, 1e-20f}) {
      CAPTURE(value);
      Floats pattern;
      const Prompt prompt = of_one(1024, head_size, value);
      // Only the last token's attention: to all alike, so that z is their common value.
      for (float z : attend(prompt, 1023, pattern)) CHECK(z == doctest::Approx(value).epsilon(1e-4));
      CHECK(pattern[0] == doctest::Approx(1.0 / 1024).epsilon(1e-5));
    }
  }
}

TEST_CASE("a query that sees nothing, values of nothing, and numbers that are none") {
  constexpr int kTokens = 70, kSize = 8;
  const auto row_of = [](Prompt& prompt, int part, int token) {
    return &prompt.qkv[(static_cast<size_t>(token) * 3 + part) * prompt.channels()];
  };
  Floats pattern;
  SUBCASE("no key is seen") {
    Prompt prompt = of_one(kTokens, kSize, 1.0f);
    prompt.cuts = {{0, 0}, {1, 0}, {1, 1}};
    const Floats z = attend(prompt, 0, pattern);
    for (int i = 0; i < 2 * prompt.channels(); ++i) CHECK(z[static_cast<size_t>(i)] == 0.0f);
    for (int key = 0; key < kTokens; ++key) CHECK(pattern[static_cast<size_t>(kTokens + key)] == 0.0f);
    CHECK(z[static_cast<size_t>(2 * prompt.channels())] == doctest::Approx(1.0));
  }
  SUBCASE("zeros") {
    for (float value : {0.0f, 1e-38f}) {
      for (float z : attend(of_one(kTokens, kSize, value), 0, pattern)) CHECK(z == 0.0f);
    }
  }
  // A query of no number has no weights to say so; its own residual stream does.
  for (float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (int part = 0; part < 3; ++part) {
      const std::string names[] = {"query", "key", "value"};
      SUBCASE((names[part] + std::to_string(odd)).c_str()) {
        Prompt prompt = of_one(kTokens, kSize, 1.0f);
        row_of(prompt, part, 66)[3] = odd;  // of head 0
        const Floats z = attend(prompt, 0, pattern);
        for (int token = 0; token < kTokens; ++token) {
          const float* of = &z[static_cast<size_t>(token) * prompt.channels()];
          CAPTURE(token);
          CHECK(std::isnan(of[0]) == (part > 0 && token >= 66));
          CHECK(of[kSize] == doctest::Approx(1.0).epsilon(1e-4));
        }
      }
    }
  }
}
