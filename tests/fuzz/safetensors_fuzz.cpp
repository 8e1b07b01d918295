// libFuzzer: a hostile safetensors header, and what a header that was accepted promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "io/safetensors.h"

using namespace vitrine;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const Result<SafetensorsHeader>& header, bool size_known, size_t file_size) {
  if (!header) {
    require(!header.error().message.empty() && header.error().message.find('\n') == std::string::npos);
    return;
  }
  uint64_t end = 0;
  for (const TensorEntry& entry : header->tensors) {
    require(entry.begin == end && entry.end >= entry.begin);
    end = entry.end;
    uint64_t bytes = dtype_size(entry.dtype);
    for (const int64_t dimension : entry.shape) bytes *= static_cast<uint64_t>(dimension);
    require(dtype_size(entry.dtype) == 0 || bytes == entry.end - entry.begin);
    require(header->find(entry.name) == &entry);
  }
  require(end == header->data_size);
  if (size_known) require(header->data_begin + end == file_size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  check(parse_safetensors_header(bytes, size), true, size);
  check(parse_safetensors_header(bytes, std::nullopt), false, 0);

  // The input as the JSON alone, under a length that fits.
  std::vector<std::byte> framed(kLengthBytes);
  for (size_t i = 0; i < kLengthBytes; ++i)
    framed[i] = static_cast<std::byte>(static_cast<uint64_t>(size) >> (8 * i));
  framed.insert(framed.end(), bytes.begin(), bytes.end());
  check(parse_safetensors_header(framed, std::nullopt), false, 0);
  return 0;
}
