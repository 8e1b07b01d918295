// `vitrine info`: what a model is.
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "base/quote.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "loading/loader.h"

namespace vitrine::cli {
namespace {

constexpr Option kOptions[] = {{"--json"}};

const char* dtype_text(const Model& model) { return model.weight_type() == WeightType::q8 ? "q8" : "f32"; }

// 124439808 as "124,439,808".
std::string grouped(size_t value) {
  std::string digits = std::to_string(value);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string joined(const std::vector<std::string>& names) {
  constexpr size_t kShown = 4;
  std::string out;
  for (size_t i = 0; i < names.size() && i < kShown; ++i) {
    if (i) out += ", ";
    out += in_quotes(names[i]);
  }
  if (names.size() > kShown) out += ", and " + std::to_string(names.size() - kShown) + " more";
  return out;
}

std::string numbers(const std::vector<int32_t>& ids) {
  std::string out;
  for (const int32_t id : ids) out += (out.empty() ? "" : ", ") + std::to_string(id);
  return out;
}

// What was found of the two tables, where file and configuration do not agree.
std::string unembedding_text(const Model& model) {
  switch (model.tying()) {
    case Tying::as_head:
      return "tied to the token embedding; the file stores both once, as lm_head.weight";
    case Tying::differs:
      return "its own: config.json says tied, but the file holds an lm_head.weight that differs from "
             "wte.weight";
    case Tying::plain:
      break;
  }
  return model.weights().tied ? "tied to the token embedding" : "its own";
}

void print_lines(const Model& model) {
  const Config& config = model.config();
  const auto line = [](const char* name, const std::string& value) {
    std::printf("%-12s %s\n", name, value.c_str());
  };
  char epsilon[32];
  std::snprintf(epsilon, sizeof epsilon, "%.7g", static_cast<double>(config.layer_norm_epsilon));
  line("layers", std::to_string(config.n_layer));
  line("heads", std::to_string(config.n_head) + " of size " + std::to_string(config.head_size()));
  line("width", std::to_string(config.n_embd));
  line("mlp width", std::to_string(config.n_inner));
  line("context", std::to_string(config.n_ctx));
  line("vocabulary", std::to_string(config.n_vocab));
  line("activation", activation_name(config.activation));
  line("epsilon", epsilon);
  line("unembedding", unembedding_text(model));
  if (!config.end_tokens.empty()) line("end tokens", numbers(config.end_tokens));
  line("parameters", grouped(model.parameters()));
  line("dtype", dtype_text(model) + (" (the file holds " + std::string(model.stored()) + ")"));
  line("bytes", grouped(model.bytes()));
  if (!model.ignored().empty()) line("ignored", joined(model.ignored()));
}

void print_json(const Model& model) {
  nlohmann::ordered_json json;
  json["config"] = nlohmann::ordered_json::parse(config_json(model.config()), nullptr, false);
  json["parameters"] = model.parameters();
  json["dtype"] = dtype_text(model);
  json["stored"] = model.stored();
  json["bytes"] = model.bytes();
  json["ignored"] = model.ignored();
  json["tying"] = tying_name(model.tying());
  std::printf("%s\n", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

}  // namespace

int command_info(Args args) {
  const Result<Arguments> arguments = parse_arguments(args, kOptions, 1, 1);
  if (!arguments) return usage(arguments.error().message + "; usage: vitrine info MODEL [--json]");
  const auto model = load_model(std::string(arguments->positional[0]));
  if (!model) return fail(model.error().message);
  if (arguments->has("--json")) {
    print_json(**model);
  } else {
    print_lines(**model);
  }
  return 0;
}

}  // namespace vitrine::cli
