#include "io/pending_file.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace vitrine {
namespace {

namespace fs = std::filesystem;

Error at(const std::string& path, const std::string& message) {
  return Error{ErrorCode::file_access, path + ": " + message, {{"name", path}}};
}

}  // namespace

Result<PendingFile> PendingFile::create(const std::string& path) {
  std::error_code failed;
  fs::path target(path);
  if (fs::is_symlink(target, failed)) {
    target = fs::weakly_canonical(target, failed);
    if (failed) return at(path, "is a link that leads nowhere: " + failed.message());
  }
  const fs::file_status status = fs::status(target, failed);
  if (fs::exists(status) && !fs::is_regular_file(status))
    return at(path, "is no plain file; write to another name");
  // "x" refuses a name that is there already, so that nothing is written over and two at once do not meet.
  constexpr int kAttempts = 1000;
  auto number = static_cast<unsigned long long>(std::chrono::steady_clock::now().time_since_epoch().count());
  for (int attempt = 0; attempt < kAttempts; ++attempt, ++number) {
    const std::string temporary = target.string() + "." + std::to_string(number) + ".part";
    File file(std::fopen(temporary.c_str(), "wbx"), std::fclose);
    if (file) return PendingFile(target.string(), temporary, std::move(file));
    if (errno != EEXIST) return at(path, std::string("cannot be written: ") + std::strerror(errno));
  }
  return at(path, "cannot be written: there is no free name beside it");
}

PendingFile::~PendingFile() {
  file_.reset();
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

Error PendingFile::failure(const char* what) const {
  return at(path_, std::string(what) + std::strerror(errno));
}

Status PendingFile::write(const void* bytes, size_t count) {
  if (std::fwrite(bytes, 1, count, file_.get()) != count) return failure("cannot be written: ");
  return success();
}

Status PendingFile::close() {
  if (file_ && std::fclose(file_.release()) != 0) return failure("cannot be written: ");
  return success();
}

Status PendingFile::put_in_place() {
  VITRINE_TRY(close());
  std::error_code failed;
  fs::rename(temporary_, path_, failed);  // replaces what is there, on Windows too
  if (failed) return at(path_, "cannot be put in place: " + failed.message());
  temporary_.clear();
  return success();
}

}  // namespace vitrine
