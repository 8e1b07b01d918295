// Exact sampling over the whole vocabulary: temperature, then top-k, then top-p (Holtzman et al. 2020),
// in that order; ties are broken by the lower id.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "error.h"

namespace vitrine {

struct SamplingSettings {
  double temperature = 1.0;  // 0 is greedy; 0 <= temperature <= 5
  int top_k = 0;             // 0 keeps all
  double top_p =
      1.0;  // 0 <= top_p <= 1; the smallest set of candidates whose mass reaches top_p, at least one
};

enum class Kept : uint8_t { yes = 0, cut_by_k = 1, cut_by_p = 2 };

// The vocabulary in descending order of logit, ties by id. Sorting depends on the logits alone, so
// moving a slider only moves the cuts.
struct Ranking {
  std::vector<int32_t> id;   // [V]
  std::vector<float> logit;  // [V] same order
};

// Columns of V entries in the order of the ranking.
struct Distribution {
  std::vector<float> tempered;  // logit / temperature, within what floats hold; the logit at temperature 0
  std::vector<float> raw;       // softmax of the logits as they are (temperature 1, nothing cut)
  std::vector<float> scaled;  // softmax of the tempered logits before any cut; at temperature 0 all on rank 0
  std::vector<float> probability;  // after the cuts, renormalised; 0 where cut
  std::vector<Kept> kept;
  int kept_by_k;         // candidates that survive top-k
  int kept_by_p;         // candidates that survive both; always the first kept_by_p ranks
  double mass_cut_by_k;  // of `scaled`
  double mass_cut_by_p;  // of `scaled` renormalised over the survivors of top-k
  double entropy;        // of `probability`, in nats
};

struct Draw {
  int rank;
  int32_t id;
  double u;           // the seeded number in [0, 1)
  double begin, end;  // the interval of the cumulative probability that u fell into
};

Result<Ranking> rank_logits(
    std::span<const float> logits);  // refuses NaN, infinities and an empty vocabulary
Result<Distribution> distribute(const Ranking& ranking, const SamplingSettings& settings);

// The number in [0,1) of draw `index` of seed `seed`: a counter-based generator, so that draw i does
// not depend on the draws before it, and the same on every platform.
double uniform(uint64_t seed, uint64_t index);
Draw draw(const Ranking& ranking, const Distribution& distribution, double u);

}  // namespace vitrine
