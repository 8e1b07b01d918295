// `vitrine why`: what each part of the model adds to a token's logit, or to the difference of two.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/commands.h"
#include "cli/experiment.h"
#include "readouts/attribution.h"

namespace vitrine::cli {
namespace {

constexpr Option kOptions[] = {{"--position", true}, {"--target", true}, {"--rival", true},
                               {"--over-mean"},      {"--sources"},      {"--neurons", true}};

struct Part {
  std::string name;
  double value;
  std::vector<double> sources{};  // of a head, where they were asked for
};

struct Answer {
  Attribution why;
  std::vector<Part> parts;
  int neurons_of = -1;
  std::vector<double> neurons{};  // [F+1], the last is the bias
};

Result<std::vector<Part>> parts_of(Session& session, const Attribution& why, bool with_sources) {
  const Config& config = session.model().config();
  const size_t heads = static_cast<size_t>(config.n_head), tokens = session.tokens().size();
  std::vector<Part> parts = {{"embed", why.embed}, {"pos_embed", why.pos_embed}};
  for (size_t l = 0; l < why.mlp.size(); ++l) {
    std::vector<double> sources;
    if (with_sources) {
      Result<std::vector<double>> of_layer = attribute_sources(session, why, static_cast<int>(l));
      if (!of_layer) return of_layer.error();
      sources = std::move(*of_layer);
    }
    const std::string layer = std::to_string(l);
    for (size_t h = 0; h < heads; ++h) {
      Part part{"L" + layer + "H" + std::to_string(h), why.heads[l * heads + h]};
      if (with_sources)
        part.sources.assign(sources.begin() + static_cast<ptrdiff_t>(h * tokens),
                            sources.begin() + static_cast<ptrdiff_t>((h + 1) * tokens));
      parts.push_back(std::move(part));
    }
    parts.push_back({layer + "_attn_bias", why.attention_bias[l]});
    parts.push_back({layer + "_mlp_out", why.mlp[l]});
  }
  return parts;
}

std::string why_json(const Answer& answer) {
  JsonText json;
  json.open('{').key("target").whole(answer.why.target).key("rival");
  if (answer.why.rival >= 0) {
    json.whole(answer.why.rival);
  } else {
    json.raw(answer.why.rival == kAverageToken ? "\"mean\"" : "null");
  }
  json.key("position").whole(answer.why.position).key("difference").number(answer.why.difference);
  json.key("constant").number(answer.why.constant).key("parts").open('[');
  for (const Part& part : answer.parts) {
    json.open('{').key("name").raw('"' + part.name + '"').key("value").number(part.value);
    if (!part.sources.empty()) {
      json.key("sources").open('[');
      for (const double source : part.sources) json.number(source);
      json.close(']');
    }
    json.close('}');
  }
  json.close(']').key("sum").number(answer.why.sum).key("rounding").number(answer.why.rounding);
  if (answer.neurons_of >= 0) {
    json.key("neurons").open('{').key("layer").whole(answer.neurons_of).key("values").open('[');
    for (size_t n = 0; n + 1 < answer.neurons.size(); ++n) json.number(answer.neurons[n]);
    json.close(']').key("bias").number(answer.neurons.back()).close('}');
  }
  return json.close('}').text();
}

void print_csv(const Answer& answer) {
  std::printf("name,value\n");
  for (const Part& part : answer.parts)
    std::printf("%s,%s\n", part.name.c_str(), number_text(part.value).c_str());
  std::printf("constant,%s\nsum,%s\nrounding,%s\ndifference,%s\n", number_text(answer.why.constant).c_str(),
              number_text(answer.why.sum).c_str(), number_text(answer.why.rounding).c_str(),
              number_text(answer.why.difference).c_str());
  for (size_t n = 0; n + 1 < answer.neurons.size(); ++n)
    std::printf("L%dN%zu,%s\n", answer.neurons_of, n, number_text(answer.neurons[n]).c_str());
}

// The `count` strongest of a list, by magnitude.
std::vector<size_t> strongest(const std::vector<double>& values, size_t count) {
  std::vector<size_t> order(values.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return std::fabs(values[a]) > std::fabs(values[b]); });
  order.resize(std::min(count, order.size()));
  return order;
}

void print_table(const Experiment& experiment, const Answer& answer) {
  std::printf("what each part adds, at position %d, ln_final's scale held at its true value\n",
              answer.why.position);
  std::vector<double> values;
  for (const Part& part : answer.parts) values.push_back(part.value);
  for (const size_t i : strongest(values, values.size())) {
    std::printf("%12s %+12.5f", answer.parts[i].name.c_str(), answer.parts[i].value);
    for (const size_t s : strongest(answer.parts[i].sources, 3)) {
      const int32_t id = experiment.prompt.ids[s];
      std::printf("  %zu %s %+.4f", s, token_label(experiment, id).c_str(), answer.parts[i].sources[s]);
    }
    std::printf("\n");
  }
  std::printf("%12s %+12.5f\n%12s %+12.5f\n%12s %+12.5f\n%12s %+12.5f\n", "constant", answer.why.constant,
              "sum", answer.why.sum, "rounding", answer.why.rounding, "difference", answer.why.difference);
  if (answer.neurons_of < 0) return;
  std::printf("strongest neurons of MLP %d\n", answer.neurons_of);
  for (const size_t n : strongest({answer.neurons.begin(), answer.neurons.end() - 1}, 10))
    std::printf("%12zu %+12.5f\n", n, answer.neurons[n]);
}

}  // namespace

int command_why(Args args) {
  Experiment experiment;
  if (const auto failure = open_experiment(args, {"why", kOptions}, experiment)) return report(*failure);
  const Arguments& arguments = experiment.arguments;
  if (!arguments.has("--target")) return usage("why: --target is missing; it wants a token's id or text");
  if (arguments.has("--rival") && arguments.has("--over-mean"))
    return usage("why: one of --rival and --over-mean is wanted, not both");
  const Result<int> position = read_position(arguments);
  if (!position) return usage("why: " + position.error().message);
  const int last_layer = experiment.model->config().n_layer - 1;
  const Result<int64_t> neurons = parse_int(arguments.value("--neurons", "0"), 0, last_layer, "--neurons");
  if (!neurons) return usage("why: " + neurons.error().message);
  const Result<int32_t> target = read_token(arguments.value("--target"), experiment, "--target");
  if (!target) return fail(target.error().message);
  Result<int32_t> rival = arguments.has("--over-mean") ? kAverageToken : kNoRival;
  if (arguments.has("--rival")) rival = read_token(arguments.value("--rival"), experiment, "--rival");
  if (!rival) return fail(rival.error().message);

  if (const auto failure = run_experiment(experiment)) return report(*failure);
  Session& session = *experiment.session;
  const Result<Attribution> why =
      attribute(session, *position, *target, *rival,
                *rival == kAverageToken ? mean_unembedding(*experiment.model) : std::vector<double>());
  if (!why) return fail(why.error().message);
  if (!std::isfinite(why->difference)) return fail(overflow_of(session));
  Result<std::vector<Part>> parts = parts_of(session, *why, arguments.has("--sources"));
  if (!parts) return fail(parts.error().message);
  Answer answer{*why, std::move(*parts)};
  if (arguments.has("--neurons")) {
    answer.neurons_of = static_cast<int>(*neurons);
    Result<std::vector<double>> of_layer = attribute_neurons(session, *why, answer.neurons_of);
    if (!of_layer) return fail(of_layer.error().message);
    answer.neurons = std::move(*of_layer);
  }
  if (arguments.has("--json")) {
    std::printf("%s\n", why_json(answer).c_str());
  } else if (arguments.has("--csv")) {
    print_csv(answer);
  } else {
    print_table(experiment, answer);
  }
  return 0;
}

}  // namespace vitrine::cli
