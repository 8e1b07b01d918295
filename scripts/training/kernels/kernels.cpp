// The C interface of the training kernels; gpt2/kernels.py compiles this file and calls it.
//
// Pointers to parameters, moments and gradients are flat F32 vectors of `count` numbers (model.h: Offsets). A
// loss is the mean cross entropy in nats over the targets that count.
#include <sys/syscall.h>
#include <unistd.h>

#include "step.h"

namespace {

using training::Model;

// Linux gives a process the tiles' registers when it asks for them.
bool may_use_tiles() {
#if defined(BUILD_AMX) && !defined(EMULATED_TILES)
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return true;
#endif
}

// `from`: wte, wpe, twelve of each block in BlockOffsets' order, ln_f's weight and bias, vectors, count.
training::Offsets read_offsets(const int64_t* from, int layers) {
  training::Offsets offsets;
  offsets.wte = *from++;
  offsets.wpe = *from++;
  offsets.blocks.resize(layers);
  for (training::BlockOffsets& block : offsets.blocks) {
    std::memcpy(&block, from, sizeof(block));
    from += sizeof(block) / sizeof(*from);
  }
  offsets.ln_f_weight = *from++;
  offsets.ln_f_bias = *from++;
  offsets.vectors = *from++;
  offsets.count = *from++;
  return offsets;
}

}  // namespace

extern "C" {

const char* training_build() { return training::build_name(); }

// Null where the processor's tiles are refused or memory is short.
Model* training_new(const training::Sizes* sizes, const int64_t* offsets) {
  if (!may_use_tiles()) return nullptr;
  try {
    return new Model(*sizes, read_offsets(offsets, sizes->layers));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void training_free(Model* model) { delete model; }

double training_loss(Model* model, const float* parameters, const training::Batch* batch,
                     const training::Candidates* candidates) {
  return training::run_batch(*model, parameters, *batch, *candidates, false).mean;
}

// `gradient` gets the gradient of the mean loss.
double training_gradient(Model* model, const float* parameters, const training::Batch* batch,
                         const training::Candidates* candidates, float* gradient) {
  const training::Loss loss = training::run_batch(*model, parameters, *batch, *candidates, true);
  training::sum_gradients(*model, 1 / (loss.counted * training::kGradientScale));
  float* sum = model->threads[0].gradient;
  const size_t bytes = model->offsets.count * sizeof(float);
  std::memcpy(gradient, sum, bytes);
  std::memset(sum, 0, bytes);
  return loss.mean;
}

double training_step(Model* model, float* parameters, float* mean, float* square,
                     const training::Batch* batch, const training::Candidates* candidates,
                     const training::StepRates* rates, double* norm) {
  return training::take_step(*model, parameters, mean, square, *batch, *candidates, *rates, norm);
}

// x [rows, columns], rows <= columns, becomes nearly orthogonal.
void training_orthogonalise(Model* model, float* x, int rows, int columns) {
  training::orthogonalise(model->threads[0].muon, x, rows, columns);
}

// Seconds of thread 0 since the last call, by part.
void training_seconds(Model* model, double* seconds) {
  std::memcpy(seconds, model->seconds, sizeof(model->seconds));
  std::memset(model->seconds, 0, sizeof(model->seconds));
}
}
