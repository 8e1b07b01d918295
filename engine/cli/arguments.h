// Reading the words of a command line. Errors are wrong usage (exit 2): they name the option and what it wants.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "cli/commands.h"

namespace vitrine::cli {

struct Option {
  std::string_view name;  // with its dashes: "--top"
  bool takes_value = false;
  bool may_take_place = false;  // the word after it is its value where that is a whole number or "final"
};

struct Arguments {
  std::vector<std::string_view> positional;
  std::vector<std::pair<std::string_view, std::string_view>> options;  // name and value, in the order given

  bool has(std::string_view name) const;
  // The last value given, or `otherwise`; and all of them, for options that may be repeated.
  std::string_view value(std::string_view name, std::string_view otherwise = {}) const;
  std::vector<std::string_view> values(std::string_view name) const;
};

// `--name value` and `--name=value`; everything after `--` is positional, and so is a lone `-`. Refuses options that
// are not in `known`, a missing value, and a number of positional words outside [least, most].
Result<Arguments> parse_arguments(Args args, std::span<const Option> known, size_t least, size_t most);

// The whole of `text`, within [least, most]. `what` begins the error: "--top".
Result<int64_t> parse_int(std::string_view text, int64_t least, int64_t most, std::string_view what);
Result<double> parse_number(std::string_view text, double least, double most, std::string_view what);
// "1,2,3", optionally with spaces after the commas; each within [0, 2^31). At least one.
Result<std::vector<int32_t>> parse_id_list(std::string_view text, std::string_view what);

}  // namespace vitrine::cli
