// How often the program asks the heap for memory. Only this program's own `new` is counted, which is all that the engine
// uses: Eigen's matrices are maps of buffers there.
#pragma once

#include <cstddef>

namespace vitrine::test {

// Under the address sanitizer memory stays the sanitizer's, and nothing is counted.
extern const bool kAllocationsCounted;

struct Allocations {
  long calls = 0;
  size_t bytes = 0;
};

// What `body` asked for, on whatever threads.
void begin_count();
Allocations end_count();

template <class Body>
Allocations allocations_of(Body&& body) {
  begin_count();
  body();
  return end_count();
}

}  // namespace vitrine::test
