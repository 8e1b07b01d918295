// The kernels once more, without SIMD and in a namespace of their own, counting what they multiply.
#include "work.h"

#define VITRINE_SCALAR 1
#define vitrine vitrine_scalar

#include "kernels/simd.h"

namespace vitrine {
namespace {

int64_t multiplied = 0;

// What the kernels do with a sum after each addition of products: four of F32, or eight of int16.
void count_products(F32x4&) { multiplied += 4; }
void count_products(I32x4&) { multiplied += 8; }

}  // namespace
}  // namespace vitrine
#define keep(sum) count_products(sum)

#include "base/thread_pool.cpp"
#include "kernels/attention.cpp"
#include "kernels/attention_blocks.cpp"
#include "kernels/attention_head.cpp"
#include "kernels/int8_band/int8_band.cpp"
#include "kernels/linear.cpp"
#include "kernels/ops.cpp"
#include "kernels/packed.cpp"
#include "kernels/rounded_attention.cpp"
#include "kernels/rounded_cache.cpp"
#include "kernels/rounding.cpp"

#undef vitrine
#include "kernel_calls.h"
#define vitrine vitrine_scalar
#include "kernel_calls.inc"

int64_t vitrine_scalar::calls::multiplied_by_product(bool q8, int rows, int outputs, int inputs) {
  const size_t n = static_cast<size_t>(outputs), t = static_cast<size_t>(rows),
               k = static_cast<size_t>(inputs);
  const int64_t before = multiplied;
  product(q8, Floats(n * k, 1.0f), {}, Floats(t * k, 1.0f), rows, outputs, inputs);
  return multiplied - before;
}

int64_t vitrine_scalar::calls::multiplied_by_attention(bool rounded, int first, int tokens, int head_size) {
  const int rows = tokens - first;
  const Floats qkv(static_cast<size_t>(tokens) * 3 * static_cast<size_t>(head_size), 1.0f);
  RoundedCache cache;
  if (!cache.reserve(1, head_size, tokens, 0)) return -1;
  const HeadView head = head_view(view(qkv.data(), tokens, 3 * head_size), 1, 0, rounded ? &cache : nullptr);
  if (rounded) round_keys_and_values(head, 0, first);
  const AttentionSize size = attention_size(rows, tokens, head_size, rounded);
  Floats z(static_cast<size_t>(rows) * static_cast<size_t>(head_size)), floats(size.floats);
  std::vector<int16_t> integers(size.integers);
  const int64_t before = multiplied;
  vitrine::attention(head, {1.0f, 0, {}}, 0, first, view(z.data(), rows, head_size),
                     {floats.data(), integers.data()});
  return multiplied - before;
}
