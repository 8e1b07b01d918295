#include "io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "base/quote.h"

namespace vitrine {
namespace {

using Json = nlohmann::json;

constexpr size_t kAlignment = 64;     // of the data section in files we write
constexpr size_t kMaxDimensions = 8;  // GPT-2 has two, packed matrices four

Error damaged(const std::string& what) {
  return Error{ErrorCode::header_damaged, "safetensors header: " + what};
}

// Reads the header event by event, so that a hostile one costs memory in proportion to its tensors alone.
// Depth 1 is the object of tensors, 2 a tensor or __metadata__, 3 a tensor's shape or data_offsets.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  SafetensorsHeader header;
  std::string problem;

  bool null() override { return stray("null"); }
  bool boolean(bool) override { return stray("a boolean"); }
  bool number_integer(number_integer_t value) override { return stray(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return stray(text.substr(0, 40)); }
  bool binary(binary_t&) override { return stray("bytes"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (!in_list_) return stray(std::to_string(value));
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return stray(std::to_string(value));
    auto& list = field_ == Field::shape ? entry_.shape : offsets_;
    const size_t most = field_ == Field::shape ? kMaxDimensions : 2;
    if (list.size() == most) return refuse(place() + " has more than " + std::to_string(most) + " numbers");
    list.push_back(static_cast<int64_t>(value));
    return true;
  }

  bool string(string_t& value) override {
    if (depth_ == 2 && in_metadata_) {
      if (!header.metadata.emplace(metadata_key_, value).second)
        return refuse("__metadata__ has two entries " + in_quotes(metadata_key_));
      return true;
    }
    if (depth_ != 2 || field_ != Field::dtype) return stray(in_quotes(value));
    entry_.dtype = parse_dtype(value);
    return true;
  }

  bool start_object(size_t) override {
    if (depth_ >= 2) return stray("an object");
    ++depth_;
    seen_ = 0;
    return true;
  }

  bool key(string_t& value) override {
    if (depth_ == 1) return tensor_key(value);
    if (in_metadata_) {
      metadata_key_ = value;
      return true;
    }
    field_ = value == "dtype"          ? Field::dtype
             : value == "shape"        ? Field::shape
             : value == "data_offsets" ? Field::offsets
                                       : Field::none;
    if (field_ == Field::none)
      return refuse("tensor " + in_quotes(entry_.name) + " has a field " + in_quotes(value) +
                    ", wanted dtype, shape and data_offsets");
    if (seen_ & bit(field_)) return refuse(place() + " is given twice");
    seen_ |= bit(field_);
    return true;
  }

  bool end_object() override {
    --depth_;
    if (depth_ != 1) return true;
    if (in_metadata_) {
      in_metadata_ = false;
      return true;
    }
    return end_tensor();
  }

  bool start_array(size_t) override {
    const bool wanted =
        depth_ == 2 && !in_list_ && !in_metadata_ && (field_ == Field::shape || field_ == Field::offsets);
    if (!wanted) return stray("a list");
    in_list_ = true;
    return true;
  }

  bool end_array() override {
    in_list_ = false;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return refuse("is not JSON from byte " + std::to_string(position) +
                  " on; the file is damaged or no safetensors file");
  }

 private:
  enum class Field : unsigned { none, dtype, shape, offsets };
  static unsigned bit(Field field) { return 1u << static_cast<unsigned>(field); }

  int depth_ = 0;
  bool in_list_ = false, in_metadata_ = false, metadata_seen_ = false;
  unsigned seen_ = 0;
  Field field_ = Field::none;
  TensorEntry entry_{};
  std::vector<int64_t> offsets_;
  std::string metadata_key_;
  std::unordered_set<std::string> names_;

  bool refuse(std::string what) {
    problem = std::move(what);
    return false;
  }

  std::string place() const {
    if (depth_ == 0) return "it";
    if (in_metadata_) return "__metadata__ entry " + in_quotes(metadata_key_);
    if (depth_ == 1) return "tensor " + in_quotes(entry_.name);
    const char* field = field_ == Field::dtype ? "dtype" : field_ == Field::shape ? "shape" : "data_offsets";
    return std::string(field) + " of tensor " + in_quotes(entry_.name);
  }

  bool stray(const std::string& got) {
    const char* wanted = depth_ == 0                   ? "an object of tensors"
                         : in_metadata_ && depth_ == 1 ? "an object of strings"
                         : in_metadata_                ? "a string"
                         : depth_ == 1                 ? "an object with dtype, shape and data_offsets"
                         : in_list_                    ? "whole numbers from 0 to 2^63 - 1"
                         : field_ == Field::dtype      ? "a name such as \"F32\""
                                                       : "a list of whole numbers";
    return refuse(place() + " is or holds " + got + ", wanted " + wanted);
  }

  bool tensor_key(const std::string& name) {
    entry_ = TensorEntry{};
    entry_.name = name;
    offsets_.clear();
    field_ = Field::none;
    in_metadata_ = name == "__metadata__";
    if (in_metadata_) {
      metadata_key_.clear();
      if (metadata_seen_) return refuse("__metadata__ is given twice");
      metadata_seen_ = true;
      return true;
    }
    if (!names_.insert(name).second) return refuse("tensor " + in_quotes(name) + " is given twice");
    return true;
  }

  bool end_tensor() {
    const std::string name = "tensor " + in_quotes(entry_.name);
    for (const auto& [field, label] :
         {std::pair{Field::dtype, "dtype"}, {Field::shape, "shape"}, {Field::offsets, "data_offsets"}}) {
      if (!(seen_ & bit(field))) return refuse(name + " has no " + label);
    }
    if (offsets_.size() != 2 || offsets_[0] > offsets_[1])
      return refuse(name + ": data_offsets must be a begin and an end that is not before it");
    entry_.begin = static_cast<uint64_t>(offsets_[0]);
    entry_.end = static_cast<uint64_t>(offsets_[1]);
    header.tensors.push_back(std::move(entry_));
    entry_ = TensorEntry{};
    return true;
  }
};

// The shape's bytes must be the range's bytes. Tensors of a dtype not known here are only ever passed over.
Status check_size(const TensorEntry& entry) {
  const uint64_t size = dtype_size(entry.dtype);
  if (size == 0) return success();
  uint64_t bytes = size;
  for (const int64_t dimension : entry.shape) {
    const auto factor = static_cast<uint64_t>(dimension);
    if (factor != 0 && bytes > std::numeric_limits<uint64_t>::max() / factor) {
      return damaged("the shape " + shape_text(entry.shape) + " of tensor " + in_quotes(entry.name) +
                     " overflows 64 bits");
    }
    bytes *= factor;
  }
  if (bytes != entry.end - entry.begin) {
    return damaged("tensor " + in_quotes(entry.name) + " " + std::string(dtype_name(entry.dtype)) + " " +
                   shape_text(entry.shape) + " takes " + std::to_string(bytes) +
                   " bytes, its data_offsets span " + std::to_string(entry.end - entry.begin));
  }
  return success();
}

// Tensors must lie end to end from 0 on.
Status check_order(SafetensorsHeader& header) {
  auto& tensors = header.tensors;
  std::stable_sort(tensors.begin(), tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  uint64_t end = 0;
  for (const TensorEntry& entry : tensors) {
    if (entry.begin != end) {
      return damaged(
          "tensor " + in_quotes(entry.name) + " begins at byte " + std::to_string(entry.begin) +
          " of the data, " +
          (entry.begin < end ? "inside the tensor before it, which ends at " : "leaving a gap after ") +
          std::to_string(end));
    }
    end = entry.end;
  }
  header.data_size = end;
  return success();
}

}  // namespace

std::string shape_text(std::span<const int64_t> shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i) out += ", ";
    out += std::to_string(shape[i]);
  }
  return out += "]";
}

const TensorEntry* SafetensorsHeader::find(std::string_view name) const {
  for (const TensorEntry& entry : tensors) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

Result<uint64_t> safetensors_header_size(std::span<const std::byte> first_bytes) {
  if (first_bytes.size() < kLengthBytes) {
    return Error{ErrorCode::file_truncated,
                 "safetensors: has " + std::to_string(first_bytes.size()) +
                     " bytes, wanted at least the 8 of its header's length",
                 {{"wanted", kLengthBytes}}};
  }
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i)
    length |= static_cast<uint64_t>(first_bytes[i]) << (8 * i);  // little-endian
  if (length < 2 || length > kMaxHeaderBytes) {
    return Error{ErrorCode::not_safetensors,
                 "safetensors: the header's length reads " + std::to_string(length) + " bytes, wanted 2 to " +
                     std::to_string(kMaxHeaderBytes) + "; is this a safetensors file?"};
  }
  return kLengthBytes + length;
}

Result<SafetensorsHeader> parse_safetensors_header(std::span<const std::byte> bytes,
                                                   std::optional<uint64_t> file_size) {
  const Result<uint64_t> size = safetensors_header_size(bytes);
  if (!size) return size.error();
  if (file_size && *size > *file_size) {
    return Error{ErrorCode::file_truncated,
                 "safetensors: the header wants " + std::to_string(*size) + " bytes, the file has " +
                     std::to_string(*file_size) + "; it is truncated",
                 {{"wanted", *size}}};
  }
  if (*size > bytes.size()) {
    return Error{ErrorCode::file_truncated,
                 "safetensors: the header wants " + std::to_string(*size) + " bytes, only " +
                     std::to_string(bytes.size()) + " are there; the file is truncated",
                 {{"wanted", *size}}};
  }
  const char* text = reinterpret_cast<const char*>(bytes.data()) + kLengthBytes;
  if (*text != '{')
    return damaged("begins with byte " + std::to_string(static_cast<unsigned char>(*text)) +
                   ", wanted '{'; is this a safetensors file?");

  HeaderReader reader;
  if (!Json::sax_parse(text, text + (*size - kLengthBytes), &reader)) return damaged(reader.problem);
  SafetensorsHeader header = std::move(reader.header);
  header.data_begin = *size;
  for (const TensorEntry& entry : header.tensors) VITRINE_TRY(check_size(entry));
  VITRINE_TRY(check_order(header));
  if (file_size && header.data_size != *file_size - *size) {
    const uint64_t wanted = *size + header.data_size;
    return Error{wanted > *file_size ? ErrorCode::file_truncated : ErrorCode::file_trailing,
                 "safetensors: the file has " + std::to_string(*file_size) + " bytes, its header describes " +
                     std::to_string(wanted) +
                     (wanted > *file_size ? "; it is truncated, fetch it again"
                                          : "; something was appended to it, fetch it again"),
                 {{"wanted", wanted}}};
  }
  return header;
}

std::string build_safetensors_header(std::span<TensorEntry> tensors,
                                     const std::map<std::string, std::string>& metadata) {
  const auto json_string = [](const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  std::string json = "{";
  if (!metadata.empty()) {
    json += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) {
      if (json.back() != '{') json += ",";
      json += json_string(key) + ":" + json_string(value);
    }
    json += "}";
  }
  uint64_t end = 0;
  for (TensorEntry& entry : tensors) {
    entry.begin = end;
    uint64_t count = 1;
    for (const int64_t dimension : entry.shape) count *= static_cast<uint64_t>(dimension);
    end = entry.begin + dtype_size(entry.dtype) * count;
    entry.end = end;
    if (json.size() > 1) json += ",";
    json +=
        json_string(entry.name) + ":{\"dtype\":\"" + std::string(dtype_name(entry.dtype)) + "\",\"shape\":[";
    for (size_t i = 0; i < entry.shape.size(); ++i) {
      if (i) json += ",";
      json += std::to_string(entry.shape[i]);
    }
    json += "],\"data_offsets\":[" + std::to_string(entry.begin) + "," + std::to_string(entry.end) + "]}";
  }
  json += "}";
  json.append((kAlignment - (kLengthBytes + json.size()) % kAlignment) % kAlignment, ' ');

  std::string out(kLengthBytes, '\0');
  for (size_t i = 0; i < kLengthBytes; ++i)
    out[i] = static_cast<char>(static_cast<uint64_t>(json.size()) >> (8 * i) & 0xff);
  return out + json;
}

}  // namespace vitrine
