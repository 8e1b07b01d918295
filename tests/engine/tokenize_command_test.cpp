// `vitrine tokenize` and `vitrine detokenize` as a shell runs them, on folders that have no weights.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tokenizer_fixture.h"

using namespace vitrine::fixture;

namespace {

#ifdef _WIN32
std::FILE* open_pipe(const char* command) { return _popen(command, "rb"); }
int close_pipe(std::FILE* pipe) { return _pclose(pipe); }
#else
std::FILE* open_pipe(const char* command) { return popen(command, "r"); }
int close_pipe(std::FILE* pipe) {
  const int status = pclose(pipe);
  return (status & 0x7f) == 0 ? status >> 8 & 0xff : -1;  // -1: killed by a signal
}
#endif

struct Outcome {
  int status;
  std::string output;  // standard output, then standard error
};

// `command` after the program's name; `input` goes before it in the shell, as in "printf x |".
Outcome shell(const std::string& command, const std::string& input = "") {
  const std::string line = input + " \"" VITRINE_BINARY_DIR "/vitrine\" " + command + " 2>&1";
  std::FILE* pipe = open_pipe(line.c_str());
  REQUIRE(pipe != nullptr);
  Outcome outcome;
  char buffer[4096];
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, pipe))
    outcome.output.append(buffer, count);
  outcome.status = close_pipe(pipe);
  return outcome;
}

// A folder inside the build folder, with the files given.
std::string folder(const std::string& name,
                   const std::vector<std::pair<std::string, std::string>>& contents) {
  const std::filesystem::path path = std::filesystem::path(VITRINE_BINARY_DIR) / "tests" / name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  for (const auto& [file, text] : contents) std::ofstream(path / file, std::ios::binary) << text;
  return '"' + path.string() + '"';
}

std::string hello_folder() {
  const Files hello = files(kHello);
  return folder("hello", {{"vocab.json", hello.vocab_json}, {"merges.txt", hello.merges_txt}});
}

bool is_one_line(const std::string& text) { return !text.empty() && text.find('\n') == text.size() - 1; }

}  // namespace

TEST_CASE("tokenize prints id and JSON string, and the merges before them where asked for") {
  const std::string model = hello_folder();
  Outcome got = shell("tokenize " + model + " 'hello world'");
  CHECK(got.status == 0);
  CHECK(got.output == "259\t\"hello\"\n262\t\" wor\"\n108\t\"l\"\n100\t\"d\"\n");
  got = shell("tokenize " + model + " --merges \"a's\"");
  CHECK(got.status == 0);
  CHECK(got.output == "merge\t1\t0\t7\t\"'\"\t\"s\"\n97\t\"a\"\n263\t\"'s\"\n");
  CHECK(shell("tokenize " + model + " ''").output == "");
  CHECK(shell("tokenize " + model + " --special '<|endoftext|>'").output == "264\t\"<|endoftext|>\"\n");
  CHECK(shell("tokenize " + model + " -- -").output == "45\t\"-\"\n");
}

TEST_CASE("tokenize reads bytes from standard input, detokenize gives them back") {
  const std::string model = hello_folder();
  const Outcome ids = shell("tokenize " + model + " -", "printf 'hello\\n\\377\\000z' |");
  CHECK(ids.status == 0);
  CHECK(ids.output == "259\t\"hello\"\n10\t\"\\n\"\n255\t\"\ufffd\"\n0\t\"\\u0000\"\n122\t\"z\"\n");
  const Outcome bytes = shell("detokenize " + model + " 259 10 255 0 122");
  CHECK(bytes.status == 0);
  CHECK(bytes.output == std::string("hello\n\xff\0z", 9));
  CHECK(shell("detokenize " + model).output == "");
}

TEST_CASE("the tokenizer is found in each of its forms, and what is missing is named") {
  const std::string json = folder("json", {{"tokenizer.json", tokenizer_json(kHello).dump()}});
  CHECK(shell("tokenize " + json + " hello").output == "259\t\"hello\"\n");
  const std::string words = folder("words", {{"vocab.json", R"(["a", "b"])"}, {"config.json", "{}"}});
  CHECK(shell("tokenize " + words + " ba").output == "1\t\"b\"\n0\t\"a\"\n");
  // A model in one file: the tokenizer is looked for beside it.
  CHECK(shell("tokenize " + words.substr(0, words.size() - 1) + "/config.json\" b").output == "1\t\"b\"\n");

  const struct {
    std::string model, error;
  } rows[] = {
      {folder("empty", {}), "no tokenizer: looked for tokenizer.json, vocab.json with merges.txt"},
      {folder("broken", {{"tokenizer.json", "{"}}), "tokenizer.json: 1 bytes that are not JSON"},
      {folder("mixed", {{"vocab.json", "{\"a\": 0}"}, {"merges.txt", "a b"}}),
       "\"b\" is not in the vocabulary"},
      {"no-such-folder", "no-such-folder: no such model"},
  };
  for (const auto& row : rows) {
    const Outcome got = shell("tokenize " + row.model + " x");
    CHECK(got.status == 1);
    CHECK(got.output.rfind("vitrine: ", 0) == 0);
    CHECK_MESSAGE(contains(got.output, row.error), got.output);
    CHECK(is_one_line(got.output));
  }
  const Outcome unknown = shell("tokenize " + words + " bax");
  CHECK(unknown.status == 1);
  CHECK(contains(unknown.output, "character 3 of the text, \"x\""));
}

#ifndef _WIN32
TEST_CASE("standard input that cannot be read is an error, not an empty text") {
  const std::string model = hello_folder();
  // Open for writing alone, a folder, and closed.
  for (const std::string input : {"0>/dev/null", "</", "<&-"}) {
    CAPTURE(input);
    const Outcome outcome = shell("tokenize " + model + " - " + input);
    CHECK(outcome.status == 1);
    CHECK(outcome.output.find("standard input cannot be read: ") != std::string::npos);
    CHECK(is_one_line(outcome.output));
  }
  CHECK(shell("tokenize " + model + " - </dev/null").status == 0);
}
#endif

TEST_CASE("wrong usage is 2, wrong ids are 1") {
  const std::string model = hello_folder();
  for (const std::string& command : {std::string("tokenize"), "tokenize " + model,
                                     "tokenize " + model + " a b", std::string("detokenize")}) {
    const Outcome got = shell(command);
    CHECK(got.status == 2);
    CHECK(contains(got.output, "usage: vitrine "));
  }
  for (const char* id : {"265", "-1", "x", "1.5", "99999999999", "''"}) {
    const Outcome got = shell("detokenize " + model + " 0 " + id);
    CHECK(got.status == 1);
    CHECK(is_one_line(got.output));
  }
}
