#include "model/activations.h"

#include <initializer_list>

namespace vitrine {
namespace {

// Floats that a token takes in a tensor of these axes, of which the first is the tokens.
int columns(const Config& config, std::initializer_list<Axis> axes) {
  int product = 1;
  for (const Axis* axis = axes.begin() + 1; axis != axes.end(); ++axis)
    product *= axis_extent(*axis, config, 1);
  return product;
}

}  // namespace

int axis_extent(Axis axis, const Config& config, int tokens) {
  switch (axis) {
    case Axis::T:
      return tokens;
    case Axis::C:
      return config.n_embd;
    case Axis::H:
      return config.n_head;
    case Axis::D:
      return config.head_size();
    case Axis::F:
      return config.n_inner;
    case Axis::V:
      return config.n_vocab;
    case Axis::One:
      return 1;
  }
  return 0;
}

size_t activation_floats(const Config& config) {
  using enum Axis;
  size_t floats = 0;
#define VITRINE_ADD(id, name, stage, help, ...) floats += static_cast<size_t>(columns(config, {__VA_ARGS__}));
  VITRINE_TENSORS(VITRINE_NO_TENSOR, VITRINE_NO_TENSOR, VITRINE_ADD)
#undef VITRINE_ADD
  return floats;
}

BlockActivations block_activations(const Config& config, float* memory, int capacity, int first, int rows) {
  using enum Axis;
  float* next = memory;
  const auto take = [&](std::initializer_list<Axis> axes) {
    const int width = columns(config, axes);
    float* begin = next;
    next += static_cast<size_t>(capacity) * static_cast<size_t>(width);
    return view(begin + static_cast<size_t>(first) * static_cast<size_t>(width), rows, width);
  };
  // Braces evaluate in the order of the fields.
#define VITRINE_TAKE(id, name, stage, help, ...) take({__VA_ARGS__}),
  return {VITRINE_TENSORS(VITRINE_NO_TENSOR, VITRINE_NO_TENSOR, VITRINE_TAKE)};
#undef VITRINE_TAKE
}

}  // namespace vitrine
