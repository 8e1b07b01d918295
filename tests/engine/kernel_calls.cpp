#include "kernel_calls.h"

#include <algorithm>
#include <span>

#include "kernels/attention.h"
#include "kernels/linear.h"
#include "kernels/ops.h"
#include "kernels/rounded_attention.h"

#include "kernel_calls.inc"
