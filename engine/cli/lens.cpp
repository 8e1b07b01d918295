// `vitrine lens`: every point of the residual stream read as tokens.
#include <cstdio>
#include <limits>

#include "cli/commands.h"
#include "cli/experiment.h"
#include "readouts/logit_lens.h"

namespace vitrine::cli {
namespace {

constexpr Option kOptions[] = {{"--position", true}, {"--points", true}, {"--target", true}, {"--top", true}};
constexpr int kMaxTop = 1 << 24;

std::string lens_json(const Experiment& experiment, const std::vector<LensPoint>& points) {
  JsonText json;
  json.open('{').key("points").open('[');
  for (const LensPoint& point : points) {
    json.open('{').key("point").raw('"' + point.name + '"');
    const double none = std::numeric_limits<double>::quiet_NaN();
    json.key("entropy_nats").number(point.finite ? point.entropy : none);
    json.key("kl_nats").number(point.finite ? point.kl : none).key("top").open('[');
    for (const LensPoint::Top& top : point.top)
      open_token(json, experiment, top.id).key("p").number(top.p).close('}');
    json.close(']').key("targets").open('[');
    for (const LensPoint::Target& target : point.targets) {
      json.open('{').key("id").whole(target.id).key("logit").number(target.logit);
      json.key("p").number(target.p).key("rank").whole(target.rank).close('}');
    }
    json.close(']').close('}');
  }
  return json.close(']').close('}').text();
}

void print_csv(const Experiment& experiment, const std::vector<LensPoint>& points) {
  std::printf("point,entropy_nats,kl_nats,kind,id,text,logit,p,rank\n");
  for (const LensPoint& point : points) {
    const std::string begin = point.name + "," + number_text(point.entropy) + "," + number_text(point.kl);
    int rank = 0;
    for (const LensPoint::Top& top : point.top)
      std::printf("%s,top,%d,%s,,%s,%d\n", begin.c_str(), top.id, csv_text(experiment, top.id).c_str(),
                  number_text(top.p).c_str(), ++rank);
    for (const LensPoint::Target& target : point.targets)
      std::printf("%s,target,%d,%s,%s,%s,%d\n", begin.c_str(), target.id,
                  csv_text(experiment, target.id).c_str(), number_text(target.logit).c_str(),
                  number_text(target.p).c_str(), target.rank);
  }
}

void print_table(const Experiment& experiment, const std::vector<LensPoint>& points) {
  std::printf("%-8s %10s %10s  %s\n", "point", "entropy", "KL",
              "most likely (entropy and KL(final || point) in nats)");
  for (const LensPoint& point : points) {
    if (!point.finite) {
      std::printf("%-8s the numbers left what F32 holds\n", point.name.c_str());
      continue;
    }
    std::printf("%-8s %10.4f %10.4f ", point.name.c_str(), point.entropy, point.kl);
    for (const LensPoint::Top& top : point.top)
      std::printf(" %s %.1f%%", token_label(experiment, top.id).c_str(), 100 * top.p);
    for (const LensPoint::Target& target : point.targets)
      std::printf("  | %d: logit %.3f, p %.4g, rank %d", target.id, target.logit, target.p, target.rank);
    std::printf("\n");
  }
}

}  // namespace

int command_lens(Args args) {
  Experiment experiment;
  if (const auto failure = open_experiment(args, {"lens", kOptions}, experiment)) return report(*failure);
  const Arguments& arguments = experiment.arguments;
  LensRequest request;
  const Result<int64_t> top = parse_int(arguments.value("--top", "5"), 0, kMaxTop, "--top");
  if (!top) return usage("lens: " + top.error().message);
  const Result<int> position = read_position(arguments);
  if (!position) return usage("lens: " + position.error().message);
  const std::string_view points = arguments.value("--points", "all");
  if (points != "all" && points != "blocks") return usage("lens: --points wants \"all\" or \"blocks\"");
  for (const std::string_view text : arguments.values("--target")) {
    const Result<int32_t> id = read_token(text, experiment, "--target");
    if (!id) return fail(id.error().message);
    request.targets.push_back(*id);
  }
  request.top = static_cast<int>(*top);
  request.position = *position;
  request.every_point = points == "all";
  if (const auto failure = run_experiment(experiment)) return report(*failure);
  const Result<std::vector<LensPoint>> read = logit_lens(*experiment.session, request);
  if (!read) return fail(read.error().message);
  if (arguments.has("--json")) {
    std::printf("%s\n", lens_json(experiment, *read).c_str());
  } else if (arguments.has("--csv")) {
    print_csv(experiment, *read);
  } else {
    print_table(experiment, *read);
  }
  return 0;
}

}  // namespace vitrine::cli
