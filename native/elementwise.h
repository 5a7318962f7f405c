// Elementwise operations: plain loops that the compiler vectorizes. Pieces begin at multiples of a fixed length, so that every
// element is computed by the same instructions for any number of threads.
#pragma once

#include <math.h>

#include "vectors.h"

// The arrays of one call are either identical or do not overlap (see the contract), so no element depends on an earlier one.
#if defined(__clang__)
#define HANDGRAD_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define HANDGRAD_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace handgrad {
namespace {

constexpr Index passItem = 4096;

inline void planPass(Arguments& arguments, Index) { arguments.items = divideUp(sizeOf(arguments, 0), passItem); }

/** Calls `body(begin, end)` for each piece of arrays whose length is the first number. */
template <class Body>
inline void forEachPiece(const Arguments& arguments, Lane& lane, Body body) {
  const Index length = sizeOf(arguments, 0);
  Index item;
  while (takeItem(lane, item)) body(item * passItem, smaller(length, (item + 1) * passItem));
}

template <class T>
void runMultiply(const Arguments& arguments, Lane& lane) {
  T* const out = arrayOf<T>(arguments, 0);
  const T* const a = arrayOf<T>(arguments, 1);
  const T* const b = arrayOf<T>(arguments, 2);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) out[i] = a[i] * b[i];
  });
}

/** y ← y + factor·x */
template <class T>
void runAddScaled(const Arguments& arguments, Lane& lane) {
  T* const y = arrayOf<T>(arguments, 0);
  const T* const x = arrayOf<T>(arguments, 1);
  const T factor = T(arguments.numbers[1]);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) y[i] += factor * x[i];
  });
}

/** y ← y + factor·sign(x), NaN for NaN */
template <class T>
void runAddSign(const Arguments& arguments, Lane& lane) {
  T* const y = arrayOf<T>(arguments, 0);
  const T* const x = arrayOf<T>(arguments, 1);
  const T factor = T(arguments.numbers[1]);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) y[i] += x[i] > 0 ? factor : x[i] < 0 ? -factor : factor * x[i];
  });
}

/** θ ← θ − η·g − λ·θ */
template <class T>
void runSgd(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  const T learningRate = T(arguments.numbers[1]), weightDecay = T(arguments.numbers[2]);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) values[i] = values[i] - learningRate * gradients[i] - weightDecay * values[i];
  });
}

inline float squareRoot(float x) { return __builtin_sqrtf(x); }
inline double squareRoot(double x) { return __builtin_sqrt(x); }

/** The moments of Adam and its variants, from β₁, β₂, ε, λ and the step: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², v̂ = v·correction */
template <class T>
struct Moments {
  T beta1, rest1, beta2, rest2, epsilon, weightDecay, correction;

  explicit Moments(const double* rates)
      : beta1(T(rates[0])), rest1(T(1 - rates[0])), beta2(T(rates[1])), rest2(T(1 - rates[1])), epsilon(T(rates[2])),
        weightDecay(T(rates[3])), correction(T(1 / (1 - ::pow(rates[1], rates[4])))) {}

  void move(T& m, T& v, T g) const {
    m = beta1 * m + rest1 * g;
    v = beta2 * v + rest2 * g * g;
  }

  /** √v̂ + ε */
  T divisor(T v) const { return squareRoot(v * correction) + epsilon; }
};

/** η/(1 − β₁ᵗ), from η, then what Moments reads */
template <class T>
T adamRate(const double* numbers) {
  return T(numbers[0] / (1 - ::pow(numbers[1], numbers[5])));
}

/** m and v are updated as in Moments, θ ← θ − η·m̂/(√v̂ + ε) − λ·θ */
template <class T>
void runAdam(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  T* const m = arrayOf<T>(arguments, 2);
  T* const v = arrayOf<T>(arguments, 3);
  const double* const numbers = arguments.numbers + 1;
  const Moments<T> moments(numbers + 1);
  const T rate = adamRate<T>(numbers);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) {
      moments.move(m[i], v[i], gradients[i]);
      values[i] = values[i] - rate * m[i] / moments.divisor(v[i]) - moments.weightDecay * values[i];
    }
  });
}

}  // namespace
}  // namespace handgrad
