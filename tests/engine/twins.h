// A seeded model twice: as the engine holds it, and as the float64 reference reads it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkpoint.h"
#include "loading/loader.h"
#include "reference.h"
#include "samples.h"
#include "session/session.h"

namespace vitrine::test {

// How far an F32 tensor of the engine may be from float64's, as a share of its root mean square.
inline constexpr double kParityTolerance = 1e-4;

struct Twins {
  std::shared_ptr<const Model> model;
  ReferenceConfig reference;
  ReferenceTensors tensors;
};

Twins make_twins(const Config& config, const CheckpointOptions& options, LoadAs load_as = LoadAs::f32);

// `count` token ids below the vocabulary.
std::vector<int32_t> some_tokens(const Config& config, int count, uint64_t seed = 7);

// Largest |engine - reference| over a tensor, as a share of the reference's root mean square. Infinite where one of
// them is infinite and the other is not.
double relative_error(const std::vector<float>& engine, const std::vector<double>& reference);

// The tensor of that name, or a failed test.
TensorData tensor_named(Session& session, const std::string& name, TensorSlice slice = {});

// Every value of every tensor of a run, in the order of the table, then the logits of the last position.
std::vector<float> all_values(Session& session);

// Every name of the table for a model with that many layers, in the order of the pass.
std::vector<std::string> tensor_names(int layers);

}  // namespace vitrine::test
