// What the commands that read a run out have in common: the prompt, the changes, the model and a finished run.
#pragma once

#include <memory>
#include <optional>

#include "cli/changes.h"
#include "cli/helpers.h"
#include "cli/json_text.h"
#include "model/model.h"

namespace vitrine::cli {

struct Experiment {
  Arguments arguments;
  Prompt prompt;
  Changes changes;
  std::shared_ptr<const Model> model;
  std::unique_ptr<Helpers> helpers;
  std::unique_ptr<Session> base;     // of the same model, for what a change needs of the pass without it
  std::unique_ptr<Session> session;  // finished, where the experiment was run
};

// A command's failure: the line to print and the exit status.
struct Failure {
  int status;  // 1 or 2
  Error error;
};

// --prompt, --tokens, --threads, --json, --csv and the changes are known to all; `own` are the command's. Nothing is run.
struct Opening {
  const char* command;
  std::span<const Option> own;
  bool wants_prompt = true;
};
std::optional<Failure> open_experiment(Args args, const Opening& opening, Experiment& experiment);
// Runs the prompt as changed.
std::optional<Failure> run_experiment(Experiment& experiment);
// Both.
std::optional<Failure> start_experiment(Args args, const Opening& opening, Experiment& experiment);
// Prints the line; returns the status.
int report(const Failure& failure);
inline Failure at_fault(const Error& error) { return {1, error}; }
inline Failure misused(const Error& error) { return {2, error}; }

// --position P, -1 where it is not given.
Result<int> read_position(const Arguments& arguments);
// A token named by its id, or by text that is exactly one token. The error of other text lists its tokens, and says when
// a space before it would make it one.
Result<int32_t> read_token(std::string_view text, const Experiment& experiment, std::string_view option);
std::string token_text(const Experiment& experiment,
                       int32_t id);  // as a JSON string, "null" without a tokenizer
std::string token_label(const Experiment& experiment,
                        int32_t id);  // the same for a table, the id without a tokenizer
// {"id":..,"text":..
JsonText& open_token(JsonText& json, const Experiment& experiment, int32_t id);
// A field of a CSV table: in quotes, with quotes doubled.
std::string csv_text(const Experiment& experiment, int32_t id);

}  // namespace vitrine::cli
