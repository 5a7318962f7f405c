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

/** eˣ − 1 = 2t/(1 − t), t = tanh(x/2), which loses nothing near 0; for x of at most 0 */
template <class T>
inline Wide expMinusOne(Wide x) {
  const Wide t = tanh<T>(0.5 * x);
  return 2.0 * t / (1.0 - t);
}

template <class T>
inline ValueAndSlope eluActivation(Wide x, double alpha) {
  const Wide one = Wide{} + 1.0;
  const Wide rest = expMinusOne<T>(x < 0.0 ? x : Wide{});
  return {x <= 0.0 ? alpha * rest : x, x <= 0.0 ? alpha * (rest + 1.0) : x > 0.0 ? one : x};
}

template <class T>
inline ValueAndSlope seluActivation(Wide x, double) {
  constexpr double scale = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;
  const ValueAndSlope elu = eluActivation<T>(x, alpha);
  return {scale * elu.value, scale * elu.slope};
}

template <class T>
inline ValueAndSlope softplusActivation(Wide x, double threshold) {
  const Wide one = Wide{} + 1.0;
  const Wide e = exp<T>(x < 0.0 ? x : -x);
  Wide rest;
  for (int i = 0; i < wideLanes; i++) rest[i] = ::log1p(e[i]);
  return {x > threshold ? x : (x <= 0.0 ? Wide{} : x) + rest, x > threshold ? one : sigmoid<T>(x)};
}

template <class T>
inline ValueAndSlope hardSwishActivation(Wide x, double) {
  const Wide one = Wide{} + 1.0;
  const Wide shifted = x + 3.0;
  const Wide limited = shifted <= 0.0 ? Wide{} : shifted >= 6.0 ? Wide{} + 6.0 : shifted;
  return {timesShare(x, limited / 6.0), x <= -3.0 ? Wide{} : x >= 3.0 ? one : (2.0 * x + 3.0) / 6.0};
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
  const double parameter = arguments.numbers[2];
  forEachWide(begin, end, [&](Index i, Index count) {
    const ValueAndSlope result = f(loadSome(x + i, count), parameter);
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
