// The kernels once more, without SIMD and in a namespace of their own.
#define VITRINE_SCALAR 1
#define vitrine vitrine_scalar

#include "../../engine/attention.cpp"
#include "../../engine/attention_blocks.cpp"
#include "../../engine/byte_band.cpp"
#include "../../engine/linear.cpp"
#include "../../engine/ops.cpp"
#include "../../engine/packed.cpp"
#include "../../engine/parallel.cpp"
#include "../../engine/rounded_attention.cpp"
#include "../../engine/rounded_cache.cpp"
#include "../../engine/rounding.cpp"

#undef vitrine
#include "kernel_calls.h"
#define vitrine vitrine_scalar
#include "kernel_calls.inc"
