// Muon (Keller Jordan, 2024, https://kellerjordan.github.io/posts/muon): a matrix moves along its momentum
// with all singular values pushed towards 1.
#pragma once

#include <cmath>

#include "linear.h"

namespace training {

// Newton-Schulz's quintic x -> a x + b x^3 + c x^5 on the singular values, five times: the post's numbers.
constexpr int kNewtonSchulzSteps = 5;
constexpr float kNewtonSchulz[3] = {3.4445f, -4.7750f, 2.0315f};
// X and X X^T are stored times 16, so that fp16 keeps their precision.
constexpr float kMuonScale = 16.0f;
// An orthogonal matrix times this and the root of its longer side moves as far as AdamW would at the same
// rate.
constexpr double kMuonStep = 0.2;

// One step of the quintic on x [rows, columns], which the room holds as halves too.
inline void newton_schulz_step(MuonRoom& room, float* x, int rows, int columns) {
  const auto [a, b, c] = kNewtonSchulz;
  const size_t wide = padded(columns), narrow = padded(rows);
  const float s = kMuonScale;
  pack_transposed(room.x, wide, rows, columns, room.packed);
  multiply(Rows{room.x, wide}, panels(room.packed, columns), Extent{rows, rows, columns}, Outer::kRows,
           [&](int row, int column, const float* block) {
             for_each_lanes(block, [&](int i, int j, Lanes sum) {
               store_half(room.gram + (row + i) * narrow + column + j, sum * splat(1 / s));
             });
           });
  pack(room.gram, narrow, rows, rows, room.packed);
  multiply(Rows{room.gram, narrow}, panels(room.packed, rows), Extent{rows, rows, rows}, Outer::kRows,
           [&](int row, int column, const float* block) {
             for_each_lanes(block, [&](int i, int j, Lanes sum) {
               const size_t at = (row + i) * narrow + column + j;
               const Lanes linear = load_half(room.gram + at) * splat(b / s);
               store_half(room.polynomial + at, linear + sum * splat(c / (s * s)));
             });
           });
  pack(room.x, wide, rows, columns, room.packed);
  multiply(Rows{room.polynomial, narrow}, panels(room.packed, rows), Extent{rows, columns, rows},
           Outer::kRows, [&](int row, int column, const float* block) {
             for_each_lanes(block, [&](int i, int j, Lanes sum) {
               float* to = x + static_cast<size_t>(row + i) * columns + column + j;
               store(to, load(to) * splat(a) + sum);
             });
           });
}

// x [rows, columns], rows <= columns, becomes nearly orthogonal.
inline void orthogonalise(MuonRoom& room, float* x, int rows, int columns) {
  prepare_thread();
  const size_t count = static_cast<size_t>(rows) * columns;
  double squares = 0;
  for (size_t i = 0; i < count; ++i) squares += static_cast<double>(x[i]) * x[i];
  const Lanes scale = splat(kMuonScale / (std::sqrt(squares) * 1.01 + 1e-20));
  for (size_t i = 0; i < count; i += 16) store(x + i, load(x + i) * scale);
  for (int step = 0; step < kNewtonSchulzSteps; ++step) {
    for (int row = 0; row < rows; ++row) {
      to_halves(x + static_cast<size_t>(row) * columns, columns, room.x + row * padded(columns));
    }
    newton_schulz_step(room, x, rows, columns);
  }
  for (size_t i = 0; i < count; i += 16) store(x + i, load(x + i) * splat(1 / kMuonScale));
}

// A matrix within the flat vector, or a third of one: Q, K and V are turned each by itself.
struct MatrixView {
  int64_t offset;
  int rows, columns;
  int64_t stride;
  bool tall() const { return rows > columns; }
};

constexpr int kMatricesOfBlock = 6;

// The job-th matrix of all blocks, large ones first so that threads end together.
inline MatrixView matrix_of(const Model& model, int job) {
  const int channels = model.sizes.channels, kind = job / model.sizes.layers;
  const BlockOffsets& at = model.offsets.blocks[job % model.sizes.layers];
  switch (kind) {
    case 0:
      return {at.c_fc, channels, 4 * channels, 4 * channels};
    case 1:
      return {at.mlp_proj, 4 * channels, channels, channels};
    case 2:
      return {at.attn_proj, channels, channels, channels};
    default:
      return {at.c_attn + (kind - 3) * channels, channels, channels, 3 * channels};
  }
}

// Nesterov momentum of a matrix's gradient, which is cleared, into the room, lying down.
inline void take_momentum(MuonRoom& room, const MatrixView& matrix, float* gradient, float* momentum,
                          float keep) {
  for (int row = 0; row < matrix.rows; ++row) {
    float* g = gradient + matrix.offset + row * matrix.stride;
    float* m = momentum + matrix.offset + row * matrix.stride;
    for (int column = 0; column < matrix.columns; ++column) {
      m[column] = keep * m[column] + g[column];
      const float update = g[column] + keep * m[column];
      g[column] = 0;
      const size_t at = matrix.tall() ? static_cast<size_t>(column) * matrix.rows + row
                                      : static_cast<size_t>(row) * matrix.columns + column;
      room.update[at] = update;
    }
  }
}

// Moves every matrix of the blocks. `decay`: weight decay, a share of the rate.
inline void muon(Model& model, float* parameters, float* momentum, float* gradient, double rate, double decay,
                 double keep) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(model.sizes.threads)
  for (int job = 0; job < model.sizes.layers * kMatricesOfBlock; ++job) {
    MuonRoom& room = model.threads[omp_get_thread_num()].muon;
    const MatrixView matrix = matrix_of(model, job);
    const int shorter = std::min(matrix.rows, matrix.columns), longer = std::max(matrix.rows, matrix.columns);
    take_momentum(room, matrix, gradient, momentum, keep);
    orthogonalise(room, room.update, shorter, longer);
    const float left = 1 - rate * decay, step = rate * kMuonStep * std::sqrt(static_cast<double>(longer));
    for (int row = 0; row < matrix.rows; ++row) {
      float* p = parameters + matrix.offset + row * matrix.stride;
      for (int column = 0; column < matrix.columns; ++column) {
        const size_t at = matrix.tall() ? static_cast<size_t>(column) * matrix.rows + row
                                        : static_cast<size_t>(row) * matrix.columns + column;
        p[column] = p[column] * left - step * room.update[at];
      }
    }
  }
}

}  // namespace training
