// The options of a command that change the pass: what `run`, `generate` and every command of experiments take.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/prompt.h"
#include "session/session.h"

namespace vitrine::cli {

std::span<const Option> change_options();
// `own` and change_options() together.
std::vector<Option> with_changes(std::span<const Option> own);

// What the options ask for, before the prompt is known.
struct Changes {
  Interventions fixed;
  int from = 0;       // --from Q: heads, attention and MLPs are changed from this token on
  std::string means;  // --means FILE: text over whose tokens the mean z stands in for ablated heads
  bool any = false;
};
Result<Changes> read_changes(const Arguments& arguments);

// Runs the tokens as changed. Deviations to freeze norms at are taken from a pass of `base`, a session of the same model.
Result<RunSummary> run_changed(Session& session, Session& base, std::span<const int32_t> tokens,
                               const Changes& changes);
// Reads what --means names, where it is given: the mean z of every head over that text's tokens.
Status load_means(Changes& changes, Session& base, const Prompt& prompt);

// Where a run's numbers leave what F32 holds: one sentence, or none where the logits are finite.
std::string overflow_of(Session& session);

}  // namespace vitrine::cli
