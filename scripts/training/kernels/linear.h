// Linear layers: packing of their weights, and their gradients. A weight is [inputs, outputs].
#pragma once

#include "model.h"
#include "product.h"

namespace training {

inline void to_halves(const float* from, size_t count, Half* to) {
  for (size_t i = 0; i < count; i += 16) store_half(to + i, load(from + i));
}

inline Panels panels(const Buffer<Half>& packed, int depth) {
  return {packed, static_cast<size_t>(depth) * kPanel};
}

inline void pack_weight(const float* weight, int inputs, int outputs, Half* room, PackedWeight& packed) {
  to_halves(weight, static_cast<size_t>(inputs) * outputs, room);
  pack(room, outputs, inputs, outputs, packed.forward);
  pack_transposed(room, outputs, inputs, outputs, packed.backward);
}

// Packs the matrices of all blocks.
inline void pack_blocks(Model& model, const float* parameters) {
  const int channels = model.sizes.channels;
#pragma omp parallel for schedule(dynamic, 1) num_threads(model.sizes.threads)
  for (int job = 0; job < model.sizes.layers * 4; ++job) {
    const BlockOffsets& at = model.offsets.blocks[job / 4];
    BlockWeights& block = model.blocks[job / 4];
    Half* room = model.threads[omp_get_thread_num()].weight;
    switch (job % 4) {
      case 0:
        pack_weight(parameters + at.c_attn, channels, 3 * channels, room, block.c_attn);
        break;
      case 1:
        pack_weight(parameters + at.attn_proj, channels, channels, room, block.attn_proj);
        break;
      case 2:
        pack_weight(parameters + at.c_fc, channels, 4 * channels, room, block.c_fc);
        break;
      default:
        pack_weight(parameters + at.mlp_proj, 4 * channels, channels, room, block.mlp_proj);
    }
  }
}

// to[n] += the sum of column n of x, rows of `columns` halves.
inline void add_column_sums(const Half* x, int rows, int columns, float* to) {
  const size_t stride = padded(columns);
  for (int column = 0; column < columns; column += 64) {
    const int lanes = std::min(64, columns - column) / 16;
    Lanes sum[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
    for (int row = 0; row < rows; ++row) {
      for (int i = 0; i < lanes; ++i) sum[i] = sum[i] + load_half(x + row * stride + column + 16 * i);
    }
    for (int i = 0; i < lanes; ++i) store(to + column + 16 * i, load(to + column + 16 * i) + sum[i]);
  }
}

// Adds x^T dy to the weight's gradient and dy's sum to the bias'. x [T, inputs], dy [T, outputs], rows of
// halves.
inline void add_weight_gradient(ThreadState& thread, const Half* x, const Half* dy, int tokens, int inputs,
                                int outputs, float* weight, float* bias) {
  pack(dy, padded(outputs), tokens, outputs, thread.packed_gradient);
  multiply_transposed(Rows{x, padded(inputs)}, panels(thread.packed_gradient, tokens),
                      Extent{inputs, outputs, tokens}, thread.turned, adding_to(weight, outputs));
  add_column_sums(dy, tokens, outputs, bias);
}

}  // namespace training
