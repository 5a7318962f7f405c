// y = f(x) and slope = f′(x), the twin of src/kernels/activations.ts. HANDGRAD_ACTIVATIONS in kernels.h lists the functions here.
#pragma once

#include <math.h>

#include "functions.h"

namespace handgrad {
namespace {

struct ValueAndSlope {
  Wide value;
  Wide slope;
};

/** x·share, where the share may be 0 at x = −∞: there the limit −0, not NaN. */
inline Wide timesShare(Wide x, Wide share) { return share == 0.0 ? -Wide{} : x * share; }

template <class T>
inline ValueAndSlope geluActivation(Wide x, double) {
  constexpr double twoSqrtTwoOverPi = 1.5957691216057307117597842397375;
  constexpr double cubic = 0.044715;
  const Wide square = x * x;
  const Wide s = sigmoid<T>(x * (twoSqrtTwoOverPi + twoSqrtTwoOverPi * cubic * square));
  const Wide ds = s * (1.0 - s);  // 0 in both tails, where x² may be infinite: 0·∞ must not become NaN
  const Wide slope = s + x * ds * (twoSqrtTwoOverPi + 3 * twoSqrtTwoOverPi * cubic * square);
  return {timesShare(x, s), ds == 0.0 ? s : slope};
}

template <class T>
inline ValueAndSlope geluExactActivation(Wide x, double) {
  const Wide density = exp<T>(-0.5 * x * x) * 0.39894228040143267793994605993438;
  Wide normal;
  for (int i = 0; i < wideLanes; i++) normal[i] = 0.5 * ::erfc(x[i] * -0.70710678118654752440084436210485);
  return {timesShare(x, normal), density == 0.0 ? normal : normal + x * density};
}

template <class T>
inline ValueAndSlope leakyReluActivation(Wide x, double negativeSlope) {
  const Wide one = Wide{} + 1.0;
  return {x <= 0.0 ? negativeSlope * x : x, x <= 0.0 ? Wide{} + negativeSlope : x > 0.0 ? one : x};
}

template <class T>
inline ValueAndSlope reluActivation(Wide x, double) {
  const Wide one = Wide{} + 1.0;
  return {x <= 0.0 ? Wide{} : x, x <= 0.0 ? Wide{} : x > 0.0 ? one : x};
}

template <class T>
inline ValueAndSlope tanhActivation(Wide x, double) {
  const Wide t = tanh<T>(x);
  return {t, 1.0 - t * t};
}

template <class T>
inline ValueAndSlope sigmoidActivation(Wide x, double) {
  const Wide s = sigmoid<T>(x);
  return {s, s * (1.0 - s)};
}

template <class T>
inline ValueAndSlope siluActivation(Wide x, double) {
  const Wide s = sigmoid<T>(x);
  const Wide ds = s * (1.0 - s);
  return {timesShare(x, s), ds == 0.0 ? s : s + x * ds};
}

constexpr Index activationItem = 1024;

inline void planActivation(Arguments& arguments, Index) {
  arguments.items = divideUp(sizeOf(arguments, 0), activationItem);
}

template <class T, ValueAndSlope f(Wide, double)>
void applyActivation(const Arguments& arguments, Index begin, Index end) {
  T* const y = arrayOf<T>(arguments, 0);
  T* const slope = arrayOf<T>(arguments, 1);
  const T* const x = arrayOf<T>(arguments, 2);
  const double negativeSlope = arguments.numbers[2];
  forEachWide(begin, end, [&](Index i, Index count) {
    const ValueAndSlope result = f(loadSome(x + i, count), negativeSlope);
    storeSome(y + i, count, result.value);
    if (slope) storeSome(slope + i, count, result.slope);
  });
}

template <class T>
void runActivation(const Arguments& arguments, Lane& lane) {
  using Apply = void (*)(const Arguments&, Index, Index);
#define HANDGRAD_APPLY(name) applyActivation<T, name##Activation<T>>,
  static constexpr Apply functions[] = {HANDGRAD_ACTIVATIONS(HANDGRAD_APPLY)};
#undef HANDGRAD_APPLY
  const Index length = sizeOf(arguments, 0);
  const Apply apply = functions[sizeOf(arguments, 1)];
  Index item;
  while (takeItem(lane, item)) {
    apply(arguments, item * activationItem, smaller(length, (item + 1) * activationItem));
  }
}

}  // namespace
}  // namespace handgrad
