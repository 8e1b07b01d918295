#include "loading/writer.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "base/buffer.h"
#include "io/safetensors.h"

namespace vitrine {
namespace {

// A file under a temporary name, removed unless it is put in place.
class PendingFile {
 public:
  explicit PendingFile(const std::string& path)
      : path_(path), temporary_(path + ".part"), file_(std::fopen(temporary_.c_str(), "wb"), std::fclose) {}
  PendingFile(const PendingFile&) = delete;
  ~PendingFile() {
    if (!file_) return;
    file_.reset();
    std::remove(temporary_.c_str());
  }

  bool opened() const { return file_ != nullptr; }
  bool write(const void* bytes, size_t count) { return std::fwrite(bytes, 1, count, file_.get()) == count; }
  Error failure() const {
    return Error{ErrorCode::file_access,
                 temporary_ + ": cannot be written: " + std::strerror(errno),
                 {{"name", temporary_}}};
  }

  Status put_in_place() {
    if (std::fclose(file_.release()) != 0) {
      const Error error = failure();
      std::remove(temporary_.c_str());
      return error;
    }
#ifdef _WIN32
    std::remove(path_.c_str());  // rename does not replace there
#endif
    if (std::rename(temporary_.c_str(), path_.c_str()) == 0) return success();
    const Error error{ErrorCode::file_access,
                      path_ + ": cannot be put in place: " + std::strerror(errno),
                      {{"name", path_}}};
    std::remove(temporary_.c_str());
    return error;
  }

 private:
  std::string path_, temporary_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

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
  if (!file.write(header.data(), header.size())) return file.failure();
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
    if (!file.write(values.data(), bytes)) return file.failure();
  }
  return success();
}

}  // namespace

Status write_model(const Model& model, FileType type, const std::string& path) {
  if (type == FileType::q8 && model.weight_type() != WeightType::q8)
    return Error{ErrorCode::request, "a q8 file is written from a model loaded as q8"};
  PendingFile file(path);
  if (!file.opened()) return file.failure();
  if (type == FileType::q8) {
    if (!file.write(model.image().data(), model.image().size())) return file.failure();
  } else {
    VITRINE_TRY(write_hugging_face(model, type == FileType::f16 ? DType::f16 : DType::f32, file));
  }
  return file.put_in_place();
}

}  // namespace vitrine
