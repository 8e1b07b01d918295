// The operations of simd.h in plain C++, lane by lane: the reference the other backends are tested against.
#pragma once

#include <cstdint>
#include <cstring>

namespace vitrine {

inline constexpr const char* kSimdName = "scalar";
struct F32x4 {
  float v[4];
};
struct I32x4 {
  int32_t v[4];
};
struct I16x8 {
  int16_t v[8];
};

namespace lanes {
template <class Out, class A, class F>
inline Out map(const A& a, F f) {
  Out out;
  for (int i = 0; i < 4; ++i) out.v[i] = f(a.v[i]);
  return out;
}
template <class Out, class A, class F>
inline Out zip(const A& a, const A& b, F f) {
  Out out;
  for (int i = 0; i < 4; ++i) out.v[i] = f(a.v[i], b.v[i]);
  return out;
}
// int32 arithmetic wraps, as in the instructions
inline int32_t add(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
inline int32_t subtract(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
}
inline int16_t saturate(int32_t a) {
  return static_cast<int16_t>(a > 32767 ? 32767 : a < -32768 ? -32768 : a);
}
}  // namespace lanes

inline F32x4 load(const float* p) { return {{p[0], p[1], p[2], p[3]}}; }
inline void store(float* p, F32x4 a) { std::memcpy(p, a.v, sizeof a.v); }
inline F32x4 splat(float x) { return {{x, x, x, x}}; }
inline F32x4 operator+(F32x4 a, F32x4 b) {
  return lanes::zip<F32x4>(a, b, [](float x, float y) { return x + y; });
}
inline F32x4 operator-(F32x4 a, F32x4 b) {
  return lanes::zip<F32x4>(a, b, [](float x, float y) { return x - y; });
}
inline F32x4 operator*(F32x4 a, F32x4 b) {
  return lanes::zip<F32x4>(a, b, [](float x, float y) { return x * y; });
}
inline F32x4 operator/(F32x4 a, F32x4 b) {
  return lanes::zip<F32x4>(a, b, [](float x, float y) { return x / y; });
}
inline F32x4 max(F32x4 a, F32x4 b) {
  return lanes::zip<F32x4>(a, b, [](float x, float y) { return x > y ? x : y; });
}
inline F32x4 min(F32x4 a, F32x4 b) {
  return lanes::zip<F32x4>(a, b, [](float x, float y) { return x < y ? x : y; });
}
inline I32x4 less(F32x4 a, F32x4 b) {
  return lanes::zip<I32x4>(a, b, [](float x, float y) { return x < y ? -1 : 0; });
}
inline F32x4 select(I32x4 mask, F32x4 yes, F32x4 no) {
  F32x4 out;
  for (int i = 0; i < 4; ++i) out.v[i] = mask.v[i] ? yes.v[i] : no.v[i];
  return out;
}
inline I32x4 bits(F32x4 a) {
  I32x4 out;
  std::memcpy(out.v, a.v, sizeof out.v);
  return out;
}
inline F32x4 from_bits(I32x4 a) {
  F32x4 out;
  std::memcpy(out.v, a.v, sizeof out.v);
  return out;
}
inline F32x4 to_float(I32x4 a) {
  return lanes::map<F32x4>(a, [](int32_t x) { return static_cast<float>(x); });
}
inline F32x4 zip_low(F32x4 a, F32x4 b) { return {{a.v[0], b.v[0], a.v[1], b.v[1]}}; }
inline F32x4 zip_high(F32x4 a, F32x4 b) { return {{a.v[2], b.v[2], a.v[3], b.v[3]}}; }
inline F32x4 join_low(F32x4 a, F32x4 b) { return {{a.v[0], a.v[1], b.v[0], b.v[1]}}; }
inline F32x4 join_high(F32x4 a, F32x4 b) { return {{a.v[2], a.v[3], b.v[2], b.v[3]}}; }

inline I32x4 splat_i32(int32_t x) { return {{x, x, x, x}}; }
inline void store(int32_t* p, I32x4 a) { std::memcpy(p, a.v, sizeof a.v); }
inline I32x4 operator+(I32x4 a, I32x4 b) { return lanes::zip<I32x4>(a, b, lanes::add); }
inline I32x4 operator-(I32x4 a, I32x4 b) { return lanes::zip<I32x4>(a, b, lanes::subtract); }
inline I32x4 operator&(I32x4 a, I32x4 b) {
  return lanes::zip<I32x4>(a, b, [](int32_t x, int32_t y) { return x & y; });
}
inline I32x4 max(I32x4 a, I32x4 b) {
  return lanes::zip<I32x4>(a, b, [](int32_t x, int32_t y) { return x > y ? x : y; });
}
template <int N>
inline I32x4 shift_left(I32x4 a) {
  return lanes::map<I32x4>(a, [](int32_t x) { return static_cast<int32_t>(static_cast<uint32_t>(x) << N); });
}
inline I32x4 dot(I16x8 a, I16x8 b) {
  I32x4 out;
  for (int i = 0; i < 4; ++i) {
    out.v[i] = lanes::add(int32_t{a.v[2 * i]} * b.v[2 * i], int32_t{a.v[2 * i + 1]} * b.v[2 * i + 1]);
  }
  return out;
}
inline I16x8 load_codes(const int8_t* p) { return {{p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]}}; }
inline I16x8 load_codes(const int16_t* p) { return {{p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]}}; }
inline I16x8 load_pair(const int16_t* p) { return {{p[0], p[1], p[0], p[1], p[0], p[1], p[0], p[1]}}; }
inline I16x8 as_i16(I32x4 a) {
  I16x8 out;
  std::memcpy(out.v, a.v, sizeof out.v);
  return out;
}
inline I16x8 narrow(I32x4 a, I32x4 b) {
  I16x8 out;
  for (int i = 0; i < 4; ++i) {
    out.v[i] = lanes::saturate(a.v[i]);
    out.v[4 + i] = lanes::saturate(b.v[i]);
  }
  return out;
}
inline void store(int16_t* p, I16x8 a) { std::memcpy(p, a.v, sizeof a.v); }

}  // namespace vitrine
