// Many passes that each change one thing: every head, block, look or depth off by itself, and activation patching between
// two prompts (Vig et al. 2020, Meng et al. 2022; TransformerLens's patching).
#pragma once

#include <vector>

#include "base/error.h"
#include "session/session.h"

namespace vitrine {

enum class SweepOver { heads, blocks, looks, words, depth };

struct SweepRequest {
  SweepOver over = SweepOver::heads;
  bool only_last = true;           // changes the last token alone, else every token's
  std::vector<float> means{};      // [L,H,D]: heads get their mean in place of 0
  int32_t target = 0, rival = -1;  // rival -1: none
};

// One thing changed, and what that did to the last position's prediction. NaN where its numbers left what F32 holds.
struct SweepCell {
  int layer;  // 0 for looks and words; for depth the number of blocks kept
  int index;  // the head; for blocks 0 attention, 1 MLP, 2 both; for looks the key; for words the token
  double delta_logit,
      delta_difference;  // of the target's logit and its difference to the rival's, changed minus base
  double p, kl;          // the target's probability then; KL(base || changed) in nats
  int32_t first;         // the first guess then
};

// The cells of a sweep over the run of `base`, in order: `next` computes one in a session of its own. Words: the token's
// embedding is replaced by the mean row of W_E (a residual patch at block 0 that keeps its position).
class Sweep {
 public:
  // Errors: no finished run, a token that does not exist.
  static Result<Sweep> begin(Session& base, const SweepRequest& request);
  int cells() const { return static_cast<int>(plan_.size()); }
  int done() const { return done_; }
  Result<SweepCell> next();
  void set_thread_pool(ThreadPool* pool) { session_.set_thread_pool(pool); }

 private:
  struct Cell {
    int layer, index;
    Interventions change;
  };
  Sweep(Session& base, const SweepRequest& request);
  void plan(const SweepRequest& request);

  Session* base_;
  Session session_;
  SweepRequest request_;
  std::vector<Cell> plan_;
  int done_ = 0;
};

// Activation patching: B's run with what A has at one place, cell by cell.
struct PatchRequest {
  Interventions::Site site = Interventions::Site::resid_pre;
  bool noise = false;  // puts B's values into A instead
  int32_t target = 0, rival = 0;
};
struct PatchGrid {
  double clean, corrupt;  // the target's logit minus the rival's in A and in B
  int rows, columns;      // layers by tokens; for z layers by heads, all tokens patched at once
  std::vector<double>
      values;  // (patched - corrupt) / (clean - corrupt): 0 nothing, 1 restored; NaN where A and B agree
};
// Columns before the first token that differs are what no patch can change, and are not run. Errors: prompts of unequal
// length, prompts that do not differ, a token that does not exist.
Result<PatchGrid> patch_grid(Session& clean, Session& corrupt, const PatchRequest& request, ThreadPool* pool);

}  // namespace vitrine
