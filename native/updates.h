// The less common updates of optimizers and the operations on whole gradients, the counterpart of src/kernels/scalarUpdates.ts:
// plain loops that the compiler vectorizes, in the pieces of elementwise.h.
#pragma once

#include "elementwise.h"
#include "functions.h"

namespace handgrad {
namespace {

/** u ← μu + g, θ ← θ − η·(own·g + moving·u) − λ·θ: u alone, or with `nesterov` g + μu */
template <class T>
void runMomentum(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  T* const velocity = arrayOf<T>(arguments, 2);
  const double* const numbers = arguments.numbers + 1;
  const T learningRate = T(numbers[0]), momentum = T(numbers[1]), weightDecay = T(numbers[3]);
  const bool nesterov = numbers[2] != 0;
  const T own = T(nesterov ? 1 : 0), moving = nesterov ? momentum : T(1);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) {
      const T g = gradients[i];
      velocity[i] = momentum * velocity[i] + g;
      values[i] = values[i] - learningRate * (own * g + moving * velocity[i]) - weightDecay * values[i];
    }
  });
}

/** v ← αv + (1−α)g², θ ← θ − η·g/(√v + ε) − λ·θ */
template <class T>
void runRmsprop(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  T* const v = arrayOf<T>(arguments, 2);
  const double* const numbers = arguments.numbers + 1;
  const T learningRate = T(numbers[0]), alpha = T(numbers[1]), rest = T(1 - numbers[1]);
  const T epsilon = T(numbers[2]), weightDecay = T(numbers[3]);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) {
      const T g = gradients[i];
      v[i] = alpha * v[i] + rest * g * g;
      values[i] = values[i] - learningRate * g / (squareRoot(v[i]) + epsilon) - weightDecay * values[i];
    }
  });
}

/** s ← s + g², θ ← θ − η·g/(√s + ε) − λ·θ */
template <class T>
void runAdagrad(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  T* const sum = arrayOf<T>(arguments, 2);
  const double* const numbers = arguments.numbers + 1;
  const T learningRate = T(numbers[0]), epsilon = T(numbers[1]), weightDecay = T(numbers[2]);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) {
      const T g = gradients[i];
      sum[i] = sum[i] + g * g;
      values[i] = values[i] - learningRate * g / (squareRoot(sum[i]) + epsilon) - weightDecay * values[i];
    }
  });
}

/**
 * θ ← θ − η·sign(β₁m + (1−β₁)g) − λ·θ, then m ← β₂m + (1−β₂)g. Computed in double, also for float: if the two terms nearly
 * cancel, rounding could change the sign. x/|x| is the same sign as in the scalar kernels, NaN for NaN and ±∞.
 */
template <class T>
void runLion(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  T* const m = arrayOf<T>(arguments, 2);
  const double* const numbers = arguments.numbers + 1;
  const double learningRate = numbers[0], beta1 = numbers[1], beta2 = numbers[2], weightDecay = numbers[3];
  const double rest1 = 1 - beta1, rest2 = 1 - beta2;
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) {
      const double g = gradients[i], before = m[i], value = values[i];
      const double mix = beta1 * before + rest1 * g;
      const double direction = mix == 0 ? 0 : mix / __builtin_fabs(mix);
      m[i] = T(beta2 * before + rest2 * g);
      values[i] = T(value - learningRate * direction - weightDecay * value);
    }
  });
}

/** m and v as in runAdam, w ← max(w, v), θ ← θ − η·m̂/(√ŵ + ε) − λ·θ; as in the scalar kernels, a NaN in v is kept */
template <class T>
void runAmsgrad(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  T* const m = arrayOf<T>(arguments, 2);
  T* const v = arrayOf<T>(arguments, 3);
  T* const largest = arrayOf<T>(arguments, 4);
  const double* const numbers = arguments.numbers + 1;
  const Moments<T> moments(numbers + 1);
  const T rate = adamRate<T>(numbers);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) {
      moments.move(m[i], v[i], gradients[i]);
      largest[i] = v[i] <= largest[i] ? largest[i] : v[i];
      values[i] = values[i] - rate * m[i] / moments.divisor(largest[i]) - moments.weightDecay * values[i];
    }
  });
}

/** m and v as in runAdam, θ ← θ − (ofGradient·g + ofMoment·m)/(√v̂ + ε) − λ·θ */
template <class T>
void runNadam(const Arguments& arguments, Lane& lane) {
  T* const values = arrayOf<T>(arguments, 0);
  const T* const gradients = arrayOf<T>(arguments, 1);
  T* const m = arrayOf<T>(arguments, 2);
  T* const v = arrayOf<T>(arguments, 3);
  const double* const numbers = arguments.numbers + 1;
  const T ofGradient = T(numbers[0]), ofMoment = T(numbers[1]);
  const Moments<T> moments(numbers + 2);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) {
      const T g = gradients[i];
      moments.move(m[i], v[i], g);
      const T update = (ofGradient * g + ofMoment * m[i]) / moments.divisor(v[i]);
      values[i] = values[i] - update - moments.weightDecay * values[i];
    }
  });
}

/** a ← a + share·(θ − a) */
template <class T>
void runBlend(const Arguments& arguments, Lane& lane) {
  T* const average = arrayOf<T>(arguments, 0);
  const T* const values = arrayOf<T>(arguments, 1);
  const T share = T(arguments.numbers[1]);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    HANDGRAD_INDEPENDENT
    for (Index i = begin; i < end; i++) average[i] += share * (values[i] - average[i]);
  });
}

/** x ← factor·x; the factor is double, because clipping a huge norm can make it smaller than any float */
template <class T>
void runScale(const Arguments& arguments, Lane& lane) {
  T* const x = arrayOf<T>(arguments, 0);
  const double factor = arguments.numbers[1];
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    for (Index i = begin; i < end; i++) x[i] = T(x[i] * factor);
  });
}

/** x ← max(−limit, min(limit, x)); NaN stays NaN */
template <class T>
void runClamp(const Arguments& arguments, Lane& lane) {
  T* const x = arrayOf<T>(arguments, 0);
  const T limit = T(arguments.numbers[1]);
  forEachPiece(arguments, lane, [=](Index begin, Index end) {
    for (Index i = begin; i < end; i++) x[i] = x[i] > limit ? limit : x[i] < -limit ? -limit : x[i];
  });
}

inline void planSumSquares(Arguments& arguments, Index) {
  arguments.items = divideUp(sizeOf(arguments, 0), sizeOf(arguments, 1));
}

/** sums[p] = Σ x² over piece p, in double: the caller adds up the pieces, which are always the same, in the same order. */
template <class T>
void runSumSquares(const Arguments& arguments, Lane& lane) {
  const T* const x = arrayOf<T>(arguments, 0);
  double* const sums = arrayOf<double>(arguments, 1);
  const Index length = sizeOf(arguments, 0), piece = sizeOf(arguments, 1);
  Index item;
  while (takeItem(lane, item)) {
    const T* const from = x + item * piece;
    sums[item] = sumAlong(smaller(piece, length - item * piece), [=](Index i, Index count) {
      const Wide value = loadSome(from + i, count);
      return value * value;
    });
  }
}

}  // namespace
}  // namespace handgrad
