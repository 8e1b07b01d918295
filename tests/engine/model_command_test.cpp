// `vitrine info`, `vitrine quantize` and the table of commands as a shell runs them.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
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

TEST_CASE("a trace destroys nothing: not the model, not an older trace, not what is no file") {
  const Models models;
  models.add("toy");
  const std::string weights = slurp(models.path / "toy/model.safetensors");
  const auto trace = [&](const std::string& to) {
    return models.run("run " + models.at("toy") + " --tokens 1,2,3 --json --trace " + to);
  };
  CHECK(trace(models.at("trace.safetensors")).status == 0);
  const std::string first = slurp(models.path / "trace.safetensors");
  CHECK(first.size() > 1000);
  for (const char* name : {"toy/model.safetensors", "toy/config.json"}) {
    const std::string before = slurp(models.path / name);
    check_complaint(trace(models.at(name)), 1, "belongs to the model that is read");
    CHECK(slurp(models.path / name) == before);
  }
  fs::create_symlink(models.path / "toy/model.safetensors", models.path / "link");
  check_complaint(trace(models.at("link")), 1, "belongs to the model that is read");
  fs::create_directories(models.path / "folder");
  check_complaint(trace(models.at("folder")), 1, "is no plain file");
#ifndef _WIN32
  check_complaint(trace("/dev/null"), 1, "is no plain file");
  CHECK(fs::exists("/dev/null"));
  REQUIRE(std::system(("mkfifo '" + (models.path / "pipe").string() + "'").c_str()) == 0);
  check_complaint(trace(models.at("pipe")), 1, "is no plain file");
  CHECK(fs::is_fifo(models.path / "pipe"));
  // A full disk: no file of more than 512 bytes may be written.
  const Outcome full = models.run("info " + models.at("toy"));
  REQUIRE(full.status == 0);
  const std::string line = "ulimit -f 1; trap '' XFSZ; \"" VITRINE_BINARY_DIR "/vitrine\" run " +
                           models.at("toy") + " --tokens 1,2,3 --json --trace " +
                           models.at("trace.safetensors") + " >/dev/null 2>&1";
  CHECK(std::system(line.c_str()) != 0);
#endif
  CHECK(slurp(models.path / "trace.safetensors") == first);
  CHECK(slurp(models.path / "toy/model.safetensors") == weights);
  for (const fs::directory_entry& entry : fs::directory_iterator(models.path))
    CHECK(entry.path().extension() != ".part");
}

TEST_CASE(
    "quantize keeps what is there until all is written, follows no name of its own, and mixes nothing") {
  const Models models;
  models.add("toy");
  std::ofstream(models.path / "one.safetensors.part") << "mine";
  const std::string to_one =
      "quantize " + models.at("toy") + " " + models.at("one.safetensors") + " --dtype q8";
  CHECK(models.run(to_one).status == 0);
  CHECK(slurp(models.path / "one.safetensors.part") == "mine");
  const std::string whole = slurp(models.path / "one.safetensors");
  CHECK(models.run("quantize " + models.at("toy") + " " + models.at("out") + " --dtype f32").status == 0);
  const std::string older = slurp(models.path / "out/model.safetensors");
  std::ofstream(models.path / "out/tokenizer.json") << "of another model";
#ifndef _WIN32
  // Two at once: both say that they are done, and the file is one of theirs.
  const std::string program = "\"" VITRINE_BINARY_DIR "/vitrine\" " + to_one;
  for (int i = 0; i < 3; ++i) CHECK(std::system((program + " & " + program + " && wait $!").c_str()) == 0);
  CHECK(slurp(models.path / "one.safetensors") == whole);
  const std::string full = "ulimit -f 0; trap '' XFSZ; \"" VITRINE_BINARY_DIR "/vitrine\" quantize " +
                           models.at("toy") + " " + models.at("out") + " --dtype q8 >/dev/null 2>&1";
  CHECK(std::system(full.c_str()) != 0);
#endif
  CHECK(slurp(models.path / "out/model.safetensors") == older);
  CHECK(models.run("info " + models.at("out")).status == 0);
  // Another model over it: the folder is that one's, its tokenizer files among them.
  CHECK(models.run("quantize " + models.at("toy") + " " + models.at("out") + " --dtype q8").status == 0);
  CHECK(slurp(models.path / "out/model.safetensors") == whole);
  CHECK_FALSE(fs::exists(models.path / "out/tokenizer.json"));
}

TEST_CASE("generate ends where the configuration says that a text ends") {
  const Models models;
  models.add("toy");
  const auto generated = [&] {
    const Outcome outcome = models.run("generate " + models.at("toy") + " --tokens 1 --max-tokens 2");
    CHECK(outcome.status == 0);
    return outcome.output;
  };
  const std::string plain = generated();
  CHECK(plain.size() > 3);
  nlohmann::json config = nlohmann::json::parse(slurp(models.path / "toy/config.json"));
  config["eos_token_id"] = {0, 1, 2, 3, 4};
  std::ofstream(models.path / "toy/config.json") << config.dump();
  CHECK(generated() == "\n");
  CHECK(models.run("info " + models.at("toy")).output.find("end tokens   0, 1, 2, 3, 4\n") !=
        std::string::npos);
  // Kept in the files that are made of it.
  CHECK(models.run("quantize " + models.at("toy") + " " + models.at("one.safetensors") + " --dtype q8")
            .status == 0);
  CHECK(models.run("generate " + models.at("one.safetensors") + " --tokens 1 --max-tokens 2").output == "\n");
  // generation_config.json goes before.
  std::ofstream(models.path / "toy/generation_config.json") << R"({"eos_token_id": 50256})";
  CHECK(generated() == "\n");
  config["eos_token_id"] = 50256;
  std::ofstream(models.path / "toy/config.json") << config.dump();
  CHECK(generated() == plain);
  std::ofstream(models.path / "toy/generation_config.json") << R"({"eos_token_id": [4, 3, 2, 1, 0]})";
  CHECK(generated() == "\n");
}

TEST_CASE("a folder that holds a model of another kind says what it is and what to do") {
  const Models models;
  const std::pair<const char*, const char*> kinds[] = {
      {"model.gguf", "GGUF"},          {"model.onnx", "ONNX"},
      {"tf_model.h5", "HDF5"},         {"flax_model.msgpack", "msgpack"},
      {"pytorch_model.bin", "pickle"}, {"adapter_model.safetensors", "LoRA"}};
  for (const auto& row : kinds) {
    const char *const name = row.first, *const kind = row.second;
    CAPTURE(name);
    const fs::path folder = models.path / kind;
    fs::create_directories(folder);
    std::ofstream(folder / name) << "anything";
    check_complaint(models.run("info " + models.at(kind)), 1, std::string("which is ") + kind + ", ");
  }
  models.add("toy");
  fs::rename(models.path / "toy/model.safetensors", models.path / "toy/model (1).safetensors");
  CHECK(models.run("info " + models.at("toy")).status == 0);
}

TEST_CASE("special tokens are read where --special says so") {
  const Models models;
  models.add("toy");
  std::ofstream(models.path / "toy/tokenizer.json")
      << R"({"added_tokens": [{"id": 4, "content": "<s>", "special": true}],
      "pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": {"<": 0, "s": 1, ">": 2}, "merges": []}})";
  const auto tokens = [&](const std::string& options) {
    const Outcome outcome = models.run("run " + models.at("toy") + " --json --prompt \"<s>\"" + options);
    CHECK(outcome.status == 0);
    const auto json = nlohmann::json::parse(outcome.output, nullptr, false);
    REQUIRE(json.is_object());
    std::vector<int> ids;
    for (const auto& token : json["tokens"]) ids.push_back(token["id"]);
    return ids;
  };
  CHECK(tokens("") == std::vector<int>{0, 1, 2});
  CHECK(tokens(" --special") == std::vector<int>{4});
  CHECK(models.run("generate " + models.at("toy") + " --prompt \"<s>\" --special --max-tokens 1").status ==
        0);
  check_complaint(models.run("run " + models.at("toy") + " --tokens 1 --special"), 2,
                  "--special goes with --prompt");
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
