#include "readouts/surprise.h"

#include <algorithm>
#include <string>

#include "readouts/logit_lens.h"
#include "readouts/prediction.h"

namespace vitrine {

Result<std::vector<Surprise>> surprise(Session& session) {
  constexpr double kBits = 1.4426950408889634;  // of a nat
  const std::span<const int32_t> tokens = session.tokens();
  const int count = static_cast<int>(tokens.size()), vocabulary = session.model().config().n_vocab;
  std::vector<Surprise> out;
  for (int first = 0; first + 1 < count; first += kLensRows) {
    const int end = std::min(first + kLensRows, count - 1);
    const Result<TensorData> logits = session.tensor({TensorId::logits, 0}, {-1, first, end});
    if (!logits) return logits.error();
    for (int position = first; position < end; ++position) {
      const size_t at = static_cast<size_t>(position - first) * static_cast<size_t>(vocabulary);
      const Prediction p = predict({logits->data.data() + at, static_cast<size_t>(vocabulary)});
      if (!p.finite)
        return Error{ErrorCode::logits_broken,
                     "the logits of position " + std::to_string(position) + " are not finite numbers"};
      const int32_t id = tokens[static_cast<size_t>(position) + 1], best = most_likely(p, 1)[0];
      out.push_back({id, best, -p.log_p(id) * kBits, p.p(id), p.p(best), rank_of(p, id)});
    }
  }
  return out;
}

double mean_bits(const std::vector<Surprise>& all) {
  double sum = 0;
  for (const Surprise& one : all) sum += one.bits;
  return all.empty() ? 0 : sum / static_cast<double>(all.size());
}

}  // namespace vitrine
