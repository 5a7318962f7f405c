// One pass over arrays side by side: plain loops that the compiler vectorizes. Pieces begin at multiples of a fixed length, so
// that every element meets the same instructions however many threads there are.
#pragma once

#include <math.h>

#include "vectors.h"

// Arrays of one call are either the same or apart (the contract says so): no element depends on an earlier one.
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

/** m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·m̂/(√v̂ + ε) − λ·θ */
template <class T>
void runAdam(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  T* const m = arrayOf<T>(arguments, 2);
  T* const v = arrayOf<T>(arguments, 3);
  const double* const numbers = arguments.numbers + 1;
  const T beta1 = T(numbers[1]), rest1 = T(1 - numbers[1]), beta2 = T(numbers[2]), rest2 = T(1 - numbers[2]);
  const T epsilon = T(numbers[3]), weightDecay = T(numbers[4]);
  const T rate = T(numbers[0] / (1 - ::pow(numbers[1], numbers[5])));
  const T correction = T(1 / (1 - ::pow(numbers[2], numbers[5])));
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) {
      const T g = gradients[i];
      m[i] = beta1 * m[i] + rest1 * g;
      v[i] = beta2 * v[i] + rest2 * g * g;
      values[i] = values[i] - rate * m[i] / (squareRoot(v[i] * correction) + epsilon) - weightDecay * values[i];
    }
  });
}

}  // namespace
}  // namespace handgrad
