// A file that takes its place only when all of it is written.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"

namespace vitrine {

// Bytes go to a new file beside `path`, under a name that no other file has, and what `path` holds stays until
// put_in_place(). Whatever fails, and without that call, the new file is removed. Errors name the file and the reason.
class PendingFile {
 public:
  // Refuses what is no plain file, such as a folder or a device. A link is followed.
  static Result<PendingFile> create(const std::string& path);
  PendingFile(PendingFile&& other) noexcept
      : path_(std::move(other.path_)),
        temporary_(std::exchange(other.temporary_, {})),
        file_(std::move(other.file_)) {}
  PendingFile& operator=(PendingFile&&) = delete;
  ~PendingFile();

  Status write(const void* bytes, size_t count);
  // Flushes and closes, which is when a full disk may tell. Further writes are errors.
  Status close();
  Status put_in_place();

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  PendingFile(std::string path, std::string temporary, File file)
      : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}
  Error failure(const char* what) const;

  std::string path_, temporary_;  // temporary_ is empty once it is in place
  File file_;
};

}  // namespace vitrine
