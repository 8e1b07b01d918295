// The logit lens (nostalgebraist 2020): every point of the residual stream read as if it were the last, through
// ln_final with the point's own mean and deviation and the unembedding.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "session/session.h"

namespace vitrine {

struct LensRequest {
  int position = -1;               // -1: the last
  bool every_point = true;         // false: block entries and the final stream only
  int top = 5;                     // tokens listed at each point
  std::vector<int32_t> targets{};  // tokens followed through all points
};

struct LensPoint {
  struct Top {
    int32_t id;
    double p;
  };
  struct Target {
    int32_t id;
    double logit, p;
    int rank;  // from 1
  };
  std::string name;  // "0.pre", "0.mid", ..., "final"
  bool finite;       // false: the numbers left what F32 holds, and what follows is empty or 0
  double entropy;    // nats
  double kl;         // KL(final || point), nats
  std::vector<Top> top;
  std::vector<Target> targets;
};

// The points in the order of the pass. The last one's logits are the run's, bit for bit. At most kLensRows points are
// multiplied at a time. Errors: no finished run, a position or token that does not exist, no memory.
inline constexpr int kLensRows = 32;
Result<std::vector<LensPoint>> logit_lens(Session& session, const LensRequest& request);

// The position itself, or the last for -1; refuses what lies outside the run.
Result<int> position_in(const Session& session, int position);
Status token_exists(const Session& session, int32_t id);

}  // namespace vitrine
