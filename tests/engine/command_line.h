// The command line as a shell runs it, on models made for the test.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "checkpoint.h"

namespace vitrine::test {

namespace fs = std::filesystem;

#ifdef _WIN32
inline std::FILE* open_pipe(const char* command) { return _popen(command, "rb"); }
inline int close_pipe(std::FILE* pipe) { return _pclose(pipe); }
#else
inline std::FILE* open_pipe(const char* command) { return popen(command, "r"); }
inline int close_pipe(std::FILE* pipe) {
  const int status = pclose(pipe);
  return (status & 0x7f) == 0 ? status >> 8 & 0xff : -1;  // -1: killed by a signal
}
#endif

struct Outcome {
  int status;
  std::string output, complaint;  // standard output and standard error
};

inline std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A folder of models that is gone when the test is over.
struct Models {
  fs::path path = fs::path(VITRINE_BINARY_DIR) / "test-models" / "command";
  Models() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
    fs::create_directories(path, ignored);
  }
  ~Models() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }

  std::string at(const std::string& name) const { return '"' + (path / name).string() + '"'; }

  Outcome run(const std::string& arguments) const {
    const fs::path complaints = path / "stderr";
    const std::string line =
        "\"" VITRINE_BINARY_DIR "/vitrine\" " + arguments + " 2>\"" + complaints.string() + '"';
    std::FILE* pipe = open_pipe(line.c_str());
    REQUIRE(pipe != nullptr);
    Outcome outcome;
    char buffer[4096];
    while (const size_t count = std::fread(buffer, 1, sizeof buffer, pipe))
      outcome.output.append(buffer, count);
    outcome.status = close_pipe(pipe);
    outcome.complaint = slurp(complaints);
    return outcome;
  }

  // A folder with a model, of three channels unless told; `broken` bytes at the end of the weights are left out.
  void add(const std::string& name, size_t broken = 0, const Config& config = shape(1, 1, 3, 4, 5)) const {
    fs::create_directories(path / name);
    const auto bytes = safetensors_file(checkpoint_tensors(config, {.dtype = DType::f16}), DType::f16);
    std::ofstream(path / name / "model.safetensors", std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size() - broken));
    std::ofstream(path / name / "config.json", std::ios::binary) << config_json(config);
  }
};

inline void check_complaint(const Outcome& outcome, int status, const std::string& says) {
  CAPTURE(outcome.complaint);
  CAPTURE(says);
  CHECK(outcome.status == status);
  CHECK(outcome.output.empty());
  CHECK(outcome.complaint.rfind("vitrine: ", 0) == 0);
  CHECK(outcome.complaint.find('\n') == outcome.complaint.size() - 1);
  CHECK(outcome.complaint.find(says) != std::string::npos);
}

}  // namespace vitrine::test
