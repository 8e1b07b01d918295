// The kernels behind plain arrays, compiled twice: with the host's vectors, and in plain C++ (namespace
// vitrine_scalar), so that tests can hold their bits against each other in one program.
#pragma once

#include <utility>
#include <vector>

#define DECLARE_KERNEL_CALLS                                                                                 \
  using Floats = std::vector<float>;                                                                         \
  using Cuts = std::vector<std::pair<int, int>>; /* query, key */                                            \
  /* y [T,N] = x [T,K] W [N,K]^T + bias; bias may be empty. Panels in ranges of `chunk` (0: all at once). */ \
  Floats product(bool q8, const Floats& w, const Floats& bias, const Floats& x, int rows, int outputs,       \
                 int inputs, int chunk = 0, bool coarse = false);                                            \
  /* The weights a q8 product uses, [N,K]. */                                                                \
  Floats dequantised(const Floats& w, int outputs, int inputs);                                              \
  /* x as a q8 product rounds it, [T,K]. */                                                                  \
  Floats rounded(const Floats& x, int rows, int inputs, bool coarse = false);                                \
  /* [T,1+C]: scale, then normalized. */                                                                     \
  Floats layer_norm(const Floats& gain, const Floats& bias, float epsilon, const Floats& x, int rows);       \
  Floats gelu(bool erf, const Floats& x);                                                                    \
  /* `activation`: an Activation's number. */                                                                \
  Floats activate(int activation, const Floats& x);                                                          \
  Floats softmax(Floats scores);                                                                             \
  Floats exp(const Floats& x);                                                                               \
  Floats erfc(const Floats& x);                                                                              \
  /* z [n,C] of tokens first.. from qkv [T,3C]; `pattern` receives [H,n,T]. No head sees the `cuts`. */      \
  /* `rounded`: keys and values as a Q8 model has them. */                                                   \
  Floats attention(const Floats& qkv, int tokens, int heads, float scale, int window, int first,             \
                   Floats& pattern, const Cuts& cuts = {}, bool rounded = false);

namespace vitrine::calls {
DECLARE_KERNEL_CALLS
}
namespace vitrine_scalar::calls {
DECLARE_KERNEL_CALLS
}
#undef DECLARE_KERNEL_CALLS
