// Where the time of a pass goes, operation by operation.
#pragma once

#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/int8_band/int8_band.h"
#include "model/model.h"

namespace vitrine::bench {

double now_ms();                             // of a steady clock
double median(std::vector<double> samples);  // 0 of none

struct OpTime {
  std::string_view name;
  bool product;       // a matrix product
  double ms;          // for all layers of a pass over `tokens` tokens; the unembedding is of one position
  double operations;  // multiplications and additions of a product
};

// Runs each kind of operation by itself over all layers, on seeded numbers. Empty when there is no memory.
std::vector<OpTime> profile(const Model& model, int tokens, int repeats, ThreadPool* pool,
                            ByteProducts products = {});

}  // namespace vitrine::bench
