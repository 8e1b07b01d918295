#include "sampler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>

#include "exponential.h"
#include "rng.h"

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

// Least significant digit first, 11 bits a digit; each pass is stable, so ties stay in the order of their ids.
void radix_sort(std::vector<KeyedId>& entries) {
  constexpr int kBits = 11;
  constexpr size_t kDigits = size_t{1} << kBits;
  std::vector<KeyedId> other(entries.size());
  for (int shift = 0; shift < 32; shift += kBits) {
    std::array<uint32_t, kDigits> place{};
    for (const KeyedId& entry : entries) ++place[entry.key >> shift & (kDigits - 1)];
    uint32_t next = 0;
    for (uint32_t& count : place) next += std::exchange(count, next);
    for (const KeyedId& entry : entries) other[place[entry.key >> shift & (kDigits - 1)]++] = entry;
    entries.swap(other);
  }
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

// exponent[i] = (logit[i] - highest logit) / temperature, weight[i] = e^exponent[i]. Returns the sum of the weights.
double weigh(const std::vector<float>& logit, double temperature, std::vector<double>& exponent,
             std::vector<double>& weight) {
  const double highest = logit[0];
  for (size_t i = 0; i < logit.size(); ++i) exponent[i] = (logit[i] - highest) / temperature;
  for (size_t i = 0; i < logit.size(); ++i) weight[i] = exp_nonpositive(exponent[i]);
  double sum = 0.0;
  for (const double w : weight) sum += w;
  return sum;
}

// out[i] = weight[i] / sum for the first `count` entries.
void normalise(const std::vector<double>& weight, size_t count, double sum, std::vector<float>& out) {
  const double share = 1.0 / sum;
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<float>(weight[i] * share);
}

double sum_of(const std::vector<double>& weight, size_t begin, size_t end) {
  double sum = 0.0;
  for (size_t i = begin; i < end; ++i) sum += weight[i];
  return sum;
}

// The smallest number of first ranks whose share of `sum` reaches top_p, at least one, at most `count`.
size_t count_to_mass(const std::vector<double>& weight, size_t count, double sum, double top_p) {
  if (top_p >= 1.0) return count;  // rounding must not cut the tail
  double cumulative = weight[0];
  size_t kept = 1;
  while (kept < count && cumulative < top_p * sum) cumulative += weight[kept++];
  return kept;
}

// -sum p ln p for p = e^exponent / sum, written so that it needs one logarithm.
double entropy_of(const std::vector<double>& exponent, const std::vector<double>& weight, size_t count,
                  double sum) {
  double weighted = 0.0;
  for (size_t i = 0; i < count; ++i) {
    if (weight[i] > 0.0) weighted += weight[i] * exponent[i];
  }
  return std::max(0.0, log_from_one(sum) - weighted / sum);
}

float tempered_logit(double logit, double temperature) {
  constexpr double kLimit = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(logit / temperature, -kLimit, kLimit));
}

}  // namespace

Result<Ranking> rank_logits(std::span<const float> logits) {
  if (logits.empty())
    return Error{ErrorCode::request,
                 "there are no logits to rank, wanted one for each token of the vocabulary"};
  std::vector<KeyedId> entries(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    if (!std::isfinite(logits[i])) {
      return Error{ErrorCode::logits_broken,
                   "the logit of token " + std::to_string(i) + " is " + shown(logits[i]) +
                       ", wanted a finite number; the weights or the interventions are at fault"};
    }
    entries[i] = {descending_key(logits[i]), static_cast<int32_t>(i)};
  }
  radix_sort(entries);
  Ranking ranking{std::vector<int32_t>(logits.size()), std::vector<float>(logits.size())};
  for (size_t rank = 0; rank < entries.size(); ++rank) {
    ranking.id[rank] = entries[rank].id;
    ranking.logit[rank] = logits[static_cast<size_t>(entries[rank].id)];
  }
  return ranking;
}

Result<Distribution> distribute(const Ranking& ranking, const SamplingSettings& settings) {
  VITRINE_TRY(check(ranking, settings));
  const size_t size = ranking.logit.size();
  const bool greedy = settings.temperature == 0.0;
  Distribution out;
  out.raw.resize(size);
  out.probability.resize(size);
  std::vector<double> exponent(size), weight(size);

  double sum = weigh(ranking.logit, 1.0, exponent, weight);
  normalise(weight, size, sum, out.raw);
  if (greedy) {  // the limit of ever lower temperatures, with ties decided by id
    std::fill(weight.begin(), weight.end(), 0.0);
    weight[0] = sum = 1.0;
  } else if (settings.temperature != 1.0) {
    sum = weigh(ranking.logit, settings.temperature, exponent, weight);
  }
  if (greedy || settings.temperature == 1.0) {
    out.tempered = ranking.logit;
  } else {
    out.tempered.resize(size);
    for (size_t i = 0; i < size; ++i)
      out.tempered[i] = tempered_logit(ranking.logit[i], settings.temperature);
  }
  if (settings.temperature == 1.0) {
    out.scaled = out.raw;
  } else {
    out.scaled.resize(size);
    normalise(weight, size, sum, out.scaled);
  }

  const size_t by_k = settings.top_k == 0 ? size : std::min(size, static_cast<size_t>(settings.top_k));
  const double sum_k = sum_of(weight, 0, by_k);
  const size_t by_p = count_to_mass(weight, by_k, sum_k, settings.top_p);
  const double sum_p = sum_of(weight, 0, by_p);
  normalise(weight, by_p, sum_p, out.probability);
  out.kept.assign(size, Kept::cut_by_k);
  std::fill_n(out.kept.begin(), by_k, Kept::cut_by_p);
  std::fill_n(out.kept.begin(), by_p, Kept::yes);
  out.kept_by_k = static_cast<int>(by_k);
  out.kept_by_p = static_cast<int>(by_p);
  out.mass_cut_by_k = sum_of(weight, by_k, size) / sum;
  out.mass_cut_by_p = sum_of(weight, by_p, by_k) / sum_k;
  out.entropy = greedy ? 0.0 : entropy_of(exponent, weight, by_p, sum_p);
  return out;
}

double uniform(uint64_t seed, uint64_t index) {
  const std::array<uint32_t, 4> random =
      philox({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), 0, 0},
             {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  const uint64_t bits = uint64_t{random[1]} << 32 | random[0];
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

Draw draw(const Ranking& ranking, const Distribution& distribution, double u) {
  const size_t count = std::min(static_cast<size_t>(distribution.kept_by_p), distribution.probability.size());
  // Rounded to float the probabilities need not add up to 1 exactly; their own sum is the whole.
  double sum = 0.0;
  for (size_t rank = 0; rank < count; ++rank) sum += distribution.probability[rank];
  Draw found{-1, -1, u, 0.0, 0.0};
  double cumulative = 0.0;
  for (size_t rank = 0; rank < count; ++rank) {
    const double next = cumulative + distribution.probability[rank];
    if (next > cumulative) {
      found = {static_cast<int>(rank), ranking.id[rank], u, cumulative / sum, next / sum};
      if (u < found.end) return found;
    }
    cumulative = next;
  }
  return found;  // u was 1 or more: the last that can be drawn
}

}  // namespace vitrine
