// The C interface natively, so that the sanitizers watch what a wrong caller can reach. What the answers mean is tested
// on the WebAssembly build.
#include "api/c_api.h"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint.h"

using namespace vitrine;

namespace {

std::string error_text() {
  vt_error();
  return {static_cast<const char*>(vt_result()->data), vt_result()->bytes};
}

// A call failed and left one line that says something.
bool refused(int32_t status) {
  if (status != -1) return false;
  const std::string text = error_text();
  return text.size() > 10 && text.find('\n') == std::string::npos;
}

const Config& tiny() {
  static const Config config = test::shape(2, 2, 8, 16, 30);
  return config;
}

const std::vector<std::byte>& tiny_file() {
  static const std::vector<std::byte> file =
      test::safetensors_file(test::checkpoint_tensors(tiny()), DType::f32);
  return file;
}

// The model of `bytes`, in pieces of at most `piece`; 0 and the error when it is refused.
vt_handle load(std::span<const std::byte> bytes, uint32_t piece = 1000) {
  const std::string config = config_json(tiny());
  const vt_handle loader = vt_loader_new(config.data(), config.size(), nullptr, 0, 0);
  REQUIRE(loader > 0);
  for (size_t at = 0; at < bytes.size();) {
    if (vt_loader_reserve(loader, piece) != 0) break;
    const size_t room = std::min<size_t>(vt_result()->bytes, bytes.size() - at);
    std::memcpy(const_cast<void*>(vt_result()->data), bytes.data() + at, room);
    if (vt_loader_commit(loader, static_cast<uint32_t>(room)) != 0) break;
    at += room;
  }
  return vt_loader_finish(loader);
}

struct Ready {
  vt_handle model = load(tiny_file());
  vt_handle session = vt_session_new(model);
  std::vector<int32_t> ids{3, 1, 4, 1, 5};

  Ready() {
    REQUIRE(vt_session_start(session, ids.data(), 5, nullptr, 0) == 0);
    while (vt_session_advance(session) == 1) {}
  }
  ~Ready() {
    vt_session_free(session);
    vt_model_free(model);
  }
};

int32_t tensor(vt_handle session, std::string_view name, int32_t head = -1, int32_t begin = 0,
               int32_t end = -1) {
  return vt_session_tensor(session, name.data(), name.size(), head, begin, end);
}

}  // namespace

TEST_CASE("a model goes in and its tensors come out") {
  Ready ready;
  REQUIRE(tensor(ready.session, "logits") == 0);
  CHECK(vt_result()->kind == 1);
  CHECK(vt_result()->rank == 2);
  CHECK(vt_result()->shape[0] == 5);
  CHECK(vt_result()->shape[1] == 30);
  CHECK(vt_result()->bytes == 5 * 30 * sizeof(float));
  CHECK(vt_session_surprise(ready.session, 0, 5) == 0);
  CHECK(vt_session_rank(ready.session, -1) == 0);
  CHECK(vt_session_distribute(ready.session, 1, 0, 0.9) == 0);
  CHECK(vt_session_candidates(ready.session, 0, 30) == 0);
  CHECK(vt_session_draw(ready.session, 9007199254740992.0, 0) == 0);
}

TEST_CASE("a session outlives the handle of its model") {
  Ready ready;
  vt_model_free(ready.model);
  CHECK(tensor(ready.session, "blocks.1.hook_resid_post") == 0);
  CHECK(vt_session_new(ready.model) == 0);
}

TEST_CASE("handles that are unknown, freed twice or of another kind are refused") {
  Ready ready;
  const vt_handle gone = vt_session_new(ready.model);
  vt_session_free(gone);
  vt_session_free(gone);
  for (vt_handle handle :
       {0, -1, gone, ready.model, std::numeric_limits<int32_t>::max(), std::numeric_limits<int32_t>::min()}) {
    CAPTURE(handle);
    CHECK(refused(tensor(handle, "logits")));
    CHECK(refused(vt_session_advance(handle)));
    CHECK(refused(vt_session_start(handle, ready.ids.data(), 5, nullptr, 0)));
    CHECK(refused(vt_session_thumbnails(handle, 4)));
    CHECK(refused(vt_session_rank(handle, 0)));
    CHECK(refused(vt_session_draw(handle, 0, 0)));
    CHECK(refused(vt_loader_commit(handle, 1)));
    CHECK(refused(vt_tokenizer_info(handle)));
    vt_session_free(handle);
    vt_loader_free(handle);
    vt_tokenizer_free(handle);
  }
}

TEST_CASE("null and misaligned pointers are refused, and no length is believed without one") {
  Ready ready;
  CHECK(refused(vt_session_start(ready.session, nullptr, 5, nullptr, 0)));
  CHECK(refused(vt_session_start(ready.session, ready.ids.data(), -1, nullptr, 0)));
  CHECK(refused(vt_session_start(ready.session, ready.ids.data(), 5, nullptr, 100)));
  CHECK(refused(vt_session_tensor(ready.session, nullptr, 6, -1, 0, -1)));
  CHECK(refused(vt_session_unembed(ready.session, nullptr, 8, 1)));
  CHECK(refused(vt_model_nearest(ready.model, nullptr, 8, 3)));
  CHECK(refused(vt_model_weight(ready.model, nullptr, 10, 0, 1)));
  const auto* odd = reinterpret_cast<const float*>(reinterpret_cast<const char*>(ready.ids.data()) + 1);
  CHECK(refused(vt_session_unembed(ready.session, odd, 8, 1)));
  CHECK(vt_loader_new(nullptr, 3, nullptr, 0, 0) == 0);
  CHECK(vt_tokenizer_new(nullptr, 3, nullptr, 0, nullptr, 0) == 0);
  CHECK(vt_tokenizer_new(nullptr, 0, nullptr, 0, nullptr, 0) == 0);
  const int32_t sizes[] = {2, 9};
  CHECK(vt_tokenizer_new("vocab.json\nmerges.txt\n", 22, sizes, 2, "{}", 2) == 0);
  CHECK(vt_tokenizer_new("vocab.json", 10, sizes, 1, "{}", 2) == 0);
}

TEST_CASE("numbers at the ends of their range are refused") {
  Ready ready;
  constexpr int32_t kMost = std::numeric_limits<int32_t>::max(), kLeast = std::numeric_limits<int32_t>::min();
  REQUIRE(vt_session_rank(ready.session, -1) == 0);
  REQUIRE(vt_session_distribute(ready.session, 1, 0, 1) == 0);
  for (int32_t wrong : {kMost, kLeast, -2}) {
    CAPTURE(wrong);
    CHECK(refused(tensor(ready.session, "blocks.0.attn.hook_pattern", wrong)));
    CHECK(refused(tensor(ready.session, "hook_embed", -1, wrong, 2)));
    CHECK(refused(tensor(ready.session, "hook_embed", -1, 0, wrong)));
    CHECK(refused(vt_session_surprise(ready.session, wrong, 2)));
    CHECK(refused(vt_session_surprise(ready.session, 0, wrong)));
    CHECK(refused(vt_session_rank(ready.session, wrong)));
    CHECK(refused(vt_session_candidates(ready.session, 0, wrong)));
    CHECK(refused(vt_session_candidates(ready.session, wrong, 1)));
    CHECK(refused(vt_session_rank_of(ready.session, wrong)));
    CHECK(refused(vt_model_weight(ready.model, "wte.weight", 10, wrong, 1)));
    CHECK(refused(vt_model_weight(ready.model, "wte.weight", 10, 0, wrong)));
  }
  for (double wrong : {-1.0, 0.5, 1e300, std::numeric_limits<double>::quiet_NaN(),
                       std::numeric_limits<double>::infinity()}) {
    CAPTURE(wrong);
    CHECK(refused(vt_session_draw(ready.session, wrong, 0)));
    CHECK(refused(vt_session_draw(ready.session, 0, wrong)));
  }
  CHECK(tensor(ready.session, "logits") == 0);
}

TEST_CASE("a file cut off anywhere is refused") {
  const std::vector<std::byte>& file = tiny_file();
  for (size_t size = 0; size < file.size(); size += 97) {
    CAPTURE(size);
    CHECK(load(std::span(file).first(size)) == 0);
  }
  const vt_handle model = load(file, 1);
  CHECK(model > 0);
  vt_model_free(model);
}

TEST_CASE("every byte of the header may be wrong, and nothing is read that is not there") {
  const std::vector<std::byte>& file = tiny_file();
  for (size_t at = 0; at < 400; ++at) {
    for (int value : {0, 0x22, 0x39, 0xff}) {
      std::vector<std::byte> broken = file;
      broken[at] = static_cast<std::byte>(value);
      const vt_handle model = load(broken, 4096);
      if (model == 0) {
        CHECK(error_text().size() > 10);
        continue;
      }
      vt_model_free(model);
    }
  }
}
