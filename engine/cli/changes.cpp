#include "cli/changes.h"

#include <algorithm>
#include <cmath>

#include "base/quote.h"
#include "cli/model_files.h"
#include "session/pairing.h"
#include "session/trace.h"

namespace vitrine::cli {
namespace {

constexpr Option kChangeOptions[] = {
    {"--ablate", true},
    {"--scale", true},
    {"--ablate-mean", true},
    {"--means", true},
    {"--from", true},
    {"--skip-attention", true},
    {"--skip-mlp", true},
    {"--skip-layer", true},
    {"--cut", true},
    {"--window", true},
    {"--no-mask"},
    {"--no-positions"},
    {"--positions", true},
    {"--attention-temperature", true},
    {"--no-layernorm", false, true},
    {"--freeze-layernorm"},
    {"--kv-groups", true},
};
constexpr int kMeansTokens = 512;  // of the text that means are taken over

Error wrong(std::string_view option, std::string_view got, const char* wanted) {
  return Error{ErrorCode::request, std::string(option) + " is " + in_quotes(got) + ", wanted " + wanted};
}

// The parts of `text` around the first `mark`; no second part where there is none.
struct Halves {
  std::string_view left, right;
  bool split;
};
Halves split_at(std::string_view text, char mark) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, at), text.substr(at + 1), true};
}

// One whole number of a place; `into` is left alone on failure.
bool read_part(std::string_view text, int most, int& into) {
  const Result<int64_t> value = parse_int(text, 0, most, "");
  if (value) into = static_cast<int>(*value);
  return value.ok();
}

// "L.H"
bool read_head(std::string_view text, int& layer, int& head) {
  const Halves place = split_at(text, '.');
  return place.split && read_part(place.left, kMaxLayers, layer) && read_part(place.right, kMaxWidth, head);
}

Status read_heads(const Arguments& arguments, int from, Interventions& changes) {
  for (const auto& [name, text] : arguments.options) {
    int layer = 0, head = 0;
    if (name == "--ablate" || name == "--ablate-mean") {
      if (!read_head(text, layer, head))
        return wrong(name, text, "L.H, a layer and a head of it such as 3.1");
      changes.heads.push_back({layer, head, 0.0f, from, name == "--ablate-mean"});
    } else if (name == "--scale") {
      const Halves parts = split_at(text, '=');
      if (!parts.split || !read_head(parts.left, layer, head))
        return wrong(name, text, "L.H=S, a head and what to multiply it by such as 3.1=0.5");
      const Result<double> scale = parse_number(parts.right, -1e6, 1e6, "the number of --scale L.H=S");
      if (!scale) return scale.error();
      changes.heads.push_back({layer, head, static_cast<float>(*scale), from});
    }
  }
  if (arguments.has("--ablate-mean") != arguments.has("--means"))
    return Error{ErrorCode::request,
                 "--ablate-mean L.H and --means FILE, the text that means are taken over, go together"};
  return success();
}

Status read_layers(const Arguments& arguments, int from, Interventions& changes) {
  for (const auto& [name, text] : arguments.options) {
    const bool all = name == "--skip-layer";
    if (!all && name != "--skip-attention" && name != "--skip-mlp") continue;
    const Result<int64_t> layer = parse_int(text, 0, kMaxLayers, name);
    if (!layer) return layer.error();
    const Interventions::LayerOff off(static_cast<int>(*layer), from);
    if (all || name == "--skip-attention") changes.skip_attention.push_back(off);
    if (all || name == "--skip-mlp") changes.skip_mlp.push_back(off);
  }
  return success();
}

// "L.H:Q-K", H may be *.
Status read_cuts(const Arguments& arguments, Interventions& changes) {
  for (const std::string_view text : arguments.values("--cut")) {
    const Halves place = split_at(text, ':'), head = split_at(place.left, '.'),
                 look = split_at(place.right, '-');
    Interventions::Edge edge{0, -1, 0, 0};
    const bool good =
        place.split && head.split && look.split && read_part(head.left, kMaxLayers, edge.layer) &&
        (head.right == "*" || read_part(head.right, kMaxWidth, edge.head)) &&
        read_part(look.left, kMaxContext, edge.query) && read_part(look.right, kMaxContext, edge.key);
    if (!good)
      return wrong("--cut", text,
                   "L.H:Q-K, a head and a query and a key by position such as 3.1:9-2, or 3.*:9-2");
    changes.cut_edges.push_back(edge);
  }
  return success();
}

// shift:K, shuffle:SEED or same.
Status read_positions(const Arguments& arguments, Interventions& changes) {
  using Positions = Interventions::Positions;
  changes.no_positions = arguments.has("--no-positions");
  if (!arguments.has("--positions")) return success();
  const std::string_view text = arguments.value("--positions");
  const Halves parts = split_at(text, ':');
  if (text == "same") {
    changes.positions.kind = Positions::same;
  } else if (parts.split && (parts.left == "shift" || parts.left == "shuffle")) {
    const bool shifts = parts.left == "shift";
    const int64_t least = shifts ? -int64_t{kMaxContext} : 0, most = shifts ? kMaxContext : int64_t{1} << 53;
    const Result<int64_t> amount = parse_int(
        parts.right, least, most, shifts ? "K of --positions shift:K" : "SEED of --positions shuffle:SEED");
    if (!amount) return amount.error();
    changes.positions = {shifts ? Positions::shift : Positions::shuffle, *amount, {}};
  } else {
    return wrong("--positions", text, "shift:K, shuffle:SEED or same");
  }
  return success();
}

Status read_norms(const Arguments& arguments, Interventions& changes) {
  if (arguments.has("--freeze-layernorm"))
    changes.norms.push_back({Interventions::kEveryNorm, 0, NormMode::frozen});
  for (const std::string_view text : arguments.values("--no-layernorm")) {
    int layer = Interventions::kEveryNorm;
    if (text == "final") {
      layer = Interventions::kFinalNorm;
    } else if (!text.empty() && !read_part(text, kMaxLayers, layer)) {
      return wrong("--no-layernorm", text, "nothing, a layer, or \"final\"");
    }
    changes.norms.push_back({layer, 0, NormMode::identity});
  }
  return success();
}

Status read_attention(const Arguments& arguments, Interventions& changes) {
  if (arguments.has("--window")) {
    const Result<int64_t> window = parse_int(arguments.value("--window"), 0, kMaxContext, "--window");
    if (!window) return window.error();
    changes.window = static_cast<int>(*window);
  }
  changes.no_mask = arguments.has("--no-mask");
  if (arguments.has("--attention-temperature")) {
    const Result<double> temperature =
        parse_number(arguments.value("--attention-temperature"), 0.001, 1000, "--attention-temperature");
    if (!temperature) return temperature.error();
    changes.temperatures.push_back({static_cast<float>(*temperature)});
  }
  if (arguments.has("--kv-groups")) {
    const Result<int64_t> groups = parse_int(arguments.value("--kv-groups"), 1, kMaxWidth, "--kv-groups");
    if (!groups) return groups.error();
    changes.kv_groups = static_cast<int>(*groups);
  }
  return success();
}

}  // namespace

std::span<const Option> change_options() { return kChangeOptions; }

std::vector<Option> with_changes(std::span<const Option> own) {
  std::vector<Option> all(own.begin(), own.end());
  all.insert(all.end(), std::begin(kChangeOptions), std::end(kChangeOptions));
  return all;
}

Result<Changes> read_changes(const Arguments& arguments) {
  Changes changes;
  const Result<int64_t> from = parse_int(arguments.value("--from", "0"), 0, kMaxContext, "--from");
  if (!from) return from.error();
  changes.from = static_cast<int>(*from);
  VITRINE_TRY(read_heads(arguments, changes.from, changes.fixed));
  VITRINE_TRY(read_layers(arguments, changes.from, changes.fixed));
  VITRINE_TRY(read_cuts(arguments, changes.fixed));
  VITRINE_TRY(read_attention(arguments, changes.fixed));
  VITRINE_TRY(read_positions(arguments, changes.fixed));
  VITRINE_TRY(read_norms(arguments, changes.fixed));
  changes.means = arguments.value("--means");
  for (const Option& option : kChangeOptions) changes.any = changes.any || arguments.has(option.name);
  return changes;
}

Result<RunSummary> run_changed(Session& session, Session& base, std::span<const int32_t> tokens,
                               const Changes& changes) {
  if (changes.from >= static_cast<int>(tokens.size()) && changes.from > 0)
    return Error{ErrorCode::intervention,
                 "--from names position " + std::to_string(changes.from) +
                     "; the prompt's positions are 0 to " +
                     std::to_string(static_cast<int>(tokens.size()) - 1),
                 {{"name", "--from"}}};
  if (!needs_pair(changes.fixed)) return session.run(tokens, changes.fixed);
  const Result<RunSummary> ran = base.run(tokens);
  if (!ran) return ran;
  const Result<Interventions> whole = completed(changes.fixed, &base, static_cast<int>(tokens.size()));
  if (!whole) return whole.error();
  return session.run(tokens, *whole);
}

Status load_means(Changes& changes, Session& base, const Prompt& prompt) {
  if (changes.means.empty()) return success();
  if (!prompt.tokenizer)
    return Error{ErrorCode::request,
                 "--means FILE is text, and this model has no tokenizer files to read it with"};
  const Result<std::string> text = read_file(changes.means);
  if (!text) return text.error();
  const Result<std::vector<Token>> tokens = prompt.tokenizer->encode(*text);
  if (!tokens) return tokens.error();
  std::vector<int32_t> ids;
  const size_t most = static_cast<size_t>(std::min(kMeansTokens, base.model().config().n_ctx));
  for (size_t t = 0; t < tokens->size() && t < most; ++t) ids.push_back((*tokens)[t].id);
  const Result<RunSummary> ran = base.run(ids);
  if (!ran) return ran.error().within(changes.means + ": ");
  Result<std::vector<float>> means = mean_heads(base);
  if (!means) return means.error();
  changes.fixed.means = std::move(*means);
  return success();
}

std::string overflow_of(Session& session) {
  const int layers = session.model().config().n_layer;
  const auto overflows = [&](TensorAddress address) {
    const Result<TensorData> tensor = session.tensor(address);
    return tensor &&
           !std::all_of(tensor->data.begin(), tensor->data.end(), [](float v) { return std::isfinite(v); });
  };
  constexpr std::string_view kEnd = "; change less, or start from the unchanged model";
  for (int layer = 0; layer < layers; ++layer) {
    for (int id = static_cast<int>(TensorId::resid_pre); id <= static_cast<int>(TensorId::resid_post); ++id) {
      const TensorAddress address{static_cast<TensorId>(id), layer};
      if (address.id == TensorId::attn_scores || !overflows(address)) continue;  // a masked score is -inf
      return "the logits are not finite: the numbers leave what F32 holds in block " + std::to_string(layer) +
             ", first in " + tensor_name(address) + std::string(kEnd);
    }
  }
  return "the logits are not finite: the numbers leave what F32 holds after the last block" +
         std::string(kEnd);
}

}  // namespace vitrine::cli
