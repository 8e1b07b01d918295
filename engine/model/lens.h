// Reading vectors of the residual stream as tokens: through the unembedding (nostalgebraist 2020, "the logit lens"), and
// by nearness in the token table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/forward.h"

namespace vitrine {

// Logits [n,V] of the rows of `residual` [n,C], after ln_final under `rule` where `apply_ln_final`, kUnembedRows rows at a time. A row has
// the same bits whatever rows are with it. False, and nothing usable in `logits`, when there is no memory.
inline constexpr int kUnembedRows = 32;
[[nodiscard]] bool unembed_rows(const Model& model, ConstMatrix residual, bool apply_ln_final, Matrix logits,
                                Workspace& workspace, NormRule rule = {});

// Rows of wte closest to `vector` [C] by cosine, best first.
struct Neighbour {
  int32_t id;
  float cosine;
};
std::vector<Neighbour> nearest_tokens(const Model& model, std::span<const float> vector, int count);

}  // namespace vitrine
