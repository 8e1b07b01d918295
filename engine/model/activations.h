// What a block computes for some tokens, and the memory that it takes.
#pragma once

#include <cstddef>

#include "base/matrix.h"
#include "model/config.h"
#include "model/tensor_list.h"

namespace vitrine {

// Everything a block computes for n tokens that the list of tensors calls BLOCK, [n, all axes behind the tokens]. Nothing
// here owns memory. Attention's scores and patterns are not among it: kernels/attention.h gives them row by row.
struct BlockActivations {
#define VITRINE_FIELD(id, ...) Matrix id;
  VITRINE_TENSORS(VITRINE_NO_TENSOR, VITRINE_NO_TENSOR, VITRINE_FIELD)
#undef VITRINE_FIELD
};

// Length of an axis in a run of `tokens` tokens.
int axis_extent(Axis axis, const Config& config, int tokens);

// Floats that the activations of a token take.
size_t activation_floats(const Config& config);

// The activations of tokens [first, first + rows) in `memory`, which is laid out for `capacity` tokens.
BlockActivations block_activations(const Config& config, float* memory, int capacity, int first, int rows);

}  // namespace vitrine
