// The prompt of `run`, `generate` and `bench`: text where there is a tokenizer, or token ids.
#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "cli/arguments.h"
#include "tokenizer/tokenizer.h"

namespace vitrine::cli {

struct Prompt {
  std::vector<int32_t> ids;
  std::optional<Tokenizer> tokenizer;  // of the model's folder, where there is one
};

// From exactly one of --prompt and --tokens; `wrong_usage` is set when it is the command line that is at fault.
Result<Prompt> read_prompt(const Arguments& arguments, bool& wrong_usage);

// A token's bytes as a JSON string; null without a tokenizer.
std::string token_json(const std::optional<Tokenizer>& tokenizer, int32_t id);

}  // namespace vitrine::cli
