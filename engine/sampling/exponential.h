// e^x and ln x in double precision from +, -, *, / alone. The C library's differ between platforms in the
// last bit, which is enough to draw another token natively than in WebAssembly.
#pragma once

#include <cstdint>
#include <cstring>

namespace vitrine {

// e^x for x <= 0, -inf included; relative error below 5e-16, and 0 for x < -708, where doubles lose precision.
inline double exp_nonpositive(double x) {
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2High = 6.93147180369123816490e-01;  // 32 bits, so that its product with k is exact
  constexpr double kLn2Low = 1.90821492927058770002e-10;   // ln 2 - kLn2High
  constexpr double kRound =
      6755399441055744.0;  // 1.5 * 2^52: adding it leaves the nearest integer in the low bits
  const double clamped = x < -708.0 ? -708.0 : x;
  const double shifted = clamped * kLog2E + kRound;
  const double k = shifted - kRound;
  const double r = clamped - k * kLn2High - k * kLn2Low;  // |r| <= ln(2) / 2
  // Taylor's series to r^13, whose next term is below 5e-18, taken in parts that the processor works on at once.
  const double square = r * r, fourth = square * square, eighth = fourth * fourth;
  const double t0 = 1.0 + r + (0.5 + r * (1.0 / 6.0)) * square;
  const double t4 = 1.0 / 24.0 + r * (1.0 / 120.0) + (1.0 / 720.0 + r * (1.0 / 5040.0)) * square;
  const double t8 =
      1.0 / 40320.0 + r * (1.0 / 362880.0) + (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) * square;
  const double t12 = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0);
  const double sum = t0 + t4 * fourth + (t8 + t12 * fourth) * eighth;
  // 2^k: the low bits of `shifted` are k, to be moved into the exponent.
  uint64_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof power);
  return x < -708.0 ? 0.0 : sum * power;
}

// ln x for a finite x >= 1; absolute error below 1e-15 times the result's size, plus 1e-15.
inline double log_from_one(double x) {
  constexpr double kLn2 = 0.69314718055994530942;
  int halvings = 0;
  while (x > 1.5) {
    x *= 0.5;
    ++halvings;
  }
  // ln x = 2 artanh(s), s = (x - 1) / (x + 1), |s| <= 1/5: the term after s^21 / 21 is below 4e-18.
  const double s = (x - 1.0) / (x + 1.0), square = s * s;
  double sum = 0.0;
  for (int n = 21; n >= 1; n -= 2) sum = sum * square + 1.0 / n;
  return halvings * kLn2 + 2.0 * s * sum;
}

}  // namespace vitrine
