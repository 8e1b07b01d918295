#include "readouts/equality.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace vitrine {
namespace {

// The first row of two tensors that differs. Tensors with a head axis before their rows, [H,T,T], count rows of any head.
std::optional<Parting> parting_of(TensorAddress address, const TensorData& a, const TensorData& b,
                                  int tokens) {
  if (a.data.empty() || std::memcmp(a.data.data(), b.data.data(), a.data.size() * sizeof(float)) == 0)
    return {};
  const bool square = a.shape.size() == 3 && a.shape[1] == tokens && a.shape[2] == tokens;
  const size_t rows = static_cast<size_t>(tokens);
  const size_t heads = square ? static_cast<size_t>(a.shape[0]) : 1, width = a.data.size() / rows / heads;
  for (size_t row = 0; row < rows; ++row) {
    double largest = 0;
    bool differs = false;
    for (size_t h = 0; h < heads; ++h) {
      const size_t at = (h * rows + row) * width;
      if (std::memcmp(&a.data[at], &b.data[at], width * sizeof(float)) == 0) continue;
      differs = true;
      for (size_t i = at; i < at + width; ++i) {
        const double difference = std::fabs(static_cast<double>(a.data[i]) - static_cast<double>(b.data[i]));
        largest =
            std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::fmax(largest, difference);
      }
    }
    if (differs) return Parting{address, static_cast<int>(row), largest};
  }
  return {};
}

}  // namespace

Result<std::optional<Parting>> first_difference(Session& a, Session& b) {
  const size_t tokens = a.tokens().size();
  if (tokens != b.tokens().size()) {
    return Error{ErrorCode::request, "runs of " + std::to_string(tokens) + " and " +
                                         std::to_string(b.tokens().size()) +
                                         " tokens cannot be compared row by row; wanted the same number"};
  }
  const auto at = [&](TensorAddress address) -> Result<std::optional<Parting>> {
    const Result<TensorData> left = a.tensor(address), right = b.tensor(address);
    if (!left) return left.error();
    if (!right) return right.error();
    return parting_of(address, *left, *right, static_cast<int>(tokens));
  };
  const int layers = a.model().config().n_layer;
  const auto sweep = [&](TensorId from, TensorId to, int layer) -> Result<std::optional<Parting>> {
    for (int id = static_cast<int>(from); id <= static_cast<int>(to); ++id) {
      auto found = at({static_cast<TensorId>(id), layer});
      if (!found || *found) return found;
    }
    return std::optional<Parting>();
  };
  auto found = sweep(TensorId::embed, TensorId::pos_embed, 0);
  for (int layer = 0; found && !*found && layer < layers; ++layer)
    found = sweep(TensorId::resid_pre, TensorId::resid_post, layer);
  if (!found || *found) return found;
  return sweep(TensorId::ln_final_scale, TensorId::ln_final_normalized, 0);
}

}  // namespace vitrine
