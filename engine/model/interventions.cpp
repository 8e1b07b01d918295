#include "model/interventions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

namespace vitrine {
namespace {

std::string number(int64_t value) { return std::to_string(value); }

Status in_range(int value, int count, const char* what, const char* where) {
  if (value >= 0 && value < count) return success();
  return Error{ErrorCode::intervention,
               std::string(where) + " names " + what + " " + number(value) + "; there are " + what +
                   "s 0 to " + number(count - 1),
               {{"name", std::string(where)}}};
}

bool all_finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

Status check_interventions(const Interventions& wanted, const Config& config, int tokens) {
  for (const auto& h : wanted.heads) {
    VITRINE_TRY(in_range(h.layer, config.n_layer, "layer", "a head's scale"));
    VITRINE_TRY(in_range(h.head, config.n_head, "head", "a head's scale"));
    if (!std::isfinite(h.scale))
      return Error{ErrorCode::intervention,
                   "a head's scale is not a finite number; 0 knocks the head out, 1 leaves it",
                   {{"name", "heads.scale"}}};
  }
  for (int layer : wanted.skip_mlp) VITRINE_TRY(in_range(layer, config.n_layer, "layer", "skipping an MLP"));
  for (int layer : wanted.skip_attention)
    VITRINE_TRY(in_range(layer, config.n_layer, "layer", "skipping attention"));
  for (const auto& e : wanted.cut_edges) {
    VITRINE_TRY(in_range(e.layer, config.n_layer, "layer", "a cut edge"));
    if (e.head != -1) VITRINE_TRY(in_range(e.head, config.n_head, "head", "a cut edge"));
    VITRINE_TRY(in_range(e.query, tokens, "token", "a cut edge"));
    VITRINE_TRY(in_range(e.key, tokens, "token", "a cut edge"));
  }
  for (const auto& p : wanted.patches) {
    VITRINE_TRY(in_range(p.layer, config.n_layer, "layer", "a patch"));
    VITRINE_TRY(in_range(p.token, tokens, "token", "a patch"));
    if (p.residual.size() != static_cast<size_t>(config.n_embd)) {
      return Error{ErrorCode::intervention,
                   "a patch has " + number(static_cast<int64_t>(p.residual.size())) +
                       " values; a residual of this model has " + number(config.n_embd),
                   {{"name", "patches.residual"}}};
    }
    if (!all_finite(p.residual))
      return Error{ErrorCode::intervention,
                   "a patch holds a value that is not a finite number",
                   {{"name", "patches.residual"}}};
  }
  if (wanted.window < 0)
    return Error{ErrorCode::intervention,
                 "the attention window is " + number(wanted.window) + "; wanted 1 or more, or 0 for all",
                 {{"name", "window"}}};
  return success();
}

}  // namespace vitrine
