#include "model/packed_layout.h"

#include <map>

#include "io/safetensors.h"

namespace vitrine {
namespace {

constexpr const char* kVersion = "1";

// The tensors of a block, in the order of BlockWeights.
struct BlockRow {
  const char* name;
  Storage storage;
  int outputs, inputs;
  bool bias;
};

std::vector<Slot> make_slots(const Config& config, bool tied) {
  const int channels = config.n_embd, inner = config.n_inner;
  const BlockRow block[kBlockSlots] = {
      {"ln_1.weight", Storage::plain, channels, 0, false},
      {"ln_1.bias", Storage::plain, channels, 0, true},
      {"attn.c_attn.weight", Storage::conv1d, 3 * channels, channels, false},
      {"attn.c_attn.bias", Storage::plain, 3 * channels, 0, true},
      {"attn.c_proj.weight", Storage::conv1d, channels, channels, false},
      {"attn.c_proj.bias", Storage::plain, channels, 0, true},
      {"ln_2.weight", Storage::plain, channels, 0, false},
      {"ln_2.bias", Storage::plain, channels, 0, true},
      {"mlp.c_fc.weight", Storage::conv1d, inner, channels, false},
      {"mlp.c_fc.bias", Storage::plain, inner, 0, true},
      {"mlp.c_proj.weight", Storage::conv1d, channels, inner, false},
      {"mlp.c_proj.bias", Storage::plain, channels, 0, true},
  };
  std::vector<Slot> slots;
  slots.push_back({"wte.weight", Storage::rows, config.n_vocab, channels});
  slots.push_back({"wpe.weight", Storage::plain, config.n_ctx, channels});
  for (int layer = 0; layer < config.n_layer; ++layer) {
    const std::string prefix = "h." + std::to_string(layer) + ".";
    for (const BlockRow& row : block)
      slots.push_back({prefix + row.name, row.storage, row.outputs, row.inputs, row.bias});
  }
  slots.push_back({"ln_f.weight", Storage::plain, channels, 0});
  slots.push_back({"ln_f.bias", Storage::plain, channels, 0, true});
  if (!tied) slots.push_back({"lm_head.weight", Storage::rows, config.n_vocab, channels});
  return slots;
}

std::vector<int64_t> packed_shape(const Slot& slot, WeightType type) {
  const auto blocks = static_cast<int64_t>(panels(slot.outputs));
  if (type == WeightType::f32) return {blocks, slot.inputs, kPanel};
  return {blocks, (static_cast<int64_t>(slot.inputs) + 1) / 2, kPanel, 2};
}

}  // namespace

std::vector<int64_t> Slot::shape() const {
  if (storage == Storage::conv1d) return {inputs, outputs};
  if (inputs == 0) return {outputs};
  return {outputs, inputs};
}

// 64 bits wherever this runs: the sizes of a hostile configuration must not wrap round.
uint64_t Slot::value_bytes(WeightType type) const {
  const uint64_t rows =
      matrix() ? static_cast<uint64_t>(panels(outputs)) * kPanel : static_cast<uint64_t>(outputs);
  const auto columns = static_cast<uint64_t>(inputs == 0 ? 1 : inputs);
  if (matrix() && type == WeightType::q8) return rows * ((columns + 1) / 2 * 2);
  return rows * columns * sizeof(float);
}

uint64_t Slot::scale_bytes(WeightType type) const {
  if (!matrix() || type != WeightType::q8) return 0;
  return static_cast<uint64_t>(panels(outputs)) * groups(inputs) * kPanel * sizeof(float);
}

int Layout::find(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? -1 : found->second;
}

std::string_view format_name(WeightType type) {
  return type == WeightType::q8 ? "vitrine-q8" : "vitrine-f32";
}

Layout make_layout(const Config& given, WeightType type, bool tied) {
  Config config = given;
  config.tie_word_embeddings = tied;
  Layout layout;
  layout.type = type;
  layout.tied = tied;
  layout.slots = make_slots(config, tied);

  std::vector<TensorEntry> entries;
  for (const Slot& slot : layout.slots) {
    const bool q8 = slot.matrix() && type == WeightType::q8;
    entries.push_back({slot.name, q8 ? DType::i8 : DType::f32,
                       slot.matrix() ? packed_shape(slot, type) : slot.shape(), 0, 0});
    if (q8)
      entries.push_back(
          {slot.name + ".scale",
           DType::f32,
           {static_cast<int64_t>(panels(slot.outputs)), static_cast<int64_t>(groups(slot.inputs)), kPanel},
           0,
           0});
  }
  layout.header = build_safetensors_header(
      entries,
      {{"config", config_json(config)}, {"format", std::string(format_name(type))}, {"version", kVersion}});

  uint64_t at = layout.header.size();
  for (size_t i = 0; i < layout.slots.size(); ++i) {
    Slot& slot = layout.slots[i];
    slot.begin = at;
    slot.scale_begin = at + slot.value_bytes(type);
    at = slot.scale_begin + slot.scale_bytes(type);
    layout.index_.emplace(slot.name, static_cast<int>(i));
  }
  layout.bytes = at;
  return layout;
}

}  // namespace vitrine
