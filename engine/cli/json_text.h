// JSON, written front to back: commas and quotes are put where they belong, numbers as the shortest text that reads
// back as the same number, and what is not finite as null.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vitrine::cli {

class JsonText {
 public:
  JsonText& open(char bracket) {  // { or [
    separate();
    text_ += bracket;
    first_ = true;
    return *this;
  }
  JsonText& close(char bracket) {  // } or ]
    text_ += bracket;
    first_ = false;
    return *this;
  }
  JsonText& key(std::string_view name) {
    separate();
    text_ += '"';
    text_ += name;  // of our own: nothing in it needs escaping
    text_ += "\":";
    first_ = true;  // its value takes no comma
    return *this;
  }
  JsonText& number(double value);
  JsonText& whole(int64_t value) { return raw(std::to_string(value)); }
  JsonText& truth(bool value) { return raw(value ? "true" : "false"); }
  JsonText& raw(std::string_view json) {  // a finished value
    separate();
    text_ += json;
    first_ = false;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  void separate() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  std::string text_;
  bool first_ = true;
};

// The shortest text that reads back as the same double; "inf", "-inf" and "nan" otherwise.
std::string number_text(double value);

}  // namespace vitrine::cli
