#include "allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define VITRINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VITRINE_SANITIZED 1
#endif
#endif

namespace vitrine::test {
namespace {

std::atomic<bool> counting{false};
std::atomic<long> calls{0};
std::atomic<size_t> bytes{0};

}  // namespace

#if defined(VITRINE_SANITIZED)

const bool kAllocationsCounted = false;

#else

const bool kAllocationsCounted = true;

void* take(size_t count) noexcept {
  if (counting.load(std::memory_order_relaxed)) {
    calls.fetch_add(1, std::memory_order_relaxed);
    bytes.fetch_add(count, std::memory_order_relaxed);
  }
  return std::malloc(count > 0 ? count : 1);
}

void* take_or_throw(size_t count) {
  if (void* memory = take(count)) return memory;
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
  throw std::bad_alloc();
#else
  std::abort();
#endif
}

#endif

void begin_count() {
  calls.store(0);
  bytes.store(0);
  counting.store(true);
}

Allocations end_count() {
  counting.store(false);
  return {calls.load(), bytes.load()};
}

}  // namespace vitrine::test

#if !defined(VITRINE_SANITIZED)
void* operator new(size_t count) { return vitrine::test::take_or_throw(count); }
void* operator new[](size_t count) { return vitrine::test::take_or_throw(count); }
void* operator new(size_t count, const std::nothrow_t&) noexcept { return vitrine::test::take(count); }
void* operator new[](size_t count, const std::nothrow_t&) noexcept { return vitrine::test::take(count); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
#endif
