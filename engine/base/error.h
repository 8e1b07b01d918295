// Errors are values: every fallible function returns a Result, and a message says what was got,
// what was wanted and what to do next, in one line.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/error_codes.h"

namespace vitrine {

// A value that a message speaks of, for those who put it into other words.
struct Detail {
  Detail(const char* the_name, std::string text) : name(the_name), value(std::move(text)) {}
  template <class Whole, std::enable_if_t<std::is_integral_v<Whole>, int> = 0>
  Detail(const char* the_name, Whole number) : name(the_name), value(static_cast<int64_t>(number)) {}

  const char* name;
  std::variant<int64_t, std::string> value;
};

struct Error {
  // `details` are those that the code's row in error_codes.h names.
  Error(ErrorCode the_code, std::string text, std::vector<Detail> the_details = {})
      : code(the_code), message(std::move(text)), details(std::move(the_details)) {}

  // The same error, its message beginning with where it happened.
  Error within(const std::string& where) const { return Error{code, where + message, details}; }

  ErrorCode code;
  std::string message;
  std::vector<Detail> details;
};

struct Unit {};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // value() may only be called when ok(), error() only when not.
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  const Error& error() const { return *std::get_if<1>(&state_); }

  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Unit>;
inline Status success() { return Unit{}; }

}  // namespace vitrine

// Leaves the calling function with the error of `expr`, when it has one.
#define VITRINE_TRY(expr)                           \
  do {                                              \
    auto vitrine_try_ = (expr);                     \
    if (!vitrine_try_) return vitrine_try_.error(); \
  } while (0)
