#include "cli/arguments.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "base/quote.h"

namespace vitrine::cli {
namespace {

// 5 as "5", 0.25 as "0.25".
std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

const Option* find_option(std::span<const Option> known, std::string_view name) {
  for (const Option& option : known) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

bool is_place(std::string_view word) {
  return word == "final" || (!word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos);
}

}  // namespace

bool Arguments::has(std::string_view name) const {
  for (const auto& [given, value] : options) {
    if (given == name) return true;
  }
  return false;
}

std::string_view Arguments::value(std::string_view name, std::string_view otherwise) const {
  for (const auto& [given, value] : options) {
    if (given == name) otherwise = value;
  }
  return otherwise;
}

std::vector<std::string_view> Arguments::values(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const auto& [given, value] : options) {
    if (given == name) found.push_back(value);
  }
  return found;
}

Result<Arguments> parse_arguments(Args args, std::span<const Option> known, size_t least, size_t most) {
  Arguments parsed;
  bool only_positional = false;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string_view word = args[i];
    if (only_positional || word.size() < 2 || word[0] != '-') {
      parsed.positional.push_back(word);
      continue;
    }
    if (word == "--") {
      only_positional = true;
      continue;
    }
    const size_t equals = word.substr(0, 2) == "--" ? word.find('=') : std::string_view::npos;
    const std::string_view name = word.substr(0, equals);
    const Option* option = find_option(known, name);
    if (!option)
      return Error{ErrorCode::request,
                   "unknown option " + in_quotes(name) + "; words after -- are never options"};
    if (option->may_take_place && equals == std::string_view::npos) {
      const bool given = i + 1 < args.size() && is_place(args[i + 1]);
      parsed.options.emplace_back(option->name, given ? args[++i] : std::string_view());
    } else if (!option->takes_value && !option->may_take_place) {
      if (equals != std::string_view::npos)
        return Error{ErrorCode::request, std::string(name) + " takes no value"};
      parsed.options.emplace_back(option->name, std::string_view());
    } else if (equals != std::string_view::npos) {
      parsed.options.emplace_back(option->name, word.substr(equals + 1));
    } else if (i + 1 < args.size()) {
      parsed.options.emplace_back(option->name, args[++i]);
    } else {
      return Error{ErrorCode::request, std::string(name) + " wants a value after it"};
    }
  }
  const size_t count = parsed.positional.size();
  if (count < least)
    return Error{ErrorCode::request,
                 "too few arguments: got " + std::to_string(count) + ", wanted " + std::to_string(least)};
  if (count > most)
    return Error{ErrorCode::request, "unexpected argument " + in_quotes(parsed.positional[most])};
  return parsed;
}

Result<int64_t> parse_int(std::string_view text, int64_t least, int64_t most, std::string_view what) {
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, status] = std::from_chars(text.data(), end, value);
  if (text.empty() || status != std::errc() || at != end || value < least || value > most) {
    return Error{ErrorCode::request, std::string(what) + " is " + in_quotes(text) +
                                         ", wanted a whole number from " + std::to_string(least) + " to " +
                                         std::to_string(most)};
  }
  return value;
}

Result<double> parse_number(std::string_view text, double least, double most, std::string_view what) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  const bool whole = !copy.empty() && end == copy.c_str() + copy.size() && copy[0] != ' ' &&
                     copy.find_first_of("xXnN") == std::string::npos;
  if (!whole || !(value >= least && value <= most)) {
    return Error{ErrorCode::request, std::string(what) + " is " + in_quotes(text) +
                                         ", wanted a number from " + number_text(least) + " to " +
                                         number_text(most)};
  }
  return value;
}

Result<std::vector<int32_t>> parse_id_list(std::string_view text, std::string_view what) {
  std::vector<int32_t> ids;
  for (std::string_view rest = text;;) {
    const size_t comma = rest.find(',');
    std::string_view word = rest.substr(0, comma);
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    const Result<int64_t> id = parse_int(word, 0, std::numeric_limits<int32_t>::max(), what);
    if (!id) return Error{ErrorCode::request, id.error().message + "; the list is written like 1,2,3"};
    ids.push_back(static_cast<int32_t>(*id));
    if (comma == std::string_view::npos) return ids;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace vitrine::cli
