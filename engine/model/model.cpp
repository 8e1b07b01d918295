#include "model/model.h"

#include <algorithm>
#include <cstring>

#include "base/buffer.h"
#include "base/quote.h"

namespace vitrine {
namespace {

// Largest answer of weight_slice; a page asks for a few rows.
constexpr uint64_t kMaxSliceValues = uint64_t{1} << 28;

const float* plain_values(const Slot& slot, const std::byte* image) {
  return reinterpret_cast<const float*>(image + slot.begin);
}

}  // namespace

PackedMatrix packed_matrix(const Slot& slot, WeightType type, const std::byte* image) {
  PackedMatrix matrix;
  matrix.outputs = slot.outputs;
  matrix.inputs = slot.inputs;
  matrix.type = type;
  if (type == WeightType::f32) {
    matrix.f32 = reinterpret_cast<const float*>(image + slot.begin);
  } else {
    matrix.q8 = reinterpret_cast<const int8_t*>(image + slot.begin);
    matrix.scales = reinterpret_cast<const float*>(image + slot.scale_begin);
  }
  return matrix;
}

const char* tying_name(Tying tying) {
  return tying == Tying::as_head ? "as_head" : tying == Tying::differs ? "differs" : "plain";
}

Model::Model(const Config& config, Layout layout, AlignedMemory image, Origin origin)
    : config_(config), layout_(std::move(layout)), image_(std::move(image)), origin_(std::move(origin)) {
  config_.tie_word_embeddings = layout_.tied;
  // Slots come in the order of the layout, which is that of the structures.
  const Slot* slot = layout_.slots.data();
  const auto vector = [&] { return plain_values(*slot++, image_.data()); };
  const auto matrix = [&] { return packed_matrix(*slot++, layout_.type, image_.data()); };
  const auto norm = [&] {
    LayerNorm norm;
    norm.gain = vector();
    norm.bias = vector();
    return norm;
  };
  const auto linear = [&] {
    Linear linear;
    linear.rounding = Rounding::coarse;
    linear.weight = matrix();
    linear.bias = vector();
    return linear;
  };
  weights_.wte = matrix();
  weights_.wpe = vector();
  weights_.blocks.resize(static_cast<size_t>(config_.n_layer));
  for (BlockWeights& block : weights_.blocks) {
    block.ln1 = norm();
    block.qkv = linear();
    block.attn_out = linear();
    block.ln2 = norm();
    block.mlp_in = linear();
    block.mlp_out = linear();
  }
  weights_.ln_final = norm();
  weights_.tied = layout_.tied;
  weights_.unembed = layout_.tied ? weights_.wte : matrix();
}

size_t Model::parameters() const {
  size_t count = 0;
  for (const Slot& slot : layout_.slots)
    count += static_cast<size_t>(slot.outputs) * static_cast<size_t>(slot.inputs == 0 ? 1 : slot.inputs);
  return count;
}

Result<WeightSlice> weight_slice(const Model& model, std::string_view name, int begin, int end) {
  const Layout& layout = model.layout();
  if (name == "lm_head.weight" && layout.tied) name = "wte.weight";
  const int index = layout.find(name);
  if (index < 0)
    return Error{ErrorCode::no_weight,
                 "no weight is named " + in_quotes(name) +
                     "; wte.weight, wpe.weight, h.0.attn.c_attn.weight, ln_f.bias are names",
                 {{"name", std::string(name)}}};
  const Slot& slot = layout.slots[static_cast<size_t>(index)];
  if (begin < 0 || end < begin || end > slot.outputs) {
    return Error{ErrorCode::range,
                 "outputs " + std::to_string(begin) + " to " + std::to_string(end) + " of " + slot.name +
                     ", wanted a range within 0 to " + std::to_string(slot.outputs),
                 {{"begin", begin}, {"end", end}, {"size", slot.outputs}}};
  }
  const auto rows = static_cast<size_t>(end - begin),
             columns = static_cast<size_t>(slot.inputs == 0 ? 1 : slot.inputs);
  if (static_cast<uint64_t>(rows) * columns > kMaxSliceValues) {
    return Error{ErrorCode::slice_large,
                 "outputs " + std::to_string(begin) + " to " + std::to_string(end) + " of " + slot.name +
                     " are " + std::to_string(static_cast<uint64_t>(rows) * columns) + " values, at most " +
                     std::to_string(kMaxSliceValues) + " at once",
                 {{"most", kMaxSliceValues}}};
  }
  WeightSlice slice;
  slice.shape = {end - begin};
  if (slot.inputs > 0) slice.shape.push_back(slot.inputs);
  slice.data.resize(rows * columns);
  if (slot.matrix()) {
    const PackedMatrix matrix = packed_matrix(slot, layout.type, model.image().data());
    for (size_t row = 0; row < rows; ++row) {
      unpack_row(matrix, begin + static_cast<int>(row),
                 std::span(slice.data).subspan(row * columns, columns));
    }
  } else if (rows > 0) {
    std::memcpy(slice.data.data(),
                plain_values(slot, model.image().data()) + static_cast<size_t>(begin) * columns,
                rows * columns * sizeof(float));
  }
  return slice;
}

Result<std::shared_ptr<const Model>> repack(const Model& model, WeightType type) {
  const Layout& from = model.layout();
  Layout to = make_layout(model.config(), type, from.tied);
  AlignedMemory image = AlignedMemory::allocate(to.bytes);
  Buffer<float> row;
  if (!image || !row.reserve(static_cast<size_t>(std::max(model.config().n_embd, model.config().n_inner)))) {
    return Error{ErrorCode::memory_model,
                 "no memory for the model: " + std::to_string(to.bytes) + " bytes wanted",
                 {{"bytes", to.bytes}}};
  }
  std::memcpy(image.data(), to.header.data(), to.header.size());
  for (size_t i = 0; i < to.slots.size(); ++i) {
    const Slot& slot = to.slots[i];
    if (!slot.matrix()) {
      std::memcpy(image.data() + slot.begin, model.image().data() + from.slots[i].begin,
                  static_cast<size_t>(slot.value_bytes(type)));
      continue;
    }
    const PackedMatrix matrix = packed_matrix(from.slots[i], from.type, model.image().data());
    const std::span<float> values(row.data(), static_cast<size_t>(slot.inputs));
    for (int output = 0; output < slot.outputs; ++output) {
      unpack_row(matrix, output, values);
      if (type == WeightType::f32) {
        pack_f32_row(values, output, reinterpret_cast<float*>(image.data() + slot.begin));
      } else {
        pack_q8_row(values, output, reinterpret_cast<int8_t*>(image.data() + slot.begin),
                    reinterpret_cast<float*>(image.data() + slot.scale_begin));
      }
    }
  }
  return std::shared_ptr<const Model>(
      std::make_shared<Model>(model.config(), std::move(to), std::move(image),
                              Model::Origin{model.stored(), model.ignored(), model.tying()}));
}

}  // namespace vitrine
