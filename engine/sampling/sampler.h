// Exact sampling over the whole vocabulary: temperature, then top-k, then top-p (Holtzman et al. 2020),
// in that order; ties are broken by the lower id.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"

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

// What the settings make of a ranking. Its columns are not kept: a screen shows a few ranks of 50,257, and works those
// out with candidate(), from the same numbers and to the same bits.
struct Distribution {
  double temperature;
  double raw_sum;        // of e^(logit - highest) over the vocabulary
  double sum;            // of e^((logit - highest) / temperature); at temperature 0 all is on rank 0
  double kept_sum;       // the same over the ranks that are kept
  int kept_by_k;         // candidates that survive top-k
  int kept_by_p;         // candidates that survive both; always the first kept_by_p ranks
  double mass_cut_by_k;  // of the tempered softmax
  double mass_cut_by_p;  // of the tempered softmax renormalised over the survivors of top-k
  double entropy;        // of what is kept, in nats
};

// One rank's line of the table.
struct Candidate {
  float tempered;     // logit / temperature, within what floats hold; the logit at temperature 0
  float raw;          // softmax of the logits as they are (temperature 1, nothing cut)
  float scaled;       // softmax of the tempered logits before any cut; at temperature 0 all on rank 0
  float probability;  // after the cuts, renormalised; 0 where cut
  Kept kept;
};

struct Draw {
  int rank;
  int32_t id;
  double u;           // the seeded number in [0, 1)
  double begin, end;  // the interval of the cumulative probability that u fell into
};

Result<Ranking> rank_logits(
    std::span<const float> logits);  // refuses NaN, infinities and an empty vocabulary
// [V] the place of each id in the ranking.
std::vector<int32_t> ranks_by_id(const Ranking& ranking);
Result<Distribution> distribute(const Ranking& ranking, const SamplingSettings& settings);
// `rank` lies in the ranking that was distributed.
Candidate candidate(const Ranking& ranking, const Distribution& distribution, int rank);

// The number in [0,1) of draw `index` of seed `seed`: a counter-based generator, so that draw i does
// not depend on the draws before it, and the same on every platform.
double uniform(uint64_t seed, uint64_t index);
Draw draw(const Ranking& ranking, const Distribution& distribution, double u);

}  // namespace vitrine
