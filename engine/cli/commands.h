// The commands of `vitrine`. `args` are the words after the command's name. Each returns the exit status:
// 0 done, 1 the input is at fault (one line on standard error), 2 wrong usage.
#pragma once

#include <span>
#include <string_view>

namespace vitrine::cli {

using Args = std::span<const std::string_view>;

int command_info(Args args);
int command_tokenize(Args args);
int command_detokenize(Args args);
int command_run(Args args);
int command_generate(Args args);
int command_quantize(Args args);
int command_bench(Args args);
int command_lens(Args args);
int command_why(Args args);
int command_surprise(Args args);
int command_heads(Args args);
int command_rollout(Args args);
int command_compare(Args args);
int command_sweep(Args args);
int command_patch(Args args);
int command_cache(Args args);

// Prints `vitrine: message` and a newline on standard error; returns 1, or 2 for usage().
int fail(std::string_view message);
int usage(std::string_view message);

}  // namespace vitrine::cli
