// The commands that read a run out and change the pass, as a shell runs them.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "command_line.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

using Json = nlohmann::json;

// A model of two layers of four heads and its prompt.
struct Bench {
  Models models;
  Bench() { models.add("toy", 0, shape(2, 4, 16, 24, 40)); }
  Outcome run(const std::string& command, const std::string& rest) const {
    return models.run(command + " " + models.at("toy") + " " + rest);
  }
  Json json(const std::string& command, const std::string& rest) const {
    const Outcome outcome = run(command, rest + " --json");
    CAPTURE(outcome.complaint);
    REQUIRE(outcome.status == 0);
    const Json answer = Json::parse(outcome.output, nullptr, false);
    REQUIRE(answer.is_object());
    return answer;
  }
};

const std::string kPrompt = "--tokens 3,17,5,3,17,30 ";

double logit_of(const Json& run, int id) {
  for (const Json& one : run["top"]) {
    if (one["id"] == id) return one["logit"].get<double>();
  }
  FAIL("no such token");
  return 0;
}

}  // namespace

TEST_CASE("experiments: lens gives every point, and the last is the run") {
  const Bench bench;
  const Json lens = bench.json("lens", kPrompt + "--top 3 --target 7 --target 2"),
             run = bench.json("run", kPrompt + "--top 40");
  std::vector<std::string> names;
  for (const Json& point : lens["points"]) names.push_back(point["point"]);
  CHECK(names == std::vector<std::string>{"0.pre", "0.mid", "1.pre", "1.mid", "final"});
  const Json& last = lens["points"].back();
  CHECK(last["kl_nats"] == 0);
  CHECK(last["top"].size() == 3);
  CHECK(last["top"][0]["id"] == run["top"][0]["id"]);
  CHECK(last["top"][0]["p"].get<double>() == doctest::Approx(run["top"][0]["p"].get<double>()).epsilon(1e-6));
  CHECK(last["targets"][0]["id"] == 7);
  CHECK(last["targets"][0]["logit"].get<double>() == doctest::Approx(logit_of(run, 7)).epsilon(1e-7));
  CHECK(last["targets"][1]["rank"].get<int>() >= 1);
  const Json blocks = bench.json("lens", kPrompt + "--points blocks");
  CHECK(blocks["points"].size() == 3);
  const Json first = bench.json("lens", "--tokens 3,17 --position 0"),
             alone = bench.json("lens", "--tokens 3");
  CHECK(first == alone);  // a later token cannot change what an earlier place says
  CHECK(bench.run("lens", kPrompt + "--csv")
            .output.rfind("point,entropy_nats,kl_nats,kind,id,text,logit,p,rank\n", 0) == 0);
}

TEST_CASE("experiments: why names every part, and they add up") {
  const Bench bench;
  for (const std::string rival : {"", "--rival 9 ", "--over-mean "}) {
    const Json why = bench.json("why", kPrompt + "--target 7 " + rival + "--sources --neurons 1");
    CHECK(why["target"] == 7);
    CHECK(why["position"] == 5);
    CHECK(why["parts"].size() == 2 + 2 * (4 + 2));
    double sum = why["constant"].get<double>(), magnitude = std::fabs(sum);
    for (const Json& part : why["parts"]) {
      sum += part["value"].get<double>();
      magnitude += std::fabs(part["value"].get<double>());
      if (part["name"].get<std::string>()[0] != 'L') continue;
      double sources = 0;
      for (const Json& source : part["sources"]) sources += source.get<double>();
      CHECK(part["sources"].size() == 6);
      CHECK(sources == doctest::Approx(part["value"].get<double>()).epsilon(1e-4).scale(magnitude));
    }
    CHECK(sum == doctest::Approx(why["sum"].get<double>()).epsilon(1e-12));
    CHECK(sum + why["rounding"].get<double>() ==
          doctest::Approx(why["difference"].get<double>()).epsilon(1e-12));
    CHECK(std::fabs(why["rounding"].get<double>()) <= 1e-4 * magnitude);
    CHECK(why["neurons"]["values"].size() == 64);
  }
  const Json run = bench.json("run", kPrompt + "--top 40");
  const Json why = bench.json("why", kPrompt + "--target 7 --rival 9");
  CHECK(why["difference"].get<double>() ==
        doctest::Approx(logit_of(run, 7) - logit_of(run, 9)).epsilon(1e-6));
}

TEST_CASE(
    "experiments: every change runs, alone and combined, on run and generate, and changes what it should") {
  const Bench bench;
  const std::string plain = bench.run("run", kPrompt + "--json").output;
  for (const char* change :
       {"--ablate 1.2",
        "--scale 0.3=-2",
        "--ablate 0.1 --from 5",
        "--skip-attention 1",
        "--skip-mlp 0",
        "--skip-layer 1",
        "--cut 1.2:5-0",
        "--cut 1.*:5-0",
        "--window 2",
        "--no-mask",
        "--no-positions",
        "--positions shift:4",
        "--positions shuffle:7",
        "--positions same",
        "--attention-temperature 0.5",
        "--no-layernorm",
        "--no-layernorm final",
        "--no-layernorm 1",
        "--no-layernorm=0",
        "--freeze-layernorm",
        "--kv-groups 1",
        "--kv-groups 2",
        "--ablate 1.2 --ablate 0.0 --scale 1.1=0.5 --from 3 --skip-mlp 0 --cut 1.*:5-2 --window 4 --no-mask "
        "--positions shift:2 "
        "--attention-temperature 2 --freeze-layernorm --no-layernorm final --kv-groups 2"}) {
    CAPTURE(change);
    const Outcome changed = bench.run("run", kPrompt + "--json " + change);
    CHECK(changed.status == 0);
    CHECK(changed.complaint.empty());
    CHECK(changed.output != plain);
    const Outcome written = bench.run("generate", kPrompt + "--max-tokens 3 --temperature 0 " + change);
    CHECK(written.status == 0);
    CHECK(written.complaint.empty());
  }
  for (const char* nothing :
       {"--scale 1.2=1", "--window 6", "--positions shift:0", "--attention-temperature 1", "--kv-groups 4"}) {
    CAPTURE(nothing);
    CHECK(bench.run("run", kPrompt + "--json " + nothing).output == plain);
  }
}

TEST_CASE("experiments: compare says before and after, and where two runs part") {
  const Bench bench;
  const Json cut = bench.json("compare", kPrompt + "--cut 1.*:5-0 --target 7 --rival 9");
  CHECK(cut["target"] == 7);
  CHECK(cut["kl_nats"].get<double>() > 0);
  CHECK(cut["first_difference"]["tensor"] == "blocks.1.attn.hook_attn_scores");
  CHECK(cut["first_difference"]["row"] == 5);
  CHECK(cut["after"]["logit"].get<double>() - cut["before"]["logit"].get<double>() ==
        doctest::Approx(cut["delta_logit"].get<double>()).epsilon(1e-12));
  const Json same = bench.json("compare", kPrompt + "--scale 1.1=1");
  CHECK(same["kl_nats"] == 0);
  CHECK(same["first_difference"].is_null());
  const Json other = bench.json("compare", kPrompt + "--with-tokens 3,17,6,3,17,30");
  CHECK(other["first_difference"]["tensor"] == "hook_embed");
  CHECK(other["first_difference"]["row"] == 2);
  CHECK(bench.json("compare", kPrompt + "--with-tokens 3,17")["first_difference"] == "different lengths");
}

TEST_CASE("experiments: surprise, heads and rollout answer in JSON and as tables") {
  const Bench bench;
  const Json surprise = bench.json("surprise", kPrompt);
  CHECK(surprise["tokens"].size() == 5);
  CHECK(surprise["tokens"][0]["id"] == 17);
  CHECK(surprise["perplexity"].get<double>() ==
        doctest::Approx(std::exp2(surprise["mean_bits"].get<double>())));
  const Json heads = bench.json("heads", kPrompt);
  CHECK(heads["on"] == "this text");
  CHECK(heads["heads"].size() == 8);
  CHECK(heads["heads"][0]["rows_with_a_repeat"] == 2);
  CHECK(bench.json("heads", "--tokens 1,2,3")["heads"][0]["induction"].is_null());
  const Json random = bench.json("heads", "--random 10 --seed 3");
  CHECK(random["on"] == "repeated random tokens");
  CHECK(random["heads"][7]["rows_with_a_repeat"] == 40);
  const Json rollout = bench.json("rollout", kPrompt + "--fuse value");
  CHECK(rollout["rollout"].size() == 2);
  double sum = 0;
  for (const Json& share : rollout["rollout"][1]) sum += share.get<double>();
  CHECK(sum == doctest::Approx(1).epsilon(1e-5));
  for (const char* command : {"lens", "surprise", "heads", "rollout"}) {
    CAPTURE(command);
    CHECK(bench.run(command, kPrompt).status == 0);
    CHECK(bench.run(command, kPrompt + "--csv").status == 0);
  }
}

TEST_CASE("experiments: what does not exist or cannot be is refused in one line") {
  const Bench bench;
  for (const char* rest :
       {"--ablate 2.0", "--ablate 0.4", "--scale 2.0=1", "--ablate 0.0 --from 6", "--from 6",
        "--skip-attention 2", "--skip-mlp 9", "--skip-layer 2", "--cut 0.0:6-0", "--cut 0.0:5-6",
        "--cut 0.4:5-0", "--cut 2.*:5-0", "--no-layernorm 2", "--kv-groups 3", "--kv-groups 8",
        "--positions shift:24", "--positions shift:19", "--positions shift:-1"}) {
    CAPTURE(rest);
    check_complaint(bench.run("run", kPrompt + rest), 1, "");
  }
  for (const char* rest :
       {"--ablate 1", "--ablate a.b", "--scale 1.1", "--scale 1.1=x", "--cut 1.1", "--cut 1.1:5",
        "--cut 1:5-0", "--window x", "--positions up", "--positions shift:x", "--positions shuffle:-1",
        "--attention-temperature 0", "--attention-temperature -2", "--attention-temperature nan",
        "--no-layernorm=first", "--kv-groups 0", "--skip-mlp x", "--ablate-mean 0.0", "--from x"}) {
    CAPTURE(rest);
    check_complaint(bench.run("run", kPrompt + rest), 2, "run: ");
  }
  for (const char* rest : {"--position 6", "--target 40", "--target word"}) {
    CAPTURE(rest);
    check_complaint(bench.run("lens", kPrompt + rest), 1, "");
  }
  check_complaint(bench.run("why", kPrompt + "--target 7 --position 6"), 1, "positions are 0 to 5");
  check_complaint(bench.run("why", kPrompt + "--target 7 --rival 40"), 1, "a token's id");
  check_complaint(bench.run("why", kPrompt), 2, "--target is missing");
  check_complaint(bench.run("why", kPrompt + "--target 7 --rival 1 --over-mean"), 2, "not both");
  check_complaint(bench.run("heads", "--random 13"), 1, "at most 24");
  check_complaint(bench.run("heads", "--random 5 " + kPrompt), 2, "takes the place");
  check_complaint(bench.run("compare", kPrompt), 2, "--with");
  check_complaint(bench.run("rollout", kPrompt + "--fuse sum"), 2, "mean, max or value");
}
