// The C interface: helper threads, each an instance of this module on the same memory, in a thread of its own; and the
// kernel that a runtime brings.
#include "api/c_api.h"
#include "api/shared_pool.h"

int32_t vt_threads_help(void) {
  vitrine::capi::shared_pool().run_helper();
  return 0;
}

int32_t vt_threads_size(void) { return vitrine::capi::shared_pool().size(); }

void vt_threads_stop(void) { vitrine::capi::shared_pool().stop(); }

void vt_byte_kernel(uint32_t kernel, uint32_t bias) {
  // A function's place in the table is what WebAssembly calls its address.
  vitrine::capi::byte_products() = {reinterpret_cast<vitrine::Int8Kernel>(static_cast<uintptr_t>(kernel)),
                                    static_cast<uint8_t>(bias)};
}
