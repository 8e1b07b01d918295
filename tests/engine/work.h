// What a run computes, counted in multiply-adds: the same number on every machine, whatever else it is doing.
//
// counted_pass.cpp counts what the forward pass asks for; scalar_twin.cpp what the kernels multiply when they are asked.
#pragma once

#include <cstdint>
#include <ostream>

namespace vitrine::test {

struct Work {
  int64_t products = 0;  // of the matrix products: rows times inputs times outputs
  int64_t attention =
      0;  // 2 D for each query, and each key up to its own, of each head: one score, one weighted value

  bool operator==(const Work&) const = default;
  Work operator+(Work other) const { return {products + other.products, attention + other.attention}; }
  Work operator-(Work other) const { return {products - other.products, attention - other.attention}; }
  Work operator*(int64_t times) const { return {products * times, attention * times}; }
};

inline std::ostream& operator<<(std::ostream& out, const Work& work) {
  return out << work.products << " + " << work.attention << " of attention";
}

// All that passes of this program have asked for so far, on whatever threads.
Work work_so_far();

template <class Body>
Work work_of(Body&& body) {
  const Work before = work_so_far();
  body();
  return work_so_far() - before;
}

}  // namespace vitrine::test

namespace vitrine_scalar::calls {

// What the kernels multiply, by one thread: rows of `inputs` values by `outputs` outputs, ...
int64_t multiplied_by_product(bool q8, int rows, int outputs, int inputs);
// ... and the attention of tokens [first, tokens) of a head.
int64_t multiplied_by_attention(bool rounded, int first, int tokens, int head_size);

}  // namespace vitrine_scalar::calls
