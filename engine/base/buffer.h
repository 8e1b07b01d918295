// Memory that may fail to come: engine buffers are asked for without exceptions, and grown geometrically.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace vitrine {

template <class T>
class Buffer {
 public:
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return size_; }

  // Makes room for at least `count` elements and keeps the first `kept` of them. False, with the buffer as
  // it was, when there is no memory.
  [[nodiscard]] bool reserve(size_t count, size_t kept = 0) {
    if (count <= size_) return true;
    std::unique_ptr<T[]> larger(new (std::nothrow) T[count]);
    if (!larger) return false;
    if (kept > 0) std::memcpy(larger.get(), data_.get(), kept * sizeof(T));
    data_ = std::move(larger);
    size_ = count;
    return true;
  }

 private:
  std::unique_ptr<T[]> data_;
  size_t size_ = 0;
};

}  // namespace vitrine
