#include "kernel_calls.h"

#include <algorithm>
#include <span>

#include "attention.h"
#include "linear.h"
#include "ops.h"
#include "rounded_attention.h"

#include "kernel_calls.inc"
