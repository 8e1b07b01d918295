#include "model/lens.h"

#include <algorithm>
#include <cmath>

#include "kernels/ops.h"

namespace vitrine {

bool unembed_rows(const Model& model, ConstMatrix residual, bool apply_ln_final, Matrix logits,
                  Workspace& workspace, NormRule rule) {
  const int rows = static_cast<int>(residual.rows()), width = model.config().n_embd;
  const int most = std::min(rows, kUnembedRows);
  Buffer<float> memory;  // of a band: scales [n,1], then normalized [n,C]
  if (!memory.reserve(static_cast<size_t>(most) * (1 + static_cast<size_t>(width))) ||
      !workspace.products.reserve(most, width))
    return false;
  for (int first = 0; first < rows; first += most) {
    const int count = std::min(most, rows - first);
    const ConstMatrix band = rows_of(residual, first, count);
    const Matrix normalized = view(memory.data() + most, count, width);
    if (apply_ln_final) final_norm(model, band, view(memory.data(), count, 1), normalized, rule);
    unembed(model, apply_ln_final ? ConstMatrix(normalized) : band, rows_of(logits, first, count), workspace);
  }
  return true;
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
