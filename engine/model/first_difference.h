// From where on two passes over the same tokens differ, for a session that keeps the first one's rows.
#pragma once

#include <climits>

#include "model/interventions.h"

namespace vitrine {

// A place in the pass: the first block and the first token that compute other values. Everything before `token` is the
// same in all blocks, since no token sees a later one (without mask `token` is 0); from `token` on, the blocks before `layer` are the same.
struct PassPlace {
  int layer, token;
  bool operator==(const PassPlace&) const = default;
};
inline constexpr PassPlace kNowhere{INT_MAX, INT_MAX};

// The first place at which a pass under `b` may differ from one under `a`; kNowhere when they are equal. It is never too
// late, and may be too early: a field that this function does not know counts as a difference at {0, 0}.
PassPlace first_difference(const Interventions& a, const Interventions& b);

}  // namespace vitrine
