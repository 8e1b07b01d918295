#include "loading/loader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/quote.h"
#include "io/foreign_format.h"
#include "io/safetensors.h"
#include "loading/checkpoint_check.h"
#include "loading/conversion.h"

namespace vitrine {
namespace {

constexpr size_t kScratchBytes = 64 * 1024;  // where the bytes of ignored tensors go
constexpr size_t kMaxIgnored = 1000;         // names kept

Error no_memory(uint64_t bytes) {
  return Error{ErrorCode::memory_model,
               "no memory for the model: " + std::to_string(bytes) +
                   " bytes wanted; close other programs or take a smaller or int8 model",
               {{"bytes", bytes}}};
}

}  // namespace

struct Loader::Impl {
  enum class Stage { length, header, data, complete };

  std::string config_text, generation_text;
  LoadAs load_as;
  std::optional<Config> config;
  std::optional<Error> failed;

  // The file being read.
  Stage stage = Stage::length;
  bool begun = false;  // a byte of it has arrived or begin_file was called for it
  std::optional<uint64_t> file_size;
  Buffer<std::byte> head;                    // the header's length, then the header
  size_t filled = 0, wanted = kLengthBytes;  // bytes of `head`; of the block when the file is one of ours
  SafetensorsHeader header;
  size_t entry = 0;   // the tensor whose bytes arrive
  uint64_t skip = 0;  // bytes left of a tensor that is passed over
  Buffer<std::byte> scratch;

  // The model being built.
  bool own = false;  // from a file of ours
  std::optional<Layout> layout;
  AlignedMemory image;
  std::vector<char> seen;  // per slot
  Model::Origin origin;
  Conversion conversion;
  bool converting = false;
  // lm_head.weight, unless the configuration says that the layout has a place for it.
  std::optional<Slot> head_slot;
  AlignedMemory head_image;

  Status begin_file(std::optional<uint64_t> size);
  Result<std::span<std::byte>> reserve(size_t want);
  Status commit(size_t count);
  Result<std::shared_ptr<const Model>> finish();

  Status length_read();
  Status header_read();
  Status begin_own(WeightType type);
  Status begin_foreign();
  Status next_entry();
  Status begin_tensor(const TensorEntry& tensor, std::string_view name);
  Status begin_head(const TensorEntry& tensor);
  Status check_complete() const;
  Status join_head();
};

Status Loader::Impl::begin_file(std::optional<uint64_t> size) {
  if (begun) {
    VITRINE_TRY(check_complete());
    if (own)
      return Error{ErrorCode::model_mixed, "a model in Vitrine's own format is one file, got a second"};
  }
  stage = Stage::length;
  begun = true;
  file_size = size;
  filled = 0;
  wanted = kLengthBytes;
  entry = 0;
  if (!head.reserve(kLengthBytes)) return no_memory(kLengthBytes);
  if (size && *size < kLengthBytes) {
    return Error{ErrorCode::file_truncated,
                 "safetensors: the file has " + std::to_string(*size) +
                     " bytes, wanted at least the 8 of its header's length" +
                     (*size == 0 ? "; it is empty" : "; it is truncated"),
                 {{"wanted", 8}}};
  }
  return success();
}

Result<std::span<std::byte>> Loader::Impl::reserve(size_t want) {
  if (!begun) VITRINE_TRY(begin_file(std::nullopt));
  std::span<std::byte> room;
  if (stage == Stage::length || stage == Stage::header) {
    room = {head.data() + filled, wanted - filled};
  } else if (stage == Stage::complete) {
    return Error{ErrorCode::file_trailing,
                 "safetensors: bytes follow the " + std::to_string(header.data_begin + header.data_size) +
                     " which the header describes; fetch the file again",
                 {{"wanted", header.data_begin + header.data_size}}};
  } else if (own) {
    room = {image.data() + filled, wanted - filled};
  } else if (converting) {
    room = conversion.room();
  } else {
    if (!scratch.reserve(kScratchBytes)) return no_memory(kScratchBytes);
    room = {scratch.data(), static_cast<size_t>(std::min<uint64_t>(skip, kScratchBytes))};
  }
  return room.first(std::min(std::max<size_t>(want, 1), room.size()));
}

Status Loader::Impl::commit(size_t count) {
  if (count == 0) return success();
  Result<std::span<std::byte>> room = reserve(count);
  if (!room) return room.error();
  if (room->size() < count)
    return Error{ErrorCode::request, std::to_string(count) + " bytes committed, only " +
                                         std::to_string(room->size()) + " were reserved"};
  if (stage == Stage::length || stage == Stage::header || own) {
    filled += count;
    if (filled < wanted) return success();
    if (stage == Stage::length) return length_read();
    if (stage == Stage::header) return header_read();
    stage = Stage::complete;
    return success();
  }
  if (!converting) {
    skip -= count;
    return skip == 0 ? next_entry() : success();
  }
  VITRINE_TRY(conversion.commit(count));
  return conversion.done() ? next_entry() : success();
}

Status Loader::Impl::length_read() {
  const Result<uint64_t> size = safetensors_header_size({head.data(), filled});
  if (!size) {
    const std::optional<ForeignFormat> other = foreign_by_bytes({head.data(), filled});
    if (!other) return size.error();
    return Error{ErrorCode::other_format,
                 "safetensors: the file is " + std::string(other->name) + ", " + std::string(other->remedy),
                 {{"format", std::string(other->name)}}};
  }
  if (file_size && *size > *file_size) {
    return Error{ErrorCode::file_truncated,
                 "safetensors: the header wants " + std::to_string(*size) + " bytes, the file has " +
                     std::to_string(*file_size) + "; it is truncated",
                 {{"wanted", *size}}};
  }
  if (!head.reserve(static_cast<size_t>(*size), filled)) return no_memory(*size);
  wanted = static_cast<size_t>(*size);
  stage = Stage::header;
  return success();
}

Status Loader::Impl::header_read() {
  Result<SafetensorsHeader> parsed = parse_safetensors_header({head.data(), wanted}, file_size);
  if (!parsed) return parsed.error();
  header = std::move(parsed).value();
  Result<Config> agreed = agreed_config(config_text, header);
  if (!agreed) return agreed.error();
  config = *agreed;
  if (!generation_text.empty()) VITRINE_TRY(apply_generation_config(generation_text, *config));
  stage = Stage::data;
  const std::optional<WeightType> type = own_format(header);
  if (own || (type && layout))
    return Error{ErrorCode::model_mixed, "the files of one model mix Vitrine's own format with another"};
  return type ? begin_own(*type) : begin_foreign();
}

Status Loader::Impl::begin_own(WeightType type) {
  // The file's own word, since config.json may say more: which tokens end a text is no part of its form.
  Config stored = *config;
  if (const auto text = header.metadata.find("config"); text != header.metadata.end()) {
    const Result<Config> parsed = parse_config(text->second);
    if (!parsed) return parsed.error();
    stored = *parsed;
  }
  layout = make_layout(stored, type, config->tie_word_embeddings.value_or(true));
  const std::string& expected = layout->header;
  if (wanted != expected.size() || std::memcmp(head.data(), expected.data(), wanted) != 0) {
    return Error{ErrorCode::model_outdated,
                 "the header says " + std::string(format_name(type)) +
                     " but is not the one this version writes for its configuration; "
                     "make the file again with vitrine quantize"};
  }
  image = AlignedMemory::allocate(layout->bytes);
  if (!image) return no_memory(layout->bytes);
  std::memcpy(image.data(), head.data(), wanted);
  own = true;
  origin.stored = type == WeightType::q8 ? "Q8" : "F32";
  filled = wanted;
  wanted = image.size();
  return success();
}

Status Loader::Impl::begin_foreign() {
  if (!layout) {
    const WeightType type = load_as == LoadAs::q8 ? WeightType::q8 : WeightType::f32;
    layout = make_layout(*config, type, config->tie_word_embeddings.value_or(true));
    seen.assign(layout->slots.size(), 0);
  }
  // Everything that can be wrong with the header is told before memory is taken.
  size_t known = 0;
  for (const TensorEntry& tensor : header.tensors) {
    const std::string_view name = without_prefix(tensor.name);
    const int slot = layout->find(name);
    if (slot < 0) continue;
    ++known;
    VITRINE_TRY(check_tensor(tensor, layout->slots[static_cast<size_t>(slot)]));
    if (seen[static_cast<size_t>(slot)]++)
      return Error{ErrorCode::tensor_twice,
                   "tensor " + in_quotes(name) + " is given twice, in this file or in two files of the model",
                   {{"name", std::string(name)}}};
  }
  if (known == 0) {
    return Error{ErrorCode::no_tensors,
                 "the file holds no tensor of a GPT-2 such as wte.weight or h.0.ln_1.weight" +
                     (header.tensors.empty() ? std::string("; it holds none at all")
                                             : "; its first is " + in_quotes(header.tensors.front().name))};
  }
  if (!image) {
    image = AlignedMemory::allocate(layout->bytes);
    if (!image) return no_memory(layout->bytes);
    std::memcpy(image.data(), layout->header.data(), layout->header.size());
  }
  return next_entry();
}

// Finds the next tensor that has bytes, from `entry` on.
Status Loader::Impl::next_entry() {
  converting = false;
  for (; entry < header.tensors.size(); ++entry) {
    const TensorEntry& tensor = header.tensors[entry];
    const std::string_view name = without_prefix(tensor.name);
    VITRINE_TRY(begin_tensor(tensor, name));
    if (converting || skip > 0) {
      ++entry;
      return success();
    }
  }
  stage = Stage::complete;
  return success();
}

Status Loader::Impl::begin_tensor(const TensorEntry& tensor, std::string_view name) {
  const int slot = layout->find(name);
  if (slot >= 0) {
    converting = true;
    if (layout->slots[static_cast<size_t>(slot)].matrix()) origin.stored = dtype_name(tensor.dtype);
    return conversion.begin(layout->slots[static_cast<size_t>(slot)], layout->type, tensor.dtype,
                            image.data());
  }
  // Whether it is another table than wte.weight, or that one under this name, is known at the end.
  if (name == kHeadName && config->tie_word_embeddings.value_or(true)) return begin_head(tensor);
  skip = tensor.end - tensor.begin;
  if (origin.ignored.size() < kMaxIgnored) origin.ignored.push_back(tensor.name);
  return success();
}

Status Loader::Impl::begin_head(const TensorEntry& tensor) {
  if (head_slot)
    return Error{
        ErrorCode::tensor_twice,
        "tensor " + in_quotes(kHeadName) + " is given twice, in this file or in two files of the model",
        {{"name", std::string(kHeadName)}}};
  head_slot = layout->slots.front();
  head_slot->name = kHeadName;
  VITRINE_TRY(check_tensor(tensor, *head_slot));
  const uint64_t bytes = head_slot->value_bytes(layout->type) + head_slot->scale_bytes(layout->type);
  head_slot->begin = 0;
  head_slot->scale_begin = head_slot->value_bytes(layout->type);
  head_image = AlignedMemory::allocate(bytes);
  if (!head_image) return no_memory(bytes);
  converting = true;
  return conversion.begin(*head_slot, layout->type, tensor.dtype, head_image.data());
}

Status Loader::Impl::check_complete() const {
  if (stage == Stage::complete) return success();
  if (stage == Stage::length || stage == Stage::header) {
    return Error{ErrorCode::file_truncated,
                 "safetensors: the file ends after " + std::to_string(filled) +
                     " bytes, inside its header; it is truncated, fetch it again",
                 {{"wanted", wanted}}};
  }
  const std::string at = own ? "" : ", in tensor " + in_quotes(header.tensors[entry - 1].name);
  return Error{ErrorCode::file_truncated,
               "safetensors: the file ends before the " +
                   std::to_string(header.data_begin + header.data_size) + " bytes its header describes" + at +
                   "; it is truncated, fetch it again",
               {{"wanted", header.data_begin + header.data_size}}};
}

// The file has an unembedding that the layout has no place for: where there is no wte.weight it is that table; what
// both hold decides otherwise, as in transformers 5.
Status Loader::Impl::join_head() {
  const Slot& wte = layout->slots.front();
  const size_t bytes = head_image.size();
  if (std::memcmp(image.data() + wte.begin, head_image.data(), bytes) == 0) {
    head_image = AlignedMemory();
    return success();
  }
  if (config->tie_word_embeddings) origin.tying = Tying::differs;
  Layout larger = make_layout(*config, layout->type, false);
  AlignedMemory joined = AlignedMemory::allocate(larger.bytes);
  if (!joined) return no_memory(larger.bytes);
  const size_t before = larger.header.size(),
               shared = static_cast<size_t>(layout->bytes) - layout->header.size();
  std::memcpy(joined.data(), larger.header.data(), before);
  std::memcpy(joined.data() + before, image.data() + layout->header.size(), shared);
  std::memcpy(joined.data() + larger.slots.back().begin, head_image.data(), bytes);
  layout = std::move(larger);
  image = std::move(joined);
  head_image = AlignedMemory();
  return success();
}

Result<std::shared_ptr<const Model>> Loader::Impl::finish() {
  if (!begun) return Error{ErrorCode::model_empty, "no bytes of a model were given"};
  VITRINE_TRY(check_complete());
  if (own) {
    VITRINE_TRY(check_values(*layout, image.data()));
  } else {
    if (head_slot && !seen.front()) {
      std::memcpy(image.data() + layout->slots.front().begin, head_image.data(), head_image.size());
      seen.front() = 1;
      origin.tying = Tying::as_head;
    }
    VITRINE_TRY(check_missing(*layout, seen));
    if (head_slot) VITRINE_TRY(join_head());
  }
  const auto model =
      std::make_shared<const Model>(*config, std::move(*layout), std::move(image), std::move(origin));
  const bool other =
      load_as != LoadAs::as_stored && (load_as == LoadAs::q8) != (model->weight_type() == WeightType::q8);
  if (!other) return model;
  return repack(*model, load_as == LoadAs::q8 ? WeightType::q8 : WeightType::f32);
}

Loader::Loader(std::string_view config_json, LoadAs load_as, std::string_view generation_json)
    : impl_(std::make_unique<Impl>()) {
  impl_->config_text = config_json;
  impl_->generation_text = generation_json;
  impl_->load_as = load_as;
}
Loader::~Loader() = default;
Loader::Loader(Loader&&) noexcept = default;

Status Loader::begin_file(std::optional<uint64_t> file_size) {
  if (impl_->failed) return *impl_->failed;
  Status status = impl_->begin_file(file_size);
  if (!status) impl_->failed = status.error();
  return status;
}

Result<std::span<std::byte>> Loader::reserve(size_t want) {
  if (impl_->failed) return *impl_->failed;
  Result<std::span<std::byte>> room = impl_->reserve(want);
  if (!room) impl_->failed = room.error();
  return room;
}

Status Loader::commit(size_t count) {
  if (impl_->failed) return *impl_->failed;
  Status status = impl_->commit(count);
  if (!status) impl_->failed = status.error();
  return status;
}

Status Loader::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    Result<std::span<std::byte>> room = reserve(bytes.size());
    if (!room) return room.error();
    std::memcpy(room->data(), bytes.data(), room->size());
    VITRINE_TRY(commit(room->size()));
    bytes = bytes.subspan(room->size());
  }
  return success();
}

Result<std::shared_ptr<const Model>> Loader::finish() {
  if (impl_->failed) return *impl_->failed;
  Result<std::shared_ptr<const Model>> model = impl_->finish();
  impl_->failed = model ? Error{ErrorCode::request, "the loader has finished; make another for another model"}
                        : model.error();
  return model;
}

}  // namespace vitrine
