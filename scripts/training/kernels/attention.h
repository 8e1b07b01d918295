// Causal attention of one head over one sequence, 32 queries at a time; only the blocks on and below the
// diagonal exist.
#pragma once

#include <cmath>

#include "exponential.h"
#include "model.h"
#include "product.h"

namespace training {

constexpr float kMasked = -1e30f;

// One head of one sequence: q, k, v and their gradients have rows of qkv, z and its gradient rows of z.
struct HeadView {
  HeadView(const Model& model, ThreadState& thread, LayerState& layer, int sequence, int head, int positions)
      : room(thread.attention), positions(positions), head_size(model.sizes.head_size()) {
    const size_t channels = model.sizes.channels, first = static_cast<size_t>(sequence) * positions;
    qkv_stride = padded(3 * channels);
    z_stride = padded(channels);
    const size_t in_qkv = first * qkv_stride + head * head_size, in_z = first * z_stride + head * head_size;
    q = layer.qkv + in_qkv;
    k = q + channels;
    v = k + channels;
    z = layer.z + in_z;
    d_q = thread.d_qkv + in_qkv;
    d_k = d_q + channels;
    d_v = d_k + channels;
    d_z = thread.d_z + in_z;
    log_sum = layer.log_sum + static_cast<size_t>(head) * model.sizes.micro_tokens + first;
  }
  size_t score_stride() const { return positions + 16; }
  size_t square_stride() const { return padded(positions); }
  // A packed [positions, D], read as [positions, D] or as [D, positions].
  Panels over_positions(const Buffer<Half>& packed) const {
    return {packed, static_cast<size_t>(positions) * kPanel};
  }
  Panels over_head(const Buffer<Half>& packed) const {
    return {packed, static_cast<size_t>(head_size) * kPanel};
  }

  AttentionRoom& room;
  int positions, head_size;
  size_t qkv_stride, z_stride;
  const Half *q, *k, *v, *d_z;
  Half *z, *d_q, *d_k, *d_v;
  float* log_sum;
};

// Scores of 32 queries from `first` on against all keys up to theirs: `rows` times the keys, into `to`.
inline void products_with_keys(const HeadView& head, const Half* rows, size_t stride,
                               const Buffer<Half>& keys, int first, float* to) {
  multiply(Rows{rows + first * stride, stride}, head.over_head(keys), Extent{32, first + 32, head.head_size},
           Outer::kRows, storing_to(to, head.score_stride()));
}

// Of query i of 32 from `first` on, no key after it counts.
inline void mask_after(float* scores, int first, int i) {
  std::fill(scores + first + i + 1, scores + first + 32, kMasked);
}

// One row of scores -> exponentials over their largest, in halves. Returns 1 / their sum; *log_sum gets log2
// of the sum.
inline float soften(const float* scores, int keys, float scale, Half* to, float* log_sum) {
  Lanes most0 = splat(kMasked), most1 = most0, sum0 = splat(0.0f), sum1 = sum0;
  for (int key = 0; key < keys; key += 32) {
    most0 = larger(most0, load(scores + key));
    most1 = larger(most1, load(scores + key + 16));
  }
  const float most = largest_of(larger(most0, most1));
  const Lanes scales = splat(scale), shift = splat(most) * scales;
  for (int key = 0; key < keys; key += 32) {
    const Lanes e0 = power_of_two(load(scores + key) * scales - shift);
    const Lanes e1 = power_of_two(load(scores + key + 16) * scales - shift);
    sum0 = sum0 + e0;
    sum1 = sum1 + e1;
    store_half(to + key, e0);
    store_half(to + key + 16, e1);
  }
  const float sum = sum_of(sum0 + sum1);
  *log_sum = most * scale + log2f(sum);
  return 1.0f / sum;
}

inline void attention_forward(const HeadView& head) {
  AttentionRoom& room = head.room;
  pack_transposed(head.k, head.qkv_stride, head.positions, head.head_size, room.k_turned);
  pack(head.v, head.qkv_stride, head.positions, head.head_size, room.v);
  const float scale = kLog2OfE / sqrtf(head.head_size);
  for (int first = 0; first < head.positions; first += 32) {
    const int keys = first + 32;
    float inverse[32];
    products_with_keys(head, head.q, head.qkv_stride, room.k_turned, first, room.scores);
    for (int i = 0; i < 32; ++i) {
      float* scores = room.scores + i * head.score_stride();
      mask_after(scores, first, i);
      inverse[i] =
          soften(scores, keys, scale, room.pattern + i * head.square_stride(), head.log_sum + first + i);
    }
    Half* z = head.z + first * head.z_stride;
    multiply(Rows{room.pattern, head.square_stride()}, head.over_positions(room.v),
             Extent{32, head.head_size, keys}, Outer::kRows, [&](int, int column, const float* block) {
               for_each_lanes(block, [&](int i, int j, Lanes sum) {
                 store_half(z + i * head.z_stride + column + j, splat(inverse[i]) * sum);
               });
             });
  }
}

// The rows of 32 queries from `first` on: their pattern, and the gradient of their scores, which is
// pattern (d_pattern - dz . z) / sqrt(D).
inline void score_gradients(const HeadView& head, int first, Half* pattern, Half* d_scores) {
  AttentionRoom& room = head.room;
  const float root = 1.0f / sqrtf(head.head_size);
  const Lanes scale = splat(root), scale_of_power = splat(root * kLog2OfE);
  for (int i = 0; i < 32; ++i) {
    const Lanes log_sum = splat(head.log_sum[first + i]), row_dot = splat(room.row_dot[first + i]);
    float* scores = room.scores + i * head.score_stride();
    const float* d_pattern = room.d_pattern + i * head.score_stride();
    const size_t row = i * head.square_stride();
    mask_after(scores, first, i);
    for (int key = 0; key < first + 32; key += 16) {
      const Lanes p = power_of_two(load(scores + key) * scale_of_power - log_sum);
      store_half(pattern + row + key, p);
      store_half(d_scores + row + key, p * scale * (load(d_pattern + key) - row_dot));
    }
  }
}

// dz . z of every position, [S].
inline void row_dots(const HeadView& head) {
  for (int i = 0; i < head.positions; ++i) {
    const Half *d_z = head.d_z + i * head.z_stride, *z = head.z + i * head.z_stride;
    Lanes sum = splat(0.0f);
    for (int c = 0; c < head.head_size; c += 16) {
      sum = multiply_add(load_half(d_z + c), load_half(z + c), sum);
    }
    head.room.row_dot[i] = sum_of(sum);
  }
}

// 32 keys from `first` on: `square`^T times `rows`, over the queries from `first` on, into `to`. `square` [S,
// S] is kept as it is, or turned round in `turned` where that is what the build can read.
template <class Finish>
inline void sum_over_queries(const HeadView& head, const Half* square, const Half* turned,
                             const Buffer<Half>& rows, int first, Finish finish) {
  const size_t stride = head.square_stride(), corner = first * stride + first;
  const Extent extent{32, head.head_size, head.positions - first};
  Panels packed = head.over_positions(rows);
  packed.data += first * kPanel;
  if constexpr (kPaired) {
    multiply<false>(Rows{turned + corner, stride}, packed, extent, Outer::kRows, finish);
  } else {
    multiply<true>(Rows{square + corner, stride}, packed, extent, Outer::kRows, finish);
  }
}

inline void pack_for_backward(const HeadView& head) {
  AttentionRoom& room = head.room;
  const int positions = head.positions, head_size = head.head_size;
  pack_transposed(head.k, head.qkv_stride, positions, head_size, room.k_turned);
  pack(head.k, head.qkv_stride, positions, head_size, room.k);
  pack_transposed(head.v, head.qkv_stride, positions, head_size, room.v_turned);
  pack(head.q, head.qkv_stride, positions, head_size, room.q);
  pack(head.d_z, head.z_stride, positions, head_size, room.d_z);
}

// From d_z to d_q, d_k, d_v; the pattern is computed again from q, k and log_sum.
inline void attention_backward(const HeadView& head) {
  AttentionRoom& room = head.room;
  const size_t square = head.square_stride();
  pack_for_backward(head);
  row_dots(head);
  for (int first = 0; first < head.positions; first += 32) {
    const int keys = first + 32;
    // Where the pattern is turned round at once, its rows need not be kept.
    Half* pattern = room.pattern + (kPaired ? 0 : first * square);
    Half* d_scores = room.d_scores + (kPaired ? 0 : first * square);
    products_with_keys(head, head.q, head.qkv_stride, room.k_turned, first, room.scores);
    products_with_keys(head, head.d_z, head.z_stride, room.v_turned, first, room.d_pattern);
    score_gradients(head, first, pattern, d_scores);
    if (kPaired) {
      transpose(pattern, square, 32, keys, room.pattern_turned + first, square);
      transpose(d_scores, square, 32, keys, room.d_scores_turned + first, square);
    }
    multiply(Rows{d_scores, square}, head.over_positions(room.k), Extent{32, head.head_size, keys},
             Outer::kRows, storing_halves_to(head.d_q + first * head.qkv_stride, head.qkv_stride));
  }
  for (int first = 0; first < head.positions; first += 32) {
    const size_t row = first * head.qkv_stride;
    sum_over_queries(head, room.pattern, room.pattern_turned, room.d_z, first,
                     storing_halves_to(head.d_v + row, head.qkv_stride));
    sum_over_queries(head, room.d_scores, room.d_scores_turned, room.q, first,
                     storing_halves_to(head.d_k + row, head.qkv_stride));
  }
}

}  // namespace training
