// exp and its relatives on vectors of double. float32 passes through them too: half as wide, but then only the last rounding
// counts, and there is one set of polynomials to trust. No branch, no table: the same bits in every lane.
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "vectors.h"

namespace handgrad {
namespace {

using Wide = Vector<double>;
using WideBits = Vector<unsigned long long>;
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

/** Calls `body(position, count)` for whole vectors in [begin, end), and once for what is left over. */
template <class Body>
inline void forEachWide(Index begin, Index end, Body body) {
  Index i = begin;
  for (; i + wideLanes <= end; i += wideLanes) body(i, Index{wideLanes});
  if (i < end) body(i, end - i);
}

/** The first `count` numbers from `from` on, and padding: nothing is read that is not there. */
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

/** eˣ = scale + scale·minusOne: with x = n·ln 2 + r and |r| ≤ ½ ln 2, scale is 2ⁿ and minusOne the series of eʳ − 1. */
struct Exponential {
  Wide scale;
  Wide minusOne;
};

/** The last term of the series: what is left out is below 1e-17 for double, 1e-9 for float. */
template <class T>
constexpr int lastTerm = sizeof(T) == sizeof(double) ? 13 : 7;

template <class T>
inline Exponential exponential(Wide x) {
  constexpr double shift = 6755399441055744.0;  // 1.5·2⁵²: adding it rounds to a whole number, held in the low bits
  constexpr double ln2High = 6.93147180369123816490e-01;  // the last 32 bits are zero, so that n·ln2High is exact
  constexpr double ln2Low = 1.90821492927058770002e-10;
  constexpr double factorial[] = {1,     1,      2,       6,        24,        120,        720,
                                  5040., 40320., 362880., 3628800., 39916800., 479001600., 6227020800.};
  const Wide shifted = x * 1.44269504088896340736 + shift;
  const Wide n = shifted - shift;
  const Wide r = (x - n * ln2High) - n * ln2Low;
  Wide series = Wide{} + 1.0 / factorial[lastTerm<T>];
#pragma GCC unroll 16
  for (int term = lastTerm<T> - 1; term >= 2; term--) series = series * r + 1.0 / factorial[term];
  const WideBits exponent = (bitCast<WideBits>(shifted) << 52) + bitCast<WideBits>(Wide{} + 1.0);
  return {bitCast<Wide>(exponent), series * (r * r) + r};
}

constexpr double leastExponent = -708.0, mostExponent = 709.0;  // between them eˣ is a normal number

/** eˣ within those bounds, at the nearer bound outside of them, NaN for NaN. */
template <class T>
inline Wide expWithin(Wide x) {
  const Wide raised = x < leastExponent ? Wide{} + leastExponent : x;
  const Exponential e = exponential<T>(raised > mostExponent ? Wide{} + mostExponent : raised);
  return e.scale + e.scale * e.minusOne;
}

/** eˣ: 0 and Infinity beyond the range of normal numbers, NaN for NaN. */
template <class T>
inline Wide exp(Wide x) {
  const Wide value = expWithin<T>(x);
  return x < leastExponent ? Wide{} : x > mostExponent ? Wide{} + __builtin_inf() : value;
}

/** σ(x) = 1 / (1 + e⁻ˣ); e⁻ˣ stops rising where σ has long become 0. */
template <class T>
inline Wide sigmoid(Wide x) {
  const Wide value = 1.0 / (1.0 + expWithin<T>(-x));
  return x < leastExponent ? Wide{} : value;
}

/** tanh x = (e²ˣ − 1) / (e²ˣ + 1), e²ˣ − 1 without cancellation; beyond ±20 it is ±1. */
template <class T>
inline Wide tanh(Wide x) {
  const Wide clamped = x < -20.0 ? Wide{} - 20.0 : x > 20.0 ? Wide{} + 20.0 : x;
  const Exponential e = exponential<T>(2.0 * clamped);
  const Wide minusOne = e.scale * e.minusOne + (e.scale - 1.0);
  const Wide value = minusOne / (minusOne + 2.0);
  return x == 0.0 ? x : value;  // keeps −0
}

inline Wide larger(Wide a, Wide b) { return ((a > b) | (a != a)) ? a : b; }

/** One number out of a vector, halves folded in a fixed order. */
template <class Fold>
inline double reduce(Wide vector, Fold fold) {
  double values[wideLanes];
  store(values, vector);
  for (int half = wideLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) values[i] = fold(values[i], values[i + half]);
  }
  return values[0];
}

/** Σ term(i, count) over [0, length), where lanes from `count` on must be 0; four sums side by side, so that none has to wait. */
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
