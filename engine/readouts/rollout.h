// Attention rollout (Abnar & Zuidema 2020): attention of one position, followed back through the layers as if each
// block passed on half of what attention mixes and half of the stream. It ignores MLPs, values (but for `value`) and
// how large the stream really is.
#pragma once

#include <vector>

#include "base/error.h"
#include "session/session.h"

namespace vitrine {

// How the heads of a layer become one map: their mean; the largest weight, rows made to sum to 1; or each weight times
// the length of its value after W_O, rows made to sum to 1 (Kobayashi et al. 2020).
enum class Fuse { mean, max, value };

// [L,T] row `position` of the rollout up to and with each layer; each row sums to 1. T x T floats at a time.
Result<std::vector<float>> rollout(Session& session, int position, Fuse fuse);

struct StreamPoint {
  double length;                     // ||x||
  double cosine_final, cosine_next;  // with the last point, and the next; 1 for the last
  double along;                      // `direction` . x
};
// Of the stream at a position: each block's entry, and the last one's exit [L+1]. `direction` [C] may be empty.
Result<std::vector<StreamPoint>> stream_geometry(Session& session, int position,
                                                 const std::vector<double>& direction);

}  // namespace vitrine
