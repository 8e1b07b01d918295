// A session runs a model over a prompt and answers for every tensor of the last run.
//
// It keeps for each layer the residual stream at the block's entry and Q, K, V. Any other tensor of a block is
// recomputed when asked for, by the same function that ran forward, and the last blocks asked for are cached.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/matrix.h"
#include "base/thread_pool.h"
#include "kernels/int8_band/int8_band.h"
#include "model/interventions.h"
#include "model/model.h"
#include "session/trace.h"

namespace vitrine {

struct RunSummary {
  int tokens;  // T
  int reused;  // length of the prefix whose rows are taken over whole from the last run
  int steps;   // blocks of bands of tokens that are left to compute; the logits are one step more
};

struct TensorData {
  std::vector<int64_t> shape;
  std::vector<float> data;
};

// What part of a tensor is wanted; -1 or an empty range means all.
struct TensorSlice {
  int head = -1;  // tensors with a head axis: one head, and the axis disappears from the shape
  int row_begin = 0, row_end = -1;  // along the tokens (queries) axis
};

class Session {
 public:
  explicit Session(std::shared_ptr<const Model> model);
  ~Session();
  Session(Session&&) noexcept;

  const Model& model() const;
  std::shared_ptr<const Model> shared_model() const;

  // Threads to share the work with; null, as at first, is the caller's alone. The pool must outlive the session.
  // Results have the same bits with any number of threads.
  void set_thread_pool(ThreadPool* pool);
  // The kernel for products of many rows; none, as at first, is the engine's own. To be set before the first run.
  void set_byte_products(ByteProducts products);

  // Runs the tokens. What the last run computed is reused: the longest shared prefix, up to the first token whose rows the
  // interventions change, and behind it the blocks before the first one that they change. The results have the same bits as
  // those of a first run.
  // Errors: empty prompt, id out of range, prompt longer than the context (says by how many tokens), an
  // intervention that names a layer, head or token that does not exist. The last run then stays as it was.
  Result<RunSummary> run(std::span<const int32_t> tokens, const Interventions& interventions = {});

  // The same in steps, so that a newer request can interrupt between blocks: start, then advance until it
  // returns true. A run that is dropped half-way leaves a shorter valid prefix behind, never a wrong state.
  Result<RunSummary> start(std::span<const int32_t> tokens, const Interventions& interventions = {});
  Result<bool> advance();

  std::span<const int32_t> tokens() const;
  const Interventions& interventions() const;  // of the last run
  // Logits of the last position of the finished run, [V]; valid until the next run.
  std::span<const float> last_logits() const;

  // A copy of a tensor of the finished run, exactly what the pass computed.
  Result<TensorData> tensor(TensorAddress address, TensorSlice slice = {});

  // Logits [n,V] of rows of a residual stream [n,C], read as the run read its last: ln_final as the run's changes have it,
  // then W_U. A row's bits do not depend on n. Error: no memory.
  Status read_out(ConstMatrix residual, Matrix logits);

  // Attention of every head, reduced to at most size x size by the maximum of each cell: [L,H,s,s], s = min(size,T).
  Result<TensorData> thumbnails(int size);

  // W_U applied to `vector` [C], optionally after ln_final: [V]. The logit lens and a neuron's direction.
  Result<std::vector<float>> unembed(std::span<const float> vector, bool apply_ln_final);

  struct Impl;  // session_state.h

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitrine
