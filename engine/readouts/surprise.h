// How unexpected each token of the prompt was to the model that had read those before it.
#pragma once

#include <vector>

#include "base/error.h"
#include "session/session.h"

namespace vitrine {

struct Surprise {
  int32_t id;    // the token that came
  int32_t best;  // the most likely one
  double bits;   // -log2 p(id)
  double p, p_best;
  int rank;  // of the token that came, from 1
};

// Of tokens 1, 2, ... of the finished run: token 0 has nothing before it. Logits are taken 32 rows at a time.
// Errors: no finished run, logits that are not finite, no memory.
Result<std::vector<Surprise>> surprise(Session& session);
double mean_bits(const std::vector<Surprise>& all);  // 0 of none; perplexity is 2 to its power

}  // namespace vitrine
