// The forward pass with its products counted. The tests' program links it in the place of the library's object of the
// same source: the linker takes from a library only what nothing before it defines. What is shipped counts nothing.
#include <atomic>

#include "kernels/ops.h"
#include "model/forward.h"
#include "work.h"

namespace vitrine {
namespace {

std::atomic<int64_t> products{0}, attended{0};

void counted_linear(const Linear& l, ConstMatrix x, Matrix y, LinearWorkspace& workspace,
                    ThreadPool* threads) {
  products += int64_t{x.rows()} * l.weight.inputs * l.weight.outputs;
  linear(l, x, y, workspace, threads);
}
void counted_linear(const PackedMatrix& w, ConstMatrix x, Matrix y, LinearWorkspace& workspace,
                    ThreadPool* threads) {
  counted_linear(Linear{w}, x, y, workspace, threads);
}

void counted_attention(const HeadView& head, const AttentionRule& rule, int head_index, int first, Matrix z,
                       AttentionMemory memory) {
  const int64_t rows = z.rows(), keys = rows * first + rows * (rows + 1) / 2;
  attended += 2 * keys * head.head_size;
  attention(head, rule, head_index, first, z, memory);
}

}  // namespace
}  // namespace vitrine

vitrine::test::Work vitrine::test::work_so_far() { return {products, attended}; }

// As calls only: members of these names keep them.
#define linear(...) counted_linear(__VA_ARGS__)
#define attention(...) counted_attention(__VA_ARGS__)
#include "model/forward.cpp"
