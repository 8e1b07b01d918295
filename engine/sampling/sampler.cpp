#include "sampling/sampler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "sampling/exponential.h"
#include "sampling/rng.h"

namespace vitrine {
namespace {

struct KeyedId {
  uint32_t key;  // ascending keys are descending logits
  int32_t id;
};

uint32_t descending_key(float logit) {
  const float value = logit == 0.0f ? 0.0f : logit;  // -0 and 0 are a tie
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits & 0x80000000u ? bits : ~(bits | 0x80000000u);
}

constexpr int kDigitBits = 11;
constexpr int kPasses = 3;  // of 11 bits each, for 32
constexpr size_t kDigits = size_t{1} << kDigitBits;

size_t digit(uint32_t key, int pass) { return key >> (pass * kDigitBits) & (kDigits - 1); }

// How often each digit of each pass occurs.
using DigitCounts = std::array<std::array<uint32_t, kDigits>, kPasses>;

// Least significant digit first; each pass is stable, so ties stay in the order of their ids. `other` is as large as
// `entries`; the result is in the one that is returned.
KeyedId* radix_sort(KeyedId* entries, KeyedId* other, size_t size, DigitCounts& counts) {
  for (int pass = 0; pass < kPasses; ++pass) {
    std::array<uint32_t, kDigits>& place = counts[static_cast<size_t>(pass)];
    uint32_t next = 0;
    for (uint32_t& count : place) next += std::exchange(count, next);
    for (size_t i = 0; i < size; ++i) other[place[digit(entries[i].key, pass)]++] = entries[i];
    std::swap(entries, other);
  }
  return entries;
}

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

Status check(const Ranking& ranking, const SamplingSettings& settings) {
  if (ranking.id.empty() || ranking.id.size() != ranking.logit.size()) {
    return Error{ErrorCode::request, "the ranking has " + std::to_string(ranking.id.size()) + " ids and " +
                                         std::to_string(ranking.logit.size()) +
                                         " logits, wanted as many of both and at least one"};
  }
  if (!(settings.temperature >= 0.0 && settings.temperature <= 5.0)) {
    return Error{ErrorCode::sampling_range,
                 "temperature is " + shown(settings.temperature) +
                     ", wanted a number from 0 to 5; 0 always takes the likeliest token",
                 {{"name", "temperature"}, {"got", shown(settings.temperature)}, {"wanted", "0 – 5"}}};
  }
  if (settings.top_k < 0) {
    return Error{ErrorCode::sampling_range,
                 "top-k is " + std::to_string(settings.top_k) +
                     ", wanted a whole number from 0; 0 keeps the whole vocabulary",
                 {{"name", "top-k"}, {"got", std::to_string(settings.top_k)}, {"wanted", "≥ 0"}}};
  }
  if (!(settings.top_p >= 0.0 && settings.top_p <= 1.0)) {
    return Error{ErrorCode::sampling_range,
                 "top-p is " + shown(settings.top_p) + ", wanted a number from 0 to 1; 1 keeps everything",
                 {{"name", "top-p"}, {"got", shown(settings.top_p)}, {"wanted", "0 – 1"}}};
  }
  return success();
}

double exponent_of(float logit, double highest, double temperature) {
  return (logit - highest) / temperature;
}

// weight[i] = e^((logit[i] - highest) / temperature)
void weigh(const float* logit, size_t count, double highest, double temperature, double* weight) {
  for (size_t i = 0; i < count; ++i) weight[i] = exp_nonpositive(exponent_of(logit[i], highest, temperature));
}

double add(const double* weight, size_t count, double sum) {
  for (size_t i = 0; i < count; ++i) sum += weight[i];
  return sum;
}

double sum_of(const double* weight, size_t begin, size_t end) {
  return add(weight + begin, end - begin, 0.0);
}

// Weights that are only added up, or looked at once: a piece of them stays in the processor's first cache.
constexpr size_t kPiece = 512;

double sum_of_weights(const std::vector<float>& logit, double temperature) {
  std::array<double, kPiece> weight;
  double sum = 0.0;
  for (size_t at = 0; at < logit.size(); at += kPiece) {
    const size_t count = std::min(kPiece, logit.size() - at);
    weigh(logit.data() + at, count, logit[0], temperature, weight.data());
    sum = add(weight.data(), count, sum);
  }
  return sum;
}

float share_of(double weight, double sum) { return static_cast<float>(weight * (1.0 / sum)); }

// The smallest number of first ranks whose share of `sum` reaches top_p, at least one, at most `count`.
size_t count_to_mass(const double* weight, size_t count, double sum, double top_p) {
  if (top_p >= 1.0) return count;  // rounding must not cut the tail
  double cumulative = weight[0];
  size_t kept = 1;
  while (kept < count && cumulative < top_p * sum) cumulative += weight[kept++];
  return kept;
}

// -sum p ln p for p = e^exponent / sum, written so that it needs one logarithm.
double entropy_of(const std::vector<float>& logit, double temperature, const double* weight, size_t count,
                  double sum) {
  double weighted = 0.0;
  for (size_t i = 0; i < count; ++i) {
    if (weight[i] > 0.0) weighted += weight[i] * exponent_of(logit[i], logit[0], temperature);
  }
  return std::max(0.0, log_from_one(sum) - weighted / sum);
}

float tempered_logit(float logit, double temperature) {
  if (temperature == 0.0 || temperature == 1.0) return logit;
  constexpr double kLimit = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(logit / temperature, -kLimit, kLimit));
}

}  // namespace

Result<Ranking> rank_logits(std::span<const float> logits) {
  if (logits.empty())
    return Error{ErrorCode::request,
                 "there are no logits to rank, wanted one for each token of the vocabulary"};
  const size_t size = logits.size();
  const std::unique_ptr<KeyedId[]> entries(new KeyedId[2 * size]);
  DigitCounts counts{};
  for (size_t i = 0; i < size; ++i) {
    if (!std::isfinite(logits[i])) {
      return Error{ErrorCode::logits_broken,
                   "the logit of token " + std::to_string(i) + " is " + shown(logits[i]) +
                       ", wanted a finite number; the weights or the interventions are at fault"};
    }
    const uint32_t key = descending_key(logits[i]);
    entries[i] = {key, static_cast<int32_t>(i)};
    for (int pass = 0; pass < kPasses; ++pass) ++counts[static_cast<size_t>(pass)][digit(key, pass)];
  }
  const KeyedId* sorted = radix_sort(entries.get(), entries.get() + size, size, counts);
  Ranking ranking{std::vector<int32_t>(size), std::vector<float>(size)};
  for (size_t rank = 0; rank < size; ++rank) {
    ranking.id[rank] = sorted[rank].id;
    ranking.logit[rank] = logits[static_cast<size_t>(sorted[rank].id)];
  }
  return ranking;
}

std::vector<int32_t> ranks_by_id(const Ranking& ranking) {
  std::vector<int32_t> ranks(ranking.id.size());
  for (size_t rank = 0; rank < ranks.size(); ++rank)
    ranks[static_cast<size_t>(ranking.id[rank])] = static_cast<int32_t>(rank);
  return ranks;
}

Result<Distribution> distribute(const Ranking& ranking, const SamplingSettings& settings) {
  VITRINE_TRY(check(ranking, settings));
  const std::vector<float>& logit = ranking.logit;
  const size_t size = logit.size();
  const double temperature = settings.temperature;
  const bool greedy = temperature == 0.0;
  const std::unique_ptr<double[]> weight(new double[size]);
  Distribution out;
  out.temperature = temperature;
  if (greedy) {  // the limit of ever lower temperatures, with ties decided by id
    std::fill_n(weight.get(), size, 0.0);
    weight[0] = 1.0;
  } else {
    weigh(logit.data(), size, logit[0], temperature, weight.get());
  }
  out.sum = sum_of(weight.get(), 0, size);
  out.raw_sum = temperature == 1.0 ? out.sum : sum_of_weights(logit, 1.0);

  const size_t by_k = settings.top_k == 0 ? size : std::min(size, static_cast<size_t>(settings.top_k));
  const double sum_k = sum_of(weight.get(), 0, by_k);
  const size_t by_p = count_to_mass(weight.get(), by_k, sum_k, settings.top_p);
  out.kept_sum = sum_of(weight.get(), 0, by_p);
  out.kept_by_k = static_cast<int>(by_k);
  out.kept_by_p = static_cast<int>(by_p);
  out.mass_cut_by_k = sum_of(weight.get(), by_k, size) / out.sum;
  out.mass_cut_by_p = sum_of(weight.get(), by_p, by_k) / sum_k;
  out.entropy = greedy ? 0.0 : entropy_of(logit, temperature, weight.get(), by_p, out.kept_sum);
  return out;
}

Candidate candidate(const Ranking& ranking, const Distribution& distribution, int rank) {
  const float highest = ranking.logit[0], logit = ranking.logit[static_cast<size_t>(rank)];
  double raw, weight;
  weigh(&logit, 1, highest, 1.0, &raw);
  if (distribution.temperature == 0.0) {
    weight = rank == 0 ? 1.0 : 0.0;
  } else {
    weigh(&logit, 1, highest, distribution.temperature, &weight);
  }
  const Kept kept = rank < distribution.kept_by_p   ? Kept::yes
                    : rank < distribution.kept_by_k ? Kept::cut_by_p
                                                    : Kept::cut_by_k;
  return {tempered_logit(logit, distribution.temperature), share_of(raw, distribution.raw_sum),
          share_of(weight, distribution.sum),
          kept == Kept::yes ? share_of(weight, distribution.kept_sum) : 0.0f, kept};
}

double uniform(uint64_t seed, uint64_t index) {
  const std::array<uint32_t, 4> random =
      philox({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), 0, 0},
             {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  const uint64_t bits = uint64_t{random[1]} << 32 | random[0];
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

namespace {

// Calls visit(rank, probability) for each rank that is kept, in order, until it returns false.
template <class Visit>
void each_kept(const Ranking& ranking, const Distribution& distribution, Visit visit) {
  if (distribution.temperature == 0.0) {
    visit(0, 1.0f);
    return;
  }
  const size_t kept = std::min(static_cast<size_t>(distribution.kept_by_p), ranking.logit.size());
  std::array<double, kPiece> weight;
  for (size_t at = 0; at < kept; at += kPiece) {
    const size_t count = std::min(kPiece, kept - at);
    weigh(ranking.logit.data() + at, count, ranking.logit[0], distribution.temperature, weight.data());
    for (size_t i = 0; i < count; ++i)
      if (!visit(at + i, share_of(weight[i], distribution.kept_sum))) return;
  }
}

}  // namespace

Draw draw(const Ranking& ranking, const Distribution& distribution, double u) {
  // Rounded to float the probabilities need not add up to 1 exactly; their own sum is the whole.
  double sum = 0.0;
  each_kept(ranking, distribution, [&](size_t, float probability) {
    sum += probability;
    return true;
  });
  Draw found{-1, -1, u, 0.0, 0.0};
  double cumulative = 0.0;
  each_kept(ranking, distribution, [&](size_t rank, float probability) {
    const double next = cumulative + probability;
    if (next > cumulative) {
      found = {static_cast<int>(rank), ranking.id[rank], u, cumulative / sum, next / sum};
      if (u < found.end) return false;
    }
    cumulative = next;
    return true;
  });
  return found;  // u was 1 or more: the last that can be drawn
}

}  // namespace vitrine
