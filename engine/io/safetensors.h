// Reader and writer of the safetensors container: 8 bytes of header length, a JSON header, the tensors.
// https://github.com/huggingface/safetensors (format section). Every field of a file is untrusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "io/dtype.h"

namespace vitrine {

struct TensorEntry {
  std::string name;
  DType dtype;
  std::vector<int64_t> shape;
  uint64_t begin, end;  // byte range relative to the start of the data section
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
  uint64_t data_begin;  // offset of the data section in the file
  uint64_t data_size;   // bytes of the data section the tensors cover

  const TensorEntry* find(std::string_view name) const;
};

std::string shape_text(std::span<const int64_t> shape);  // "[768, 2304]", for messages

inline constexpr size_t kLengthBytes = 8;
inline constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the reference implementation

// How many bytes the whole header takes (8 + its length), from the first 8 bytes of a file.
Result<uint64_t> safetensors_header_size(std::span<const std::byte> first_bytes);

// Parses the header; `bytes` holds at least all of it. Refuses overlapping, gapped, misordered or
// out-of-range tensors, shapes whose product overflows or does not fit the byte range, duplicate
// names, and, when `file_size` is known, a file that is shorter or longer than its header says.
Result<SafetensorsHeader> parse_safetensors_header(std::span<const std::byte> bytes,
                                                   std::optional<uint64_t> file_size);

// The bytes up to the data section for tensors stored in the order given (begin/end are computed and
// filled in). Padded with spaces so that the data section starts at a multiple of 64 bytes.
std::string build_safetensors_header(std::span<TensorEntry> tensors,
                                     const std::map<std::string, std::string>& metadata);

}  // namespace vitrine
