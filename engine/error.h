// Errors are values: every fallible function returns a Result, and a message says what was got,
// what was wanted and what to do next, in one line.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace vitrine {

struct Error {
  std::string message;
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
