// `vitrine bench`: milliseconds of a prompt and of one more token, beside what the machine can do at most.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/resource.h>
#endif

#include "bench/calibration.h"
#include "bench/profile.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/helpers.h"
#include "kernels/simd.h"
#include "loading/loader.h"
#include "sampling/sampler.h"
#include "session/session.h"

namespace vitrine::cli {
namespace {

using bench::median;
using bench::now_ms;
using bench::OpTime;

constexpr Option kOptions[] = {
    {"--tokens", true}, {"--context", true}, {"--threads", true}, {"--repeats", true}, {"--json"}};
constexpr int kMaxRepeats = 1000;

struct Calibration {
  double dot_gops, f32_gflops, read_gbs;
};

struct Measured {
  std::map<int, double> prefill_ms, decode_ms;  // by tokens of the prompt, by context
  double load_ms, block_ms, peak_mb;
  Calibration calibration;
  std::vector<OpTime> ops;
};

// The most memory this process has held; 0 where the system does not tell.
double peak_mb() {
#if defined(__APPLE__)
  constexpr double kUnit = 1.0;
#else
  constexpr double kUnit = 1024.0;
#endif
#if defined(__unix__) || defined(__APPLE__)
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) return static_cast<double>(usage.ru_maxrss) * kUnit / (1 << 20);
#endif
  (void)kUnit;
  return 0;
}

// Work per millisecond, the best of a few tries: a ceiling is not lowered by what else the machine does.
template <class Work>
double best_rate(Work work) {
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    const double begin = now_ms(), done = work();
    best = std::max(best, done / (now_ms() - begin));
  }
  return best;
}

// Of all threads that the engine is measured with; null: of one.
Calibration calibrate(ThreadPool* pool) {
  constexpr int64_t kIterations = 2'000'000;
  constexpr size_t kFloats = size_t{32} << 20;  // 128 MB, beyond every cache
  constexpr int kChunksPerThread = 8;  // as with the products, a helper that is put aside costs little
  const std::vector<float> memory(kFloats, 1.0f);
  ThreadPool alone;
  ThreadPool& threads = pool ? *pool : alone;
  const int count = kChunksPerThread * threads.size();
  const auto on_all = [&](auto work) {
    return [&threads, count, work] {
      std::atomic<double> done{0.0};
      threads.each(count, [&](int chunk) {
        const double work_done = work(chunk);
        for (double seen = done.load(); !done.compare_exchange_weak(seen, seen + work_done);) {}
      });
      return done.load();
    };
  };
  const size_t share = kFloats / static_cast<size_t>(count);
  constexpr double kGiga = 1e6;  // 1e9 a second, of a rate a millisecond
  Calibration result{};
  result.dot_gops =
      best_rate(on_all([](int) { return calibrate_dot(kIterations / kChunksPerThread); })) / kGiga;
  result.f32_gflops =
      best_rate(on_all([](int) { return calibrate_f32(kIterations / kChunksPerThread); })) / kGiga;
  result.read_gbs =
      best_rate(on_all([&](int chunk) {
        return calibrate_read(std::span(memory).subspan(share * static_cast<size_t>(chunk), share));
      })) /
      kGiga;
  return result;
}

std::vector<int32_t> random_tokens(int count, int vocabulary, uint64_t stream) {
  std::vector<int32_t> tokens;
  for (int i = 0; i < count; ++i) {
    tokens.push_back(static_cast<int32_t>(uniform(stream, static_cast<uint64_t>(i)) * vocabulary));
  }
  return tokens;
}

// Median time of a whole prompt: two prompts in turn that share no prefix, so that nothing is reused.
Result<double> time_prefill(Session& session, int tokens, int repeats) {
  const int vocabulary = session.model().config().n_vocab;
  std::vector<int32_t> prompts[] = {random_tokens(tokens, vocabulary, 1),
                                    random_tokens(tokens, vocabulary, 2)};
  prompts[0][0] = 0;
  prompts[1][0] = vocabulary - 1;
  std::vector<double> samples;
  for (int i = 0; i <= repeats; ++i) {
    const double begin = now_ms();
    const Result<RunSummary> ran = session.run(prompts[i % 2]);
    if (!ran) return ran.error();
    if (i > 0) samples.push_back(now_ms() - begin);
  }
  return median(samples);
}

// Median time of one token after `context` of them.
Result<double> time_decode(Session& session, int context, int repeats) {
  const std::vector<int32_t> tokens = random_tokens(context + 1, session.model().config().n_vocab, 3);
  const std::span<const int32_t> all(tokens);
  std::vector<double> samples;
  for (int i = 0; i <= repeats; ++i) {
    const Result<RunSummary> before = session.run(all.first(static_cast<size_t>(context)));
    if (!before) return before.error();
    // Only what is kept counts: the last token is dropped again by the shorter run above.
    const double begin = now_ms();
    const Result<RunSummary> ran = session.run(all);
    if (!ran) return ran.error();
    if (i > 0) samples.push_back(now_ms() - begin);
  }
  return median(samples);
}

// One block of the last run recomputed for display: an evicted one each time.
Result<double> time_block(Session& session, int tokens, int repeats) {
  std::vector<double> samples;
  for (int i = 0; i < repeats; ++i) {
    std::vector<int32_t> prompt =
        random_tokens(tokens, session.model().config().n_vocab, static_cast<uint64_t>(10 + i));
    const Result<RunSummary> ran = session.run(prompt);
    if (!ran) return ran.error();
    const double begin = now_ms();
    const Result<TensorData> tensor =
        session.tensor({TensorId::mlp_out, session.model().config().n_layer / 2});
    if (!tensor) return tensor.error();
    samples.push_back(now_ms() - begin);
  }
  return median(samples);
}

const char* dtype_of(const Model& model) { return model.weight_type() == WeightType::q8 ? "q8" : "f32"; }

std::string json_map(const std::map<int, double>& values) {
  std::string json = "{";
  char item[48];
  for (const auto& [key, value] : values) {
    std::snprintf(item, sizeof item, "%s\"%d\":%.4f", json.size() > 1 ? "," : "", key, value);
    json += item;
  }
  return json + "}";
}

void print_json(const Model& model, int threads, const Measured& m) {
  std::printf(
      "{\"runtime\":\"native\",\"simd\":\"%s\",\"threads\":%d,\"dtype\":\"%s\",\"prefill_ms\":%s,\"decode_"
      "ms\":%s,",
      kSimdName, threads, dtype_of(model), json_map(m.prefill_ms).c_str(), json_map(m.decode_ms).c_str());
  std::printf("\"block_ms\":%.4f,\"load_ms\":%.2f,\"peak_mb\":%.1f,", m.block_ms, m.load_ms, m.peak_mb);
  std::printf("\"calibration\":{\"dot_gops\":%.2f,\"f32_gflops\":%.2f,\"read_gbs\":%.2f},\"profile_ms\":{",
              m.calibration.dot_gops, m.calibration.f32_gflops, m.calibration.read_gbs);
  for (size_t i = 0; i < m.ops.size(); ++i) {
    std::printf("%s\"%.*s\":%.4f", i ? "," : "", static_cast<int>(m.ops[i].name.size()), m.ops[i].name.data(),
                m.ops[i].ms);
  }
  std::printf("}}\n");
}

// Weights of all blocks' matrices, and of the unembedding.
double block_weights(const Config& config) {
  return config.n_layer * (4.0 * config.n_embd * config.n_embd + 2.0 * config.n_embd * config.n_inner);
}
double unembedding_weights(const Config& config) {
  return static_cast<double>(config.n_vocab) * config.n_embd;
}

// Bytes of weights that one token reads: all matrices once.
double bytes_per_token(const Model& model) {
  const double per_weight = model.weight_type() == WeightType::q8 ? 1.0 + 4.0 / kGroup : 4.0;
  return per_weight * (block_weights(model.config()) + unembedding_weights(model.config()));
}

// Multiplications and additions of the products for a prompt, logits of its last position.
double operations_of(const Model& model, int tokens) {
  return 2 * (tokens * block_weights(model.config()) + unembedding_weights(model.config()));
}

void print_lines(const Model& model, int threads, int profiled, const Measured& m) {
  const bool q8 = model.weight_type() == WeightType::q8;
  const double ceiling = q8 ? m.calibration.dot_gops : m.calibration.f32_gflops;
  std::printf(
      "machine: int16 dot+add %.1f GOP/s, F32 multiply+add %.1f GFLOP/s, read %.1f GB/s, with these threads "
      "(%s)\n",
      m.calibration.dot_gops, m.calibration.f32_gflops, m.calibration.read_gbs, kSimdName);
  std::printf("model: %s, %.1f M parameters, loaded in %.0f ms; peak memory %.0f MB; %d thread%s\n",
              dtype_of(model), static_cast<double>(model.parameters()) / 1e6, m.load_ms, m.peak_mb, threads,
              threads == 1 ? "" : "s");
  for (const auto& [tokens, ms] : m.prefill_ms) {
    const double gops = operations_of(model, tokens) / ms / 1e6;
    std::printf("prompt of %d tokens: %.2f ms, %.1f GOP/s of products, %.0f %% of the ceiling\n", tokens, ms,
                gops, 100 * gops / ceiling);
  }
  for (const auto& [context, ms] : m.decode_ms) {
    const double gbs = bytes_per_token(model) / ms / 1e6;
    std::printf("one token at context %d: %.2f ms, weights at %.1f GB/s, %.0f %% of read\n", context, ms, gbs,
                100 * gbs / m.calibration.read_gbs);
  }
  std::printf("one block recomputed, %d tokens: %.2f ms\n", profiled, m.block_ms);
  double products = 0, operations = 0, all = 0;
  for (const OpTime& op : m.ops) {
    all += op.ms;
    products += op.product ? op.ms : 0;
    operations += op.operations;
  }
  std::printf("by operation, %d tokens, all layers:\n", profiled);
  for (const OpTime& op : m.ops) {
    std::printf("  %-10.*s %9.3f ms  %5.1f %%", static_cast<int>(op.name.size()), op.name.data(), op.ms,
                100 * op.ms / all);
    if (op.product)
      std::printf("  %6.1f GOP/s, %.0f %% of the ceiling", op.operations / op.ms / 1e6,
                  100 * op.operations / op.ms / 1e6 / ceiling);
    std::printf("\n");
  }
  std::printf("products: %.1f %% of the time, %.1f GOP/s, %.0f %% of the ceiling\n", 100 * products / all,
              operations / products / 1e6, 100 * operations / products / 1e6 / ceiling);
}

Result<Measured> measure(const std::string& path, std::span<const int32_t> prompts,
                         std::span<const int32_t> contexts, int threads, int repeats,
                         std::shared_ptr<const Model>& model) {
  Measured m{};
  const double begin = now_ms();
  Result<std::shared_ptr<const Model>> loaded = load_model(path);
  if (!loaded) return loaded.error();
  m.load_ms = now_ms() - begin;
  model = *loaded;
  const int context = model->config().n_ctx;
  const auto fits = [&](std::span<const int32_t> lengths, int most) -> Status {
    for (int32_t length : lengths) {
      if (length < 1 || length > most) {
        return Error{ErrorCode::request, "a length of " + std::to_string(length) +
                                             " does not fit this model; wanted 1 to " + std::to_string(most)};
      }
    }
    return success();
  };
  VITRINE_TRY(fits(prompts, context));
  VITRINE_TRY(fits(contexts, context - 1));
  Helpers helpers(threads);
  Session session(model);
  session.set_thread_pool(helpers.pool());
  for (int32_t tokens : prompts) {
    const Result<double> ms = time_prefill(session, tokens, repeats);
    if (!ms) return ms.error();
    m.prefill_ms[tokens] = *ms;
  }
  for (int32_t tokens : contexts) {
    const Result<double> ms = time_decode(session, tokens, 3 * repeats);
    if (!ms) return ms.error();
    m.decode_ms[tokens] = *ms;
  }
  const Result<double> block = time_block(session, prompts[0], repeats);
  if (!block) return block.error();
  m.block_ms = *block;
  m.peak_mb = peak_mb();
  m.ops = bench::profile(*model, prompts[0], repeats, helpers.pool());
  m.calibration = calibrate(helpers.pool());
  return m;
}

}  // namespace

int command_bench(Args args) {
  const Result<Arguments> arguments = parse_arguments(args, kOptions, 1, 1);
  if (!arguments) return usage("bench: " + arguments.error().message);
  const Result<std::vector<int32_t>> prompts = parse_id_list(arguments->value("--tokens", "32"), "--tokens");
  if (!prompts) return usage("bench: " + prompts.error().message);
  const Result<std::vector<int32_t>> contexts =
      parse_id_list(arguments->value("--context", "32"), "--context");
  if (!contexts) return usage("bench: " + contexts.error().message);
  const Result<int64_t> threads = parse_int(arguments->value("--threads", "1"), 1, kMaxThreads, "--threads");
  if (!threads) return usage("bench: " + threads.error().message);
  const Result<int64_t> repeats = parse_int(arguments->value("--repeats", "7"), 1, kMaxRepeats, "--repeats");
  if (!repeats) return usage("bench: " + repeats.error().message);

  std::shared_ptr<const Model> model;
  const Result<Measured> measured = measure(std::string(arguments->positional[0]), *prompts, *contexts,
                                            static_cast<int>(*threads), static_cast<int>(*repeats), model);
  if (!measured) return fail(measured.error().message);
  if (arguments->has("--json")) {
    print_json(*model, static_cast<int>(*threads), *measured);
  } else {
    print_lines(*model, static_cast<int>(*threads), (*prompts)[0], *measured);
  }
  return 0;
}

}  // namespace vitrine::cli
