#include "sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "samples.h"
#include "sampling/exponential.h"
#include "sampling/rng.h"

using namespace vitrine;
using vitrine::test::contains;

namespace {

// Probabilities are floats between 0 and 1: half a unit in the last place, with room for one more rounding.
constexpr double kFloatTolerance = 1.2e-7;

std::vector<float> random_logits(size_t count, unsigned seed, float deviation = 3.0f) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(-2.0f, deviation);
  std::vector<float> logits(count);
  for (float& logit : logits) logit = normal(generator);
  return logits;
}

Ranking ranked(const std::vector<float>& logits) {
  auto ranking = rank_logits(logits);
  REQUIRE_MESSAGE(ranking.ok(), ranking.error().message);
  return std::move(ranking).value();
}

// A distribution with all of its columns, rank by rank.
struct Columns : Distribution {
  std::vector<float> tempered, raw, scaled, probability;
  std::vector<Kept> kept;
};

Columns distributed(const std::vector<float>& logits, const SamplingSettings& settings) {
  const Ranking ranking = ranked(logits);
  auto distribution = distribute(ranking, settings);
  REQUIRE_MESSAGE(distribution.ok(), distribution.error().message);
  Columns columns{std::move(distribution).value(), {}, {}, {}, {}, {}};
  for (int rank = 0; rank < static_cast<int>(logits.size()); ++rank) {
    const Candidate one = candidate(ranking, columns, rank);
    columns.tempered.push_back(one.tempered);
    columns.raw.push_back(one.raw);
    columns.scaled.push_back(one.scaled);
    columns.probability.push_back(one.probability);
    columns.kept.push_back(one.kept);
  }
  return columns;
}

double sum(const std::vector<float>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

// Temperature, top-k and top-p as one reads them in a paper, with long double and std::exp.
std::vector<double> naive_probabilities(const Ranking& ranking, const SamplingSettings& settings) {
  std::vector<long double> p(ranking.logit.size());
  long double total = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const long double difference = static_cast<long double>(ranking.logit[i]) - ranking.logit[0];
    p[i] = settings.temperature == 0 ? (i == 0) : std::exp(difference / settings.temperature);
    total += p[i];
  }
  for (auto& value : p) value /= total;
  size_t kept = settings.top_k == 0 ? p.size() : std::min(p.size(), size_t(settings.top_k));
  total = std::accumulate(p.begin(), p.begin() + std::ptrdiff_t(kept), 0.0L);
  if (settings.top_p < 1) {
    long double mass = 0;
    size_t count = 0;
    while (count < kept && (count == 0 || mass < settings.top_p * total)) mass += p[count++];
    kept = count;
  }
  total = std::accumulate(p.begin(), p.begin() + std::ptrdiff_t(kept), 0.0L);
  std::vector<double> out(p.size());
  for (size_t i = 0; i < kept; ++i) out[i] = double(p[i] / total);
  return out;
}

}  // namespace

TEST_CASE("exponential and logarithm are within their stated errors") {
  double worst = 0;
  for (double x = 0; x > -708; x -= 0.0137)
    worst = std::max(worst, std::abs(double(exp_nonpositive(x) / std::exp((long double)x) - 1)));
  CHECK(worst < 5e-16);
  CHECK(exp_nonpositive(0.0) == 1.0);
  CHECK(exp_nonpositive(-709.0) == 0.0);
  CHECK(exp_nonpositive(-std::numeric_limits<double>::infinity()) == 0.0);
  worst = 0;
  for (double x = 1; x < 1e6; x *= 1.0013)
    worst = std::max(worst, std::abs(double(log_from_one(x) - std::log((long double)x))) / (1 + std::log(x)));
  CHECK(worst < 1e-15);
  CHECK(log_from_one(1.0) == 0.0);
}

TEST_CASE("Philox gives the numbers of its authors' test vectors") {
  const uint32_t ones = 0xffffffff;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) ==
        std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("uniform is in [0, 1), evenly spread, and depends on seed and index alone") {
  double total = 0, lowest = 1, highest = 0;
  std::set<double> seen;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const double u = uniform(7, uint64_t(i));
    total += u;
    lowest = std::min(lowest, u);
    highest = std::max(highest, u);
    seen.insert(u);
  }
  CHECK(lowest >= 0.0);
  CHECK(highest < 1.0);
  CHECK(seen.size() == kCount);
  // The mean of n uniform numbers deviates by 1 / sqrt(12 n): five deviations.
  CHECK(std::abs(total / kCount - 0.5) < 5.0 / std::sqrt(12.0 * kCount));
  CHECK(uniform(7, 3) == uniform(7, 3));
  CHECK(uniform(7, 3) != uniform(8, 3));
  CHECK(uniform(0, uint64_t{1} << 32) != uniform(0, 0));
  CHECK(uniform(uint64_t{1} << 32, 0) != uniform(0, 0));
  // 53 bits of the first test vector: words 1 and 0.
  CHECK(uniform(0, 0) == double((uint64_t{0xe169c58d} << 32 | 0x6627e8d5) >> 11) / 9007199254740992.0);
}

TEST_CASE("ranking agrees with a stable sort, over odd sizes and with ties") {
  for (const size_t count : {1, 2, 3, 7, 64, 65, 2049, 50257}) {
    std::vector<float> logits = random_logits(count, unsigned(count));
    for (size_t i = 0; i < count; i += 3) logits[i] = std::round(logits[i]);  // ties, among them 0 and -0
    std::vector<int32_t> wanted(count);
    std::iota(wanted.begin(), wanted.end(), 0);
    std::stable_sort(wanted.begin(), wanted.end(),
                     [&](int32_t a, int32_t b) { return logits[size_t(a)] > logits[size_t(b)]; });
    const Ranking ranking = ranked(logits);
    CHECK(ranking.id == wanted);
    bool same = true;
    for (size_t i = 0; i < count; ++i) same = same && ranking.logit[i] == logits[size_t(ranking.id[i])];
    CHECK(same);
    const std::vector<int32_t> ranks = ranks_by_id(ranking);
    bool inverse = true;
    for (size_t i = 0; i < count; ++i) inverse = inverse && size_t(ranks[size_t(ranking.id[i])]) == i;
    CHECK(inverse);
  }
  CHECK(ranked({-0.0f, 0.0f, -0.0f}).id == std::vector<int32_t>{0, 1, 2});
  CHECK(ranked({-3.4e38f, 3.4e38f, 1e-45f, -1e-45f}).id == std::vector<int32_t>{1, 2, 3, 0});
}

TEST_CASE("a distribution to check by hand") {
  // Weights 8, 4, 2, 1, 1 in sixteenths, in another order of ids.
  const float ln2 = 0.69314718f;
  const std::vector<float> logits = {0.0f, 3 * ln2, ln2, 0.0f, 2 * ln2};
  CHECK(ranked(logits).id == std::vector<int32_t>{1, 4, 2, 0, 3});

  const Columns all = distributed(logits, {});
  const std::vector<double> sixteenths = {8, 4, 2, 1, 1};
  for (size_t i = 0; i < 5; ++i)
    CHECK(all.probability[i] == doctest::Approx(sixteenths[i] / 16).epsilon(1e-6));
  CHECK(all.kept_by_k == 5);
  CHECK(all.kept_by_p == 5);
  CHECK(all.entropy ==
        doctest::Approx(1.875 * std::log(2.0)).epsilon(1e-6));  // 1/2 + 2/4 + 3/8 + 2 * 4/16 bits

  // top-k 3 leaves 8 + 4 + 2 of 16; top-p 0.9 of those 14 needs all three; 0.8 needs two.
  const Columns cut = distributed(logits, {1.0, 3, 0.8});
  CHECK(cut.kept_by_k == 3);
  CHECK(cut.kept_by_p == 2);
  CHECK(cut.mass_cut_by_k == doctest::Approx(2.0 / 16).epsilon(1e-6));
  CHECK(cut.mass_cut_by_p == doctest::Approx(2.0 / 14).epsilon(1e-6));
  CHECK(cut.probability[0] == doctest::Approx(2.0 / 3).epsilon(1e-6));
  CHECK(cut.probability[1] == doctest::Approx(1.0 / 3).epsilon(1e-6));
  CHECK(cut.kept == std::vector<Kept>{Kept::yes, Kept::yes, Kept::cut_by_p, Kept::cut_by_k, Kept::cut_by_k});
  CHECK(cut.scaled[2] == doctest::Approx(2.0 / 16).epsilon(1e-6));
  CHECK(distributed(logits, {1.0, 3, 0.9}).kept_by_p == 3);

  // At temperature 1/2 the weights are squared: 64, 16, 4, 1, 1 in 86ths.
  const Columns cold = distributed(logits, {0.5, 0, 1.0});
  CHECK(cold.scaled[0] == doctest::Approx(64.0 / 86).epsilon(1e-6));
  CHECK(cold.raw[0] == doctest::Approx(8.0 / 16).epsilon(1e-6));
  CHECK(cold.tempered[0] == doctest::Approx(6 * ln2));

  // u = 0.7 is past the first interval [0, 2/3) and in the second.
  const Draw second = draw(ranked(logits), cut, 0.7);
  CHECK(second.rank == 1);
  CHECK(second.id == 4);
  CHECK(second.begin == doctest::Approx(2.0 / 3).epsilon(1e-6));
  CHECK(second.end == 1.0);
  CHECK(draw(ranked(logits), cut, 0.6).id == 1);
}

TEST_CASE("probabilities agree with the naive twin over all 50,257 tokens") {
  for (const size_t count : {1, 3, 7, 65, 50257}) {
    const std::vector<float> logits = random_logits(count, 11);
    const Ranking ranking = ranked(logits);
    for (const double temperature : {0.0, 0.1, 0.7, 1.0, 2.0, 5.0}) {
      for (const int top_k : {0, 1, 40, 1000000}) {
        for (const double top_p : {0.0, 0.5, 0.95, 1.0}) {
          const SamplingSettings settings{temperature, top_k, top_p};
          const Columns got = distributed(logits, settings);
          const std::vector<double> wanted = naive_probabilities(ranking, settings);
          double worst = 0;
          int kept = 0;
          for (size_t i = 0; i < count; ++i) {
            worst = std::max(worst, std::abs(got.probability[i] - wanted[i]));
            kept += got.kept[i] == Kept::yes;
          }
          CHECK(worst < kFloatTolerance);
          CHECK(kept == got.kept_by_p);
          CHECK(std::abs(sum(got.probability) - 1) < 1e-5);
          CHECK(std::abs(sum(got.scaled) - 1) < 1e-5);
          CHECK(std::abs(sum(got.raw) - 1) < 1e-5);
        }
      }
    }
  }
}

TEST_CASE("what is cut and what is kept add up") {
  const std::vector<float> logits = random_logits(5000, 3);
  const Columns got = distributed(logits, {0.8, 200, 0.9});
  CHECK(got.kept_by_k == 200);
  CHECK(got.kept_by_p < 200);
  const Columns whole = distributed(logits, {0.8, 0, 1.0});
  double mass_k = 0, mass_p = 0;
  for (int i = 0; i < 200; ++i) mass_k += whole.scaled[size_t(i)];
  for (int i = 0; i < got.kept_by_p; ++i) mass_p += whole.scaled[size_t(i)];
  CHECK(got.mass_cut_by_k == doctest::Approx(1 - mass_k).epsilon(1e-5));
  CHECK(got.mass_cut_by_p == doctest::Approx(1 - mass_p / mass_k).epsilon(1e-5));
  CHECK(mass_p / mass_k >= 0.9);
  CHECK((mass_p - whole.scaled[size_t(got.kept_by_p - 1)]) / mass_k < 0.9);
  CHECK(whole.mass_cut_by_k == 0.0);
  CHECK(whole.mass_cut_by_p == 0.0);
  double entropy = 0;
  for (const float p : got.probability) entropy -= p > 0 ? p * std::log(double(p)) : 0;
  CHECK(got.entropy == doctest::Approx(entropy).epsilon(1e-6));
}

TEST_CASE("ties are cut by id, and the smallest set is taken") {
  const std::vector<float> equal(10, 1.5f);
  const Columns half = distributed(equal, {1.0, 0, 0.5});
  CHECK(half.kept_by_p == 5);  // five tenths reach 0.5 exactly
  CHECK(half.probability[0] == 0.2f);
  CHECK(distributed(equal, {1.0, 0, 0.51}).kept_by_p == 6);
  CHECK(distributed(equal, {1.0, 4, 0.5}).kept_by_p == 2);  // half of what top-k left
  CHECK(draw(ranked(equal), half, 0.99).id == 4);
}

TEST_CASE("the edges of the settings") {
  const std::vector<float> logits = {1.0f, 3.0f, 3.0f, 2.0f};
  CHECK(distributed(logits, {1.0, 0, 0.0}).kept_by_p == 1);
  CHECK(distributed(logits, {1.0, 1, 1.0}).probability[0] == 1.0f);
  CHECK(distributed(logits, {1.0, std::numeric_limits<int>::max(), 1.0}).kept_by_k == 4);

  const Columns greedy = distributed(logits, {0.0, 0, 1.0});
  CHECK(greedy.probability == std::vector<float>{1, 0, 0, 0});
  CHECK(greedy.scaled == std::vector<float>{1, 0, 0, 0});
  CHECK(greedy.tempered == std::vector<float>{3, 3, 2, 1});
  CHECK(greedy.raw[0] == greedy.raw[1]);
  CHECK(greedy.entropy == 0.0);
  for (const double u : {0.0, 0.5, 1 - 0x1p-53})
    CHECK(draw(ranked(logits), greedy, u).id == 1);  // the lower id of the tie
  CHECK(distributed(logits, {0.0, 0, 0.9}).kept_by_p == 1);

  // A temperature that overflows a float still gives numbers.
  const Columns tiny = distributed(logits, {5e-324, 0, 1.0});
  CHECK(tiny.probability == std::vector<float>{0.5f, 0.5f, 0, 0});
  CHECK(std::isfinite(tiny.tempered[0]));
  CHECK(tiny.entropy == doctest::Approx(std::log(2.0)));

  // Logits at the end of what floats hold.
  const Columns wide = distributed({3.4e38f, -3.4e38f}, {5.0, 0, 1.0});
  CHECK(wide.probability == std::vector<float>{1, 0});
}

TEST_CASE("draws follow the probabilities, and their intervals meet") {
  const std::vector<float> logits = random_logits(300, 5, 1.0f);
  const Ranking ranking = ranked(logits);
  const Columns distribution = distributed(logits, {0.9, 50, 0.95});
  double end = 0;
  for (int rank = 0; rank < distribution.kept_by_p; ++rank) {
    const Draw drawn = draw(ranking, distribution, end);
    CHECK(drawn.rank == rank);
    CHECK(drawn.begin == end);
    CHECK(drawn.end - drawn.begin == doctest::Approx(distribution.probability[size_t(rank)]).epsilon(1e-5));
    end = drawn.end;
  }
  CHECK(end == 1.0);
  CHECK(draw(ranking, distribution, 1.0).rank == distribution.kept_by_p - 1);

  constexpr int kDraws = 20000;
  std::vector<int> counts(300);
  for (int i = 0; i < kDraws; ++i)
    ++counts[size_t(draw(ranking, distribution, uniform(1, uint64_t(i))).rank)];
  for (size_t rank = 0; rank < 300; ++rank) {
    const double p = distribution.probability[rank];
    CHECK(std::abs(counts[rank] - p * kDraws) <=
          5 * std::sqrt(p * (1 - p) * kDraws));  // five deviations; 0 where cut
  }
}

TEST_CASE("the same bits everywhere") {
  // FNV-1a of all that sampling gives, recorded with gcc, clang and WebAssembly, which agree: a compiler or a
  // platform that rounds otherwise would draw other tokens from the same seed.
  uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](const void* data, size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  };
  std::vector<float> logits(5003);
  for (uint64_t round = 0; round < 4; ++round) {
    for (size_t i = 0; i < logits.size(); ++i) {
      double total = 0;
      for (uint64_t k = 0; k < 6; ++k) total += uniform(round, i * 6 + k);
      logits[i] = float((total - 3) * 4);
    }
    const Ranking ranking = ranked(logits);
    for (const double temperature : {0.0, 0.3, 0.7, 1.0, 1.3, 5.0}) {
      const Columns got = distributed(logits, {temperature, int(round) * 70, 0.9});
      for (const std::vector<float>* column : {&got.tempered, &got.raw, &got.scaled, &got.probability}) {
        add(column->data(), column->size() * sizeof(float));
      }
      for (const double value : {got.entropy, got.mass_cut_by_k, got.mass_cut_by_p})
        add(&value, sizeof value);
      for (uint64_t i = 0; i < 20; ++i) {
        const Draw drawn = draw(ranking, got, uniform(round, i));
        add(&drawn.id, sizeof drawn.id);
        add(&drawn.end, sizeof drawn.end);
      }
    }
  }
  CHECK(hash == 9612598828586723358u);
}

TEST_CASE("bad logits and settings are errors that name them") {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              infinity = std::numeric_limits<float>::infinity();
  CHECK(contains(rank_logits({}).error().message, "no logits"));
  for (const float bad : {nan, infinity, -infinity}) {
    const std::vector<float> logits = {1.0f, 2.0f, bad};
    const auto ranking = rank_logits(logits);
    REQUIRE(!ranking.ok());
    CHECK(contains(ranking.error().message, "the logit of token 2 is"));
  }
  const Ranking ranking = ranked({1.0f, 2.0f});
  const auto message = [&](SamplingSettings settings) {
    const auto result = distribute(ranking, settings);
    return result ? std::string() : result.error().message;
  };
  CHECK(contains(message({-0.1, 0, 1.0}), "temperature is -0.1, wanted a number from 0 to 5"));
  CHECK(contains(message({5.1, 0, 1.0}), "temperature is 5.1"));
  CHECK(contains(message({nan, 0, 1.0}), "temperature is nan"));
  CHECK(contains(message({1.0, -1, 1.0}), "top-k is -1"));
  CHECK(contains(message({1.0, 0, 1.5}), "top-p is 1.5, wanted a number from 0 to 1"));
  CHECK(contains(message({1.0, 0, -0.5}), "top-p is -0.5"));
  CHECK(contains(message({1.0, 0, nan}), "top-p is nan"));
  CHECK(message({0.0, 0, 0.0}).empty());
  CHECK(message({5.0, 0, 1.0}).empty());
  CHECK(!distribute(Ranking{}, {}).ok());
  CHECK(!distribute(Ranking{{0, 1}, {1.0f}}, {}).ok());
}
