// What a changed run takes from another session: values to patch in, deviations to freeze norms at, and mean heads.
#pragma once

#include "session/session.h"

namespace vitrine {

// The mean deviation of each norm over the tokens of a finished run: [2L+1] ln1 and ln2 of each block, then ln_final.
Result<std::vector<float>> mean_deviations(Session& session);
// The mean z of each head over the tokens of a finished run: [L,H,D].
Result<std::vector<float>> mean_heads(Session& session);

// `wanted` with what it leaves open filled in: patches without values get those of `from` at the same place, frozen norms
// its mean deviations. `from` is a finished run of the same model, with the same number of tokens; null where there is
// none. Errors: something is left open and there is no such run, or a place that it does not have.
Result<Interventions> completed(Interventions wanted, Session* from, int tokens);
bool needs_pair(const Interventions& wanted);

}  // namespace vitrine
