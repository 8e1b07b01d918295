// The read-outs once more, from the tensors of a float64 run and as plainly as they can be written.
#pragma once

#include "reference.h"

namespace vitrine::test {

using Numbers = std::vector<double>;

// The rows of a run that a read-out needs, and where it stands.
struct ReferenceRun {
  const ReferenceConfig& config;
  const ReferenceTensors& weights;
  const ReferenceTrace& trace;
  int tokens;
};

// Logits [V] of a row of the stream, through ln_f with its own mean and deviation.
Numbers reference_read_out(const ReferenceRun& run, const Numbers& stream);
// Row `position` of a tensor of the trace with `tokens` rows.
Numbers reference_row(const ReferenceRun& run, const std::string& name, int position);

struct ReferenceLensPoint {
  Numbers logits, p;
  double entropy, kl;
};
// 0.pre, 0.mid, 1.pre, ..., final.
std::vector<ReferenceLensPoint> reference_lens(const ReferenceRun& run, int position);

struct ReferenceWhy {
  Numbers direction;
  double embed, pos_embed, constant, difference;
  Numbers heads, attention_bias, mlp;  // [L,H], [L], [L]
};
// rival -1: none, -2: the mean of all tokens.
ReferenceWhy reference_why(const ReferenceRun& run, int position, int target, int rival);
Numbers reference_sources(const ReferenceRun& run, const ReferenceWhy& why, int position,
                          int layer);  // [H,T]
Numbers reference_neurons(const ReferenceRun& run, const ReferenceWhy& why, int position,
                          int layer);  // [F+1]

// [L,T]; fuse 0 mean, 1 max, 2 value. By whole T x T products.
Numbers reference_rollout(const ReferenceRun& run, int position, int fuse);

// [L,H,6] previous, first, self, duplicate, induction, broad.
Numbers reference_scores(const ReferenceRun& run, const std::vector<int32_t>& ids);

}  // namespace vitrine::test
