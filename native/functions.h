// exp and related functions of vectors with elements of type T. Sums and related values are double for both types ("Wide"). There
// are no branches and no tables, so every lane gets the same bits.
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "vectors.h"

namespace handgrad {
namespace {

using Wide = Vector<double>;
constexpr int wideLanes = vectorBytes / sizeof(double);

inline Wide loadWide(const double* from) { return load<Wide>(from); }
inline void storeWide(double* to, Wide value) { store(to, value); }
inline Wide loadWide(const float* from) {
#if defined(__AVX512F__)
  return _mm512_cvtps_pd(_mm256_loadu_ps(from));  // GCC's own conversion takes two halves and joins them
#else
  return __builtin_convertvector((load<Vector<float, vectorBytes / 2>>(from)), Wide);
#endif
}
inline void storeWide(float* to, Wide value) {
  store(to, __builtin_convertvector(value, Vector<float, vectorBytes / 2>));
}

/** Calls `body(position, count)` for whole vectors in [begin, end), and once for the rest. */
template <class Body>
inline void forEachWide(Index begin, Index end, Body body) {
  Index i = begin;
  for (; i + wideLanes <= end; i += wideLanes) body(i, Index{wideLanes});
  if (i < end) body(i, end - i);
}

/** The first `count` numbers from `from` on, and padding. Nothing after them is read. */
template <class T>
inline Wide loadSome(const T* from, Index count, T padding = 0) {
  if (count == wideLanes) return loadWide(from);
  T buffer[wideLanes];
  for (Index i = 0; i < wideLanes; i++) buffer[i] = i < count ? from[i] : padding;
  return loadWide(buffer);
}

template <class T>
inline void storeSome(T* to, Index count, Wide value) {
  if (count == wideLanes) return storeWide(to, value);
  T buffer[wideLanes];
  storeWide(buffer, value);
  for (Index i = 0; i < count; i++) to[i] = buffer[i];
}

/** The constants of exp for a type of numbers. */
template <class T>
struct Real;

template <>
struct Real<double> {
  using Bits = unsigned long long;
  static constexpr int mantissaBits = 52;
  static constexpr double shift = 6755399441055744.0;  // 1.5·2⁵²: adding it rounds to a whole number, in the low bits
  static constexpr double ln2High = 6.93147180369123816490e-01;  // the last 32 bits are zero, so that n·ln2High is exact
  static constexpr double ln2Low = 1.90821492927058770002e-10;
  static constexpr double least = -708.0, most = 709.0;  // between them eˣ is a normal number
  static constexpr int lastTerm = 13;  // of the series; the terms left out are below 1e-17
};

template <>
struct Real<float> {
  using Bits = unsigned int;
  static constexpr int mantissaBits = 23;
  static constexpr float shift = 12582912.0f;
  static constexpr float ln2High = 0.693359375f;
  static constexpr float ln2Low = -2.12194440e-4f;
  static constexpr float least = -87.0f, most = 88.0f;
  static constexpr int lastTerm = 7;  // below 1e-8
};

/** eˣ = scale + scale·minusOne: with x = n·ln 2 + r and |r| ≤ ½ ln 2, scale is 2ⁿ and minusOne the series of eʳ − 1. */
template <class T>
struct Exponential {
  Vector<T> scale;
  Vector<T> minusOne;
};

template <class T, int lastTerm = Real<T>::lastTerm>
inline Exponential<T> exponential(Vector<T> x) {
  using R = Real<T>;
  using V = Vector<T>;
  using Bits = Vector<typename R::Bits>;
  constexpr double factorial[] = {1,     1,      2,       6,        24,        120,        720,
                                  5040., 40320., 362880., 3628800., 39916800., 479001600., 6227020800.};
  const V shifted = x * T(1.44269504088896340736) + R::shift;
  const V n = shifted - R::shift;
  const V r = (x - n * R::ln2High) - n * R::ln2Low;
  V series = V{} + T(1 / factorial[lastTerm]);
#pragma GCC unroll 16
  for (int term = lastTerm - 1; term >= 2; term--) series = series * r + T(1 / factorial[term]);
  const Bits exponent = (bitCast<Bits>(shifted) << R::mantissaBits) + bitCast<Bits>(V{} + T(1));
  return {bitCast<V>(exponent), series * (r * r) + r};
}

/** eˣ if it is a normal number, otherwise its value at the nearer bound; NaN for NaN. */
template <class T, int lastTerm = Real<T>::lastTerm>
inline Vector<T> expWithin(Vector<T> x) {
  using R = Real<T>;
  const Vector<T> raised = x < R::least ? Vector<T>{} + R::least : x;
  const Exponential<T> e = exponential<T, lastTerm>(raised > R::most ? Vector<T>{} + R::most : raised);
  return e.scale + e.scale * e.minusOne;
}

/** eˣ: 0 and Infinity beyond the range of normal numbers, NaN for NaN. */
template <class T, int lastTerm = Real<T>::lastTerm>
inline Vector<T> exp(Vector<T> x) {
  using R = Real<T>;
  const Vector<T> value = expWithin<T, lastTerm>(x);
  return x < R::least ? Vector<T>{} : x > R::most ? Vector<T>{} + T(__builtin_inf()) : value;
}

/** f(x) and f′(x). */
template <class T>
struct ValueAndDerivative {
  Vector<T> value;
  Vector<T> derivative;
};

/** σ(x) = 1 / (1 + e⁻ˣ) and σ′ = σ·(e⁻ˣ·σ), because 1 − σ would cancel; both are 0 if e⁻ˣ or eˣ is not a normal number. */
template <class T>
inline ValueAndDerivative<T> sigmoid(Vector<T> x) {
  constexpr T least = Real<T>::least;
  const Vector<T> e = expWithin<T>(-x);
  const Vector<T> value = T(1) / (T(1) + e), derivative = e * value * value;
  return {x < least ? Vector<T>{} : value, (x < least) | (x > -least) ? Vector<T>{} : derivative};
}

/** eˣ − 1 without cancellation; if it is infinite or rounds to −1, its value at the nearer bound. */
template <class T>
inline Vector<T> expMinusOne(Vector<T> x) {
  using R = Real<T>;
  const Vector<T> raised = x < R::least ? Vector<T>{} + R::least : x;
  const Exponential<T> e = exponential<T>(raised > R::most ? Vector<T>{} + R::most : raised);
  return e.scale * e.minusOne + (e.scale - T(1));
}

/** tanh x = (e²ˣ − 1) / (e²ˣ + 1), with derivative 4e²ˣ / (e²ˣ + 1)², because 1 − tanh² would cancel; beyond ±20 tanh is ±1. */
template <class T>
inline ValueAndDerivative<T> tanh(Vector<T> x) {
  using V = Vector<T>;
  const Exponential<T> e = exponential<T>(T(2) * (x < T(-20) ? V{} - T(20) : x > T(20) ? V{} + T(20) : x));
  const V minusOne = e.scale * e.minusOne + (e.scale - T(1)), share = T(2) / (minusOne + T(2));
  const V value = minusOne / (minusOne + T(2)), derivative = (e.scale + e.scale * e.minusOne) * share * share;
  return {x == T(0) ? x : value, (x < T(-20)) | (x > T(20)) ? V{} : derivative};  // keeps −0
}

inline Wide larger(Wide a, Wide b) { return ((a > b) | (a != a)) ? a : b; }

/** Reduces a vector to one number by folding halves in a fixed order. */
template <class Fold>
inline double reduce(Wide vector, Fold fold) {
  double values[wideLanes];
  store(values, vector);
  for (int half = wideLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) values[i] = fold(values[i], values[i + half]);
  }
  return values[0];
}

/**
 * Σ term(i, count) over [0, length), where lanes from `count` on must be 0; with four independent sums, so that no addition waits
 * for another.
 */
template <class Term>
inline double sumAlong(Index length, Term term) {
  constexpr Index vectors = 4;
  Wide sums[vectors] = {};
  Index i = 0;
  for (; i + vectors * wideLanes <= length; i += vectors * wideLanes) {
#pragma GCC unroll 4
    for (Index v = 0; v < vectors; v++) sums[v] += term(i + v * wideLanes, Index{wideLanes});
  }
  Wide sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  forEachWide(i, length, [&](Index j, Index count) { sum += term(j, count); });
  return reduce(sum, [](double a, double b) { return a + b; });
}

}  // namespace
}  // namespace handgrad
