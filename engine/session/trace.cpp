#include "session/trace.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

namespace vitrine {
namespace {

constexpr std::string_view kBlocks = "blocks.";

constexpr TensorRow row_of(TensorId id, std::string_view name, bool per_layer, std::string_view stage,
                           std::string_view help, std::initializer_list<Axis> axes) {
  TensorRow row{id,    name, per_layer, static_cast<uint8_t>(axes.size()), {Axis::One, Axis::One, Axis::One},
                stage, help};
  std::copy(axes.begin(), axes.end(), row.axes);
  return row;
}

constexpr auto make_table() {
  using enum Axis;
#define VITRINE_ONCE(id, name, stage, help, ...) \
  row_of(TensorId::id, name, false, stage, help, {__VA_ARGS__}),
#define VITRINE_EACH(id, name, stage, help, ...) row_of(TensorId::id, name, true, stage, help, {__VA_ARGS__}),
  return std::to_array({VITRINE_TENSORS(VITRINE_ONCE, VITRINE_EACH, VITRINE_EACH)});
#undef VITRINE_ONCE
#undef VITRINE_EACH
}

// In the order of TensorId, which is the order of the pass.
constexpr auto kTable = make_table();

std::string_view axis_name(Axis axis) {
  constexpr std::string_view kNames[] = {"tokens", "channels",   "heads", "head_size",
                                         "mlp",    "vocabulary", "one"};
  return kNames[static_cast<size_t>(axis)];
}

// "blocks.0.hook_resid_pre" ... for the error of a name that is not there.
std::string all_names() {
  std::string names;
  for (const TensorRow& row : kTable) {
    if (!names.empty()) names += ", ";
    if (row.per_layer) names += "blocks.L.";
    names += row.name;
  }
  return names;
}

const TensorRow* find(std::string_view name, bool per_layer) {
  for (const TensorRow& row : kTable) {
    if (row.per_layer == per_layer && row.name == name) return &row;
  }
  return nullptr;
}

Error unknown_name(std::string_view name) {
  constexpr size_t kShown = 80;
  std::string shown(name.substr(0, kShown));
  if (name.size() > kShown) shown += "...";
  return {ErrorCode::no_tensor,
          "there is no tensor \"" + shown + "\"; there are " + all_names(),
          {{"name", shown}}};
}

}  // namespace

std::span<const TensorRow> tensor_table() { return kTable; }

Result<TensorAddress> parse_tensor_name(std::string_view name, const Config& config) {
  if (name.substr(0, kBlocks.size()) != kBlocks) {
    const TensorRow* row = find(name, false);
    if (!row) return unknown_name(name);
    return TensorAddress{row->id, 0};
  }
  const std::string_view rest = name.substr(kBlocks.size());
  const size_t dot = rest.find('.');
  const TensorRow* row = dot == std::string_view::npos ? nullptr : find(rest.substr(dot + 1), true);
  if (!row) return unknown_name(name);
  int layer = -1;
  const char* end = rest.data() + dot;
  const auto [stop, failure] = std::from_chars(rest.data(), end, layer);
  if (failure != std::errc() || stop != end || layer < 0 || layer >= config.n_layer) {
    return Error{ErrorCode::no_layer,
                 "tensor \"" + std::string(name.substr(0, 80)) +
                     "\" names no layer of this model; layers are 0 to " + std::to_string(config.n_layer - 1),
                 {{"high", config.n_layer - 1}}};
  }
  return TensorAddress{row->id, layer};
}

std::string tensor_name(TensorAddress address) {
  const TensorRow& row = kTable[static_cast<size_t>(address.id)];
  if (!row.per_layer) return std::string(row.name);
  return std::string(kBlocks) + std::to_string(address.layer) + "." + std::string(row.name);
}

std::string tensor_table_json() {
  std::string json = "[";
  for (const TensorRow& row : kTable) {
    if (json.size() > 1) json += ",";
    json += "\n  {\"name\": \"";
    json += row.name;
    json += row.per_layer ? "\", \"perLayer\": true, \"axes\": [" : "\", \"perLayer\": false, \"axes\": [";
    for (int i = 0; i < row.rank; ++i) {
      if (i > 0) json += ", ";
      json += '"';
      json += axis_name(row.axes[i]);
      json += '"';
    }
    json += "], \"stage\": \"";
    json += row.stage;
    json += "\", \"help\": \"";
    json += row.help;  // the table's own text: no character in it needs escaping
    json += "\"}";
  }
  return json + "\n]\n";
}

}  // namespace vitrine
