#include "loading/writer.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/buffer.h"
#include "io/safetensors.h"

namespace vitrine {
namespace {

// The values of a slot in the order in which Hugging Face stores them.
void stored_values(const Slot& slot, const Model& model, float* values) {
  const std::byte* image = model.image().data();
  if (!slot.matrix()) {
    std::memcpy(values, image + slot.begin, static_cast<size_t>(slot.value_bytes(model.weight_type())));
    return;
  }
  const PackedMatrix matrix = packed_matrix(slot, model.weight_type(), image);
  const auto outputs = static_cast<size_t>(slot.outputs), inputs = static_cast<size_t>(slot.inputs);
  if (slot.storage == Storage::rows) {
    for (size_t n = 0; n < outputs; ++n)
      unpack_row(matrix, static_cast<int>(n), {values + n * inputs, inputs});
    return;
  }
  std::vector<float> row(inputs);
  for (size_t n = 0; n < outputs; ++n) {
    unpack_row(matrix, static_cast<int>(n), row);
    for (size_t k = 0; k < inputs; ++k) values[k * outputs + n] = row[k];
  }
}

// Floats to halves, in place at the front of their own memory.
Status narrow_to_f16(const Slot& slot, float* values, size_t count) {
  auto* bytes = reinterpret_cast<std::byte*>(values);
  for (size_t i = 0; i < count; ++i) {
    float value;
    std::memcpy(&value, bytes + i * sizeof value, sizeof value);
    const uint16_t half = float_to_half(value);
    if ((half & 0x7fffu) == 0x7c00u) {
      return Error{ErrorCode::f16_range,
                   "tensor " + slot.name + " holds " + std::to_string(value) +
                       ", which F16 cannot (its largest is 65504); write --dtype f32",
                   {{"name", slot.name}}};
    }
    std::memcpy(bytes + i * sizeof half, &half, sizeof half);
  }
  return success();
}

Status write_hugging_face(const Model& model, DType dtype, PendingFile& file) {
  std::vector<TensorEntry> entries;
  size_t largest = 0;
  for (const Slot& slot : model.layout().slots) {
    entries.push_back({slot.name, dtype, slot.shape(), 0, 0});
    largest = std::max(
        largest, static_cast<size_t>(slot.outputs) * static_cast<size_t>(slot.inputs == 0 ? 1 : slot.inputs));
  }
  const std::string header =
      build_safetensors_header(entries, {{"config", config_json(model.config())}, {"format", "pt"}});
  VITRINE_TRY(file.write(header.data(), header.size()));
  Buffer<float> values;
  if (!values.reserve(largest))
    return Error{ErrorCode::memory_model,
                 "no memory to write the model: " + std::to_string(largest * sizeof(float)) + " bytes wanted",
                 {{"bytes", largest * sizeof(float)}}};
  for (size_t i = 0; i < entries.size(); ++i) {
    const Slot& slot = model.layout().slots[i];
    stored_values(slot, model, values.data());
    const auto bytes = static_cast<size_t>(entries[i].end - entries[i].begin);
    if (dtype == DType::f16) VITRINE_TRY(narrow_to_f16(slot, values.data(), bytes / dtype_size(dtype)));
    VITRINE_TRY(file.write(values.data(), bytes));
  }
  return success();
}

}  // namespace

Result<PendingFile> pend_model(const Model& model, FileType type, const std::string& path) {
  if (type == FileType::q8 && model.weight_type() != WeightType::q8)
    return Error{ErrorCode::request, "a q8 file is written from a model loaded as q8"};
  Result<PendingFile> file = PendingFile::create(path);
  if (!file) return file;
  if (type == FileType::q8) {
    VITRINE_TRY(file->write(model.image().data(), model.image().size()));
  } else {
    VITRINE_TRY(write_hugging_face(model, type == FileType::f16 ? DType::f16 : DType::f32, *file));
  }
  VITRINE_TRY(file->close());
  return file;
}

Status write_model(const Model& model, FileType type, const std::string& path) {
  Result<PendingFile> file = pend_model(model, type, path);
  return file ? file->put_in_place() : Status(file.error());
}

}  // namespace vitrine
