// The C interface: helper threads. Each is an instance of this module on the same memory, in a thread of its own.
#include "c_api.h"
#include "crew.h"

int32_t vt_crew_help(void) {
  vitrine::capi::crew().help();
  return 0;
}

int32_t vt_crew_size(void) { return vitrine::capi::crew().size(); }

void vt_crew_stop(void) { vitrine::capi::crew().stop(); }
