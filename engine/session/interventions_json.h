// Reads the interventions of a run from JSON, the form in which the page sends them. All members are optional:
//
//   {"heads":        [{"layer": 3, "head": 1, "scale": 0}],         scale a head's z; 0 knocks it out
//    "skipMlp":      [2], "skipAttention": [0],                      layers
//    "cutEdges":     [{"layer": 0, "head": -1, "query": 4, "key": 2}],  head -1 or left out: all heads
//    "patches":      [{"layer": 5, "token": 2, "residual": [C numbers]}],
//    "window":       8,                                              0: all earlier tokens
//    "noPositions":  true}
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
