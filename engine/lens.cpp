// Reading a vector of the residual stream as tokens: through the unembedding, and by nearness in the token table.
#include <algorithm>
#include <cmath>

#include "ops.h"
#include "session_state.h"

namespace vitrine {

Result<std::vector<float>> Session::unembed(std::span<const float> vector, bool apply_ln_final) {
  Impl& state = *impl_;
  const Config& config = state.config();
  if (vector.size() != static_cast<size_t>(config.n_embd)) {
    return Error{ErrorCode::request, "a vector of " + std::to_string(vector.size()) +
                                         " values cannot be unembedded; a residual of this model has " +
                                         std::to_string(config.n_embd)};
  }
  Buffer<float> normed;  // scale, then [C]
  if (!normed.reserve(1 + vector.size()) || !state.workspace.reserve(*state.model, 1, 1)) {
    return Error{ErrorCode::memory_run,
                 "there is not enough memory to unembed a vector; use a smaller model",
                 {{"tokens", 1}}};
  }
  ConstMatrix input = view(vector.data(), 1, config.n_embd);
  const Matrix normalized = view(normed.data() + 1, 1, config.n_embd);
  if (apply_ln_final) final_norm(*state.model, input, view(normed.data(), 1, 1), normalized);
  std::vector<float> logits(static_cast<size_t>(config.n_vocab));
  vitrine::unembed(*state.model, apply_ln_final ? ConstMatrix(normalized) : input,
                   view(logits.data(), 1, config.n_vocab), state.workspace);
  return logits;
}

std::vector<Neighbour> nearest_tokens(const Model& model, std::span<const float> vector, int count) {
  const PackedMatrix& wte = model.weights().wte;
  if (vector.size() != static_cast<size_t>(wte.inputs) || count <= 0) return {};
  const float size = std::sqrt(dot(vector.data(), vector.data(), wte.inputs));
  std::vector<float> row(vector.size());
  std::vector<Neighbour> all(static_cast<size_t>(wte.outputs));
  for (int id = 0; id < wte.outputs; ++id) {
    unpack_row(wte, id, row);
    const float product = dot(row.data(), vector.data(), wte.inputs);
    const float sizes = size * std::sqrt(dot(row.data(), row.data(), wte.inputs));
    all[static_cast<size_t>(id)] = {id, sizes > 0.0f && std::isfinite(product) ? product / sizes : 0.0f};
  }
  const auto nearest = all.begin() + std::min<ptrdiff_t>(count, wte.outputs);
  std::partial_sort(all.begin(), nearest, all.end(), [](const Neighbour& a, const Neighbour& b) {
    return a.cosine != b.cosine ? a.cosine > b.cosine : a.id < b.id;
  });
  all.erase(nearest, all.end());
  return all;
}

}  // namespace vitrine
