#include "readouts/prediction.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sampling/exponential.h"

namespace vitrine {

Prediction predict(std::span<const float> logits) {
  Prediction p;
  p.logits = logits;
  p.finite =
      !logits.empty() && std::all_of(logits.begin(), logits.end(), [](float l) { return std::isfinite(l); });
  if (!p.finite) return p;
  p.highest = *std::max_element(logits.begin(), logits.end());
  p.weights.reserve(logits.size());
  for (const float logit : logits) {
    p.weights.push_back(exp_nonpositive(static_cast<double>(logit) - p.highest));
    p.total += p.weights.back();
  }
  p.log_total = log_from_one(p.total);
  return p;
}

double entropy(const Prediction& p) {
  double sum = 0;  // of w (l - highest): then H = ln total - sum / total
  for (size_t id = 0; id < p.weights.size(); ++id)
    sum += p.weights[id] * (static_cast<double>(p.logits[id]) - p.highest);
  return p.log_total - sum / p.total;
}

double divergence(const Prediction& p, const Prediction& q) {
  double sum = 0;
  for (size_t id = 0; id < p.weights.size(); ++id) {
    const double difference = static_cast<double>(p.logits[id]) - static_cast<double>(q.logits[id]);
    sum += p.weights[id] * difference;
  }
  const double kl = sum / p.total - (p.highest + p.log_total) + (q.highest + q.log_total);
  return kl > 0 ? kl : 0;  // rounding alone can make it negative
}

int rank_of(const Prediction& p, int32_t id) {
  const float logit = p.logits[static_cast<size_t>(id)];
  int rank = 1;
  for (size_t other = 0; other < p.logits.size(); ++other)
    rank += p.logits[other] > logit || (p.logits[other] == logit && static_cast<int32_t>(other) < id);
  return rank;
}

std::vector<int32_t> most_likely(const Prediction& p, int count) {
  std::vector<int32_t> ids(p.logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto end = ids.begin() + std::min<ptrdiff_t>(count, static_cast<ptrdiff_t>(ids.size()));
  std::partial_sort(ids.begin(), end, ids.end(), [&](int32_t a, int32_t b) {
    const float left = p.logits[static_cast<size_t>(a)], right = p.logits[static_cast<size_t>(b)];
    return left != right ? left > right : a < b;
  });
  ids.erase(end, ids.end());
  return ids;
}

Comparison compare(const Prediction& before, const Prediction& after, int32_t target, int32_t rival) {
  const auto logit = [](const Prediction& p, int32_t id) {
    return id < 0 ? 0.0 : static_cast<double>(p.logits[static_cast<size_t>(id)]);
  };
  return {target,
          rival,
          logit(before, target),
          logit(after, target),
          logit(before, target) - logit(before, rival),
          logit(after, target) - logit(after, rival),
          before.p(target),
          after.p(target),
          rank_of(before, target),
          rank_of(after, target),
          divergence(before, after),
          most_likely(before, 1)[0],
          most_likely(after, 1)[0]};
}

}  // namespace vitrine
