// One block of zeroed, 64-byte aligned memory that may be refused: a cache line for the products.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>

namespace vitrine {

class AlignedMemory {
 public:
  // Pages that are never written cost nothing where the system hands out zeroed pages lazily.
  static AlignedMemory allocate(uint64_t bytes) {
    AlignedMemory memory;
    if (bytes == 0 || bytes > std::numeric_limits<size_t>::max() - kAlignment) return memory;
    memory.memory_.reset(std::calloc(static_cast<size_t>(bytes) + kAlignment, 1));
    if (!memory.memory_) return memory;
    const auto address = reinterpret_cast<uintptr_t>(memory.memory_.get());
    memory.data_ =
        static_cast<std::byte*>(memory.memory_.get()) + (kAlignment - address % kAlignment) % kAlignment;
    memory.size_ = static_cast<size_t>(bytes);
    return memory;
  }

  explicit operator bool() const { return data_ != nullptr; }
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  static constexpr size_t kAlignment = 64;
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  std::unique_ptr<void, Free> memory_;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace vitrine
