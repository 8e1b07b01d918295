// Whether two runs are the same, bit for bit, and where they first part.
#pragma once

#include <optional>

#include "base/error.h"
#include "session/session.h"

namespace vitrine {

struct Parting {
  TensorAddress tensor;
  int row;         // the token (query) of the first row that differs
  double largest;  // the largest |difference| in that row
};

// In the order of the pass: embeddings, then each block, then the final norm and the last logits. Both runs have the
// same number of tokens, else an error. None: every tensor has the same bits.
Result<std::optional<Parting>> first_difference(Session& a, Session& b);

}  // namespace vitrine
