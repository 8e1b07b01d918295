// Direct logit attribution (Elhage et al. 2021; TransformerLens's `logit_attrs`): what each writer of the residual
// stream adds to a token's logit, or to the difference of two, through ln_final with its true scale held fixed.
//
// The final stream at a position is the sum of its writers w: token and position embedding, every head's z_h W_O^h,
// every block's attention bias b_O and MLP output. With u = W_U[a] - W_U[b] and ln_final's gain, bias, mean and
// scale, logit_a - logit_b = sum of d . w + u . bias, where d = (u * gain, its mean removed) / scale.
#pragma once

#include <vector>

#include "base/error.h"
#include "session/session.h"

namespace vitrine {

inline constexpr int32_t kNoRival = -1;       // the logit of the target itself
inline constexpr int32_t kAverageToken = -2;  // minus the mean logit of all tokens

struct Attribution {
  int32_t target, rival;
  int position;
  std::vector<double> direction;  // d [C]
  double embed,
      pos_embed;  // what replaced the stream at a block's entry counts as `embed`, writers before as 0
  std::vector<double> heads;                // [L,H], of z as the pass used it
  std::vector<double> attention_bias, mlp;  // [L]; a replaced attn_out counts as its bias, its heads as 0
  double constant;                          // u . ln_final's bias
  double difference;                        // the engine's own logit_a - logit_b
  double sum;                               // of all parts and the constant
  double rounding;                          // difference - sum: what F32 sums and rounded products leave over
};

// Errors: no finished run; a position or token that does not exist; no memory. `mean_row` is needed for kAverageToken.
Result<Attribution> attribute(Session& session, int position, int32_t target, int32_t rival,
                              const std::vector<double>& mean_row = {});
// [C] the mean of all rows of W_U: the same for all runs of a model.
std::vector<double> mean_unembedding(const Model& model);

// [H,T] what each head of the layer brought from each token: the part of the head, split by source. Zeros for a head
// whose z was replaced.
Result<std::vector<double>> attribute_sources(Session& session, const Attribution& of, int layer);
// [F+1] what each neuron of the layer's MLP adds, then its bias.
Result<std::vector<double>> attribute_neurons(Session& session, const Attribution& of, int layer);

}  // namespace vitrine
