// exp and its relatives on vectors of double. float32 passes through them too: half as wide, but then only the last rounding
// counts, and there is one set of polynomials to trust. No branch, no table: the same bits in every lane.
#pragma once

#include "vectors.h"

namespace handgrad {
namespace {

using Wide = Vector<double>;
using WideBits = Vector<long long>;
constexpr int wideLanes = vectorBytes / sizeof(double);

inline Wide loadWide(const double* from) { return load<Wide>(from); }
inline void storeWide(double* to, Wide value) { store(to, value); }
inline Wide loadWide(const float* from) {
  return __builtin_convertvector((load<Vector<float, vectorBytes / 2>>(from)), Wide);
}
inline void storeWide(float* to, Wide value) {
  store(to, __builtin_convertvector(value, Vector<float, vectorBytes / 2>));
}

/** Applies `operation(position, lanes)`-style vector work to [begin, end); the ragged end goes through a padded copy. */
template <class T, class Body>
inline void forEachWide(Index begin, Index end, Body body) {
  Index i = begin;
  for (; i + wideLanes <= end; i += wideLanes) body(i, Index{wideLanes});
  if (i < end) body(i, end - i);
}

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

/** eˣ = scale + scale·minusOne, scale a power of two: with x = n·ln 2 + r, |r| ≤ ½ ln 2, minusOne is the polynomial of eʳ − 1. */
struct Exponential {
  Wide scale;
  Wide minusOne;
};

inline Exponential exponential(Wide x) {
  constexpr double shift = 6755399441055744.0;  // 1.5·2⁵²: adding it rounds to a whole number, held in the low bits
  constexpr double ln2High = 6.93147180369123816490e-01;  // the last 32 bits are zero, so that n·ln2High is exact
  constexpr double ln2Low = 1.90821492927058770002e-10;
  const Wide shifted = x * 1.44269504088896340736 + shift;
  const Wide n = shifted - shift;
  const Wide r = (x - n * ln2High) - n * ln2Low;

  Wide p = r * (1.0 / 6227020800.0) + 1.0 / 479001600.0;  // Taylor to r¹³/13!: the rest is below 1e-17
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  const WideBits exponent = (bitCast<WideBits>(shifted) << 52) + bitCast<WideBits>(Wide{} + 1.0);
  return {bitCast<Wide>(exponent), p * (r * r) + r};
}

/** eˣ: 0 and Infinity beyond the range of normal numbers, NaN for NaN. */
inline Wide exp(Wide x) {
  constexpr double least = -708.0, most = 709.0;
  const Wide clamped = x < least ? Wide{} + least : x > most ? Wide{} + most : x;
  const Exponential e = exponential(clamped);
  const Wide value = e.scale + e.scale * e.minusOne;
  return x < least ? Wide{} : x > most ? Wide{} + __builtin_inf() : value;
}

/** σ(x) = 1 / (1 + e⁻ˣ) */
inline Wide sigmoid(Wide x) { return 1.0 / (1.0 + exp(-x)); }

/** tanh x = (e²ˣ − 1) / (e²ˣ + 1), e²ˣ − 1 without cancellation; beyond ±20 it is ±1. */
inline Wide tanh(Wide x) {
  const Wide clamped = x < -20.0 ? Wide{} - 20.0 : x > 20.0 ? Wide{} + 20.0 : x;
  const Exponential e = exponential(2.0 * clamped);
  const Wide minusOne = e.scale * e.minusOne + (e.scale - 1.0);
  const Wide value = minusOne / (minusOne + 2.0);
  return x == 0.0 ? x : value;  // keeps −0
}

inline Wide larger(Wide a, Wide b) { return (a > b) | (a != a) ? a : b; }

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

}  // namespace
}  // namespace handgrad
