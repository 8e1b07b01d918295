// placeholder until measured below
#include "commands.h"
namespace vitrine::cli {
int command_bench(Args) { return usage("bench: not built yet"); }
}
