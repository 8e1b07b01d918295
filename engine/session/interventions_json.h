// Reads the interventions of a run from JSON, the form in which the page sends them. All members are optional:
//
//   {"heads":         [{"layer": 3, "head": 1, "scale": 0, "from": 4}],  scale a head's z from a token on; 0 knocks it out
//                      [{"layer": 3, "head": 1, "mean": true}],          the mean of the session's means in its place
//    "skipMlp":       [2, {"layer": 3, "from": 4}], "skipAttention": [0], "skipLayer": [1],
//    "cutEdges":      [{"layer": 0, "head": -1, "query": 4, "key": 2}],  head -1 or left out: all heads
//    "window":        8,                                                 0: all earlier tokens
//    "noMask":        true, "noPositions": true,
//    "positions":     [3, 1, 2] or {"shift": 100} or {"shuffle": 17} or {"same": true},
//    "attentionTemperature": 2 or [{"temperature": 2, "layer": 0, "head": 1}],
//    "norms":         [{"layer": 3, "which": 1, "mode": "identity"}, {"layer": "final", "mode": "frozen"}],
//                      without "layer" every norm; the deviations of frozen ones come from the paired session
//    "kvGroups":      4,
//    "patches":       [{"layer": 5, "token": 2, "site": "resid_pre", "values": [C numbers]}],
//                      sites resid_pre, attn_out, mlp_out, z with its "head"; without "values" those of the paired session}
//
// Layers, heads and tokens count from 0. Whether they exist is checked by the run itself.
#pragma once

#include <string_view>

#include "base/error.h"
#include "model/interventions.h"

namespace vitrine {

// `json` is untrusted; empty means none. Errors name the member, what was got and what was wanted.
Result<Interventions> parse_interventions(std::string_view json);

}  // namespace vitrine
