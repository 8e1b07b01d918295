// The C interface: helper threads, each an instance of this module on the same memory, in a thread of its own; and the
// kernel that a runtime brings.
#include "api/c_api.h"
#include "api/crew.h"

int32_t vt_crew_help(void) {
  vitrine::capi::crew().help();
  return 0;
}

int32_t vt_crew_size(void) { return vitrine::capi::crew().size(); }

void vt_crew_stop(void) { vitrine::capi::crew().stop(); }

void vt_byte_kernel(uint32_t kernel, uint32_t bias) {
  // A function's place in the table is what WebAssembly calls its address.
  vitrine::capi::byte_products() = {reinterpret_cast<vitrine::Int8Kernel>(static_cast<uintptr_t>(kernel)),
                                    static_cast<uint8_t>(bias)};
}
