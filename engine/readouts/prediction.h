// What one row of logits predicts: the softmax over all V tokens in double precision, and how two of them differ.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vitrine {

struct Prediction {
  std::span<const float> logits;  // [V], not owned
  std::vector<double> weights;    // [V] e^(logit - highest)
  double highest = 0, total = 0;  // the largest logit, the sum of the weights
  double log_total = 0;           // ln total
  bool finite = false;  // false: some logit is infinite or NaN, and nothing else here means anything

  double p(int32_t id) const { return weights[static_cast<size_t>(id)] / total; }
  double log_p(int32_t id) const {  // nats
    return static_cast<double>(logits[static_cast<size_t>(id)]) - highest - log_total;
  }
};
Prediction predict(std::span<const float> logits);

double entropy(const Prediction& p);                          // nats
double divergence(const Prediction& p, const Prediction& q);  // KL(p || q) = sum p ln(p / q), nats
int rank_of(const Prediction& p, int32_t id);                 // 1 for the most likely; ties by the lower id
std::vector<int32_t> most_likely(const Prediction& p, int count);

// The numbers that tell two predictions of the same vocabulary apart. `rival` -1: none.
struct Comparison {
  int32_t target, rival;
  double logit_before, logit_after;
  double difference_before, difference_after;  // logit of the target minus the rival's
  double p_before, p_after;
  int rank_before, rank_after;
  double kl;  // KL(before || after), nats
  int32_t first_before, first_after;
};
Comparison compare(const Prediction& before, const Prediction& after, int32_t target, int32_t rival);

}  // namespace vitrine
