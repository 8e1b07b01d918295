#include "cli/trace_file.h"

#include <string>
#include <vector>

#include "cli/model_files.h"
#include "io/pending_file.h"
#include "io/safetensors.h"
#include "session/trace.h"

namespace vitrine::cli {
namespace {

// Outside the layers, then layer by layer, so that each block is recomputed once.
std::vector<TensorAddress> all_addresses(const Config& config) {
  std::vector<TensorAddress> addresses;
  for (const TensorRow& row : tensor_table()) {
    if (!row.per_layer) addresses.push_back({row.id, 0});
  }
  for (int layer = 0; layer < config.n_layer; ++layer) {
    for (const TensorRow& row : tensor_table()) {
      if (row.per_layer) addresses.push_back({row.id, layer});
    }
  }
  return addresses;
}

// The shape of a tensor of `tokens` tokens; `tensor()` will give the same.
std::vector<int64_t> whole_shape(TensorId id, const Config& config, int tokens) {
  const TensorRow& row = tensor_table()[static_cast<size_t>(id)];
  std::vector<int64_t> shape;
  for (int i = 0; i < row.rank; ++i) shape.push_back(axis_extent(row.axes[i], config, tokens));
  return shape;
}

Status write_tensors(Session& session, const std::vector<TensorAddress>& addresses, PendingFile& file) {
  const Config& config = session.model().config();
  const int tokens = static_cast<int>(session.tokens().size());
  std::vector<TensorEntry> entries;
  for (const TensorAddress& address : addresses) {
    entries.push_back({tensor_name(address), DType::f32, whole_shape(address.id, config, tokens), 0, 0});
  }
  std::string ids;
  for (int32_t id : session.tokens()) {
    if (!ids.empty()) ids += ',';
    ids += std::to_string(id);
  }
  const std::string header =
      build_safetensors_header(entries, {{"format", "vitrine-trace"}, {"tokens", ids}});
  VITRINE_TRY(file.write(header.data(), header.size()));
  for (const TensorAddress& address : addresses) {
    const Result<TensorData> tensor = session.tensor(address);
    if (!tensor) return tensor.error();
    VITRINE_TRY(file.write(tensor->data.data(), tensor->data.size() * sizeof(float)));
  }
  return success();
}

}  // namespace

Status write_trace(Session& session, const std::string& path, const std::string& model) {
  if (is_input(path, model))
    return Error{ErrorCode::request,
                 path + ": belongs to the model that is read; write the trace somewhere else"};
  Result<PendingFile> file = PendingFile::create(path);
  if (!file) return file.error().within("the trace: ");
  const Status written = write_tensors(session, all_addresses(session.model().config()), *file);
  const Status placed = written ? file->put_in_place() : written;
  return placed ? placed : Status(placed.error().within("the trace: "));
}

}  // namespace vitrine::cli
