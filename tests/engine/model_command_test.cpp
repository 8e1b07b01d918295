// `vitrine info`, `vitrine quantize` and the table of commands as a shell runs them.
#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "command_line.h"
#include "loading/loader.h"

using namespace vitrine;
using namespace vitrine::test;

TEST_CASE("info tells the configuration, parameters, dtype and bytes") {
  const Models models;
  models.add("toy");
  const Outcome lines = models.run("info " + models.at("toy"));
  CHECK(lines.status == 0);
  CHECK(lines.complaint.empty());
  for (const char* line : {"layers       1\n", "width        3\n", "context      4\n", "vocabulary   5\n",
                           "dtype        f32 (the file holds F16)\n"}) {
    CAPTURE(line);
    CHECK(lines.output.find(line) != std::string::npos);
  }
  const Outcome json = models.run("info --json " + models.at("toy"));
  CHECK(json.status == 0);
  const nlohmann::json info = nlohmann::json::parse(json.output, nullptr, false);
  REQUIRE(info.is_object());
  CHECK(info["parameters"] == 5 * 3 + 4 * 3 + 12 * 9 + 13 * 3 + 2 * 3);
  CHECK(info["config"]["n_embd"] == 3);
  CHECK(info["dtype"] == "f32");
  CHECK(info["stored"] == "F16");
}

TEST_CASE("quantize writes folders and single files that load, and leaves its input alone") {
  const Models models;
  models.add("toy");
  std::ofstream(models.path / "toy" / "merges.txt") << "#version: 0.2\n";
  CHECK(models.run("quantize " + models.at("toy") + " " + models.at("q8") + " --dtype q8").status == 0);
  CHECK(models.run("quantize " + models.at("toy") + " " + models.at("one.safetensors") + " --dtype=q8")
            .status == 0);
  CHECK(models.run("quantize " + models.at("toy") + " " + models.at("f16.safetensors") + " --dtype f16")
            .status == 0);
  CHECK(models.run("quantize " + models.at("one.safetensors") + " " + models.at("back") + " --dtype f32")
            .status == 0);
  CHECK(slurp(models.path / "q8/model.safetensors") == slurp(models.path / "one.safetensors"));
  CHECK(slurp(models.path / "q8/merges.txt") == "#version: 0.2\n");
  for (const char* name : {"q8", "one.safetensors", "f16.safetensors", "back"}) {
    CAPTURE(name);
    CHECK(models.run("info " + models.at(name)).status == 0);
  }
  // Packing the F16 copy gives the bytes that packing the original gave.
  CHECK(models
            .run("quantize " + models.at("f16.safetensors") + " " + models.at("two.safetensors") +
                 " --dtype q8")
            .status == 0);
  CHECK(slurp(models.path / "two.safetensors") == slurp(models.path / "one.safetensors"));

  const std::string before = slurp(models.path / "toy/model.safetensors");
  check_complaint(models.run("quantize " + models.at("toy") + " " + models.at("toy") + " --dtype q8"), 1,
                  "belongs to the model that is read");
  check_complaint(
      models.run("quantize " + models.at("toy") + " " + models.at("toy/model.safetensors") + " --dtype q8"),
      1, "belongs to the model");
  check_complaint(models.run("quantize " + models.at("one.safetensors") + " " + models.at("one.safetensors") +
                             " --dtype f32"),
                  1, "belongs to the model");
  check_complaint(
      models.run("quantize " + models.at("toy") + " " + models.at("toy/merges.txt") + " --dtype q8"), 1,
      "is a file");
  CHECK(slurp(models.path / "toy/model.safetensors") == before);
}

TEST_CASE("input that is at fault gives exit 1 and one line; wrong usage gives exit 2 and one line") {
  const Models models;
  models.add("toy");
  models.add("cut", 1);
  fs::create_directories(models.path / "empty");
  std::ofstream(models.path / "garbage.safetensors") << "\n\n\n not a model, a line\n";
  check_complaint(models.run("info " + models.at("nothing")), 1, "no such model");
  check_complaint(models.run("info " + models.at("empty")), 1, "neither model.safetensors");
  check_complaint(models.run("info " + models.at("cut")), 1, "truncated");
  check_complaint(models.run("info " + models.at("garbage.safetensors")), 1, "is this a safetensors file?");
  check_complaint(models.run("quantize " + models.at("cut") + " " + models.at("out") + " --dtype q8"), 1,
                  "truncated");
  CHECK_FALSE(fs::exists(models.path / "out"));
  check_complaint(
      models.run("quantize " + models.at("toy") + " " + models.at("no/such/one.safetensors") + " --dtype q8"),
      1, "cannot be written");

  check_complaint(models.run(""), 2, "a command is missing");
  check_complaint(models.run("sing"), 2, "no command \"sing\"");
  check_complaint(models.run("info"), 2, "too few arguments");
  check_complaint(models.run("info a b"), 2, "unexpected argument \"b\"");
  check_complaint(models.run("info --loud a"), 2, "unknown option \"--loud\"");
  check_complaint(models.run("info --json=1 a"), 2, "takes no value");
  check_complaint(models.run("quantize a b"), 2, "--dtype is missing");
  check_complaint(models.run("quantize a b --dtype"), 2, "--dtype wants a value");
  check_complaint(models.run("quantize a b --dtype q9"), 2, "wanted q8, f16 or f32");
}

TEST_CASE("help and version are answers, not errors") {
  const Models models;
  for (const char* arguments : {"--help", "-h", "help", "--version", "info --help"}) {
    CAPTURE(arguments);
    const Outcome outcome = models.run(arguments);
    CHECK(outcome.status == 0);
    CHECK(outcome.complaint.empty());
    CHECK(outcome.output.find("vitrine") != std::string::npos);
  }
  for (const char* command : {"info", "tokenize", "detokenize", "run", "generate", "quantize", "bench"}) {
    CHECK(models.run("--help").output.find(std::string("vitrine ") + command + " ") != std::string::npos);
  }
}
