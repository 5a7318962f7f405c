// y = f(x) and derivative = f′(x), the counterpart of src/kernels/activations.ts. HANDGRAD_ACTIVATIONS in kernels.h lists the
// functions here.
#pragma once

#include <math.h>

#include "functions.h"

namespace handgrad {
namespace {

/** x·share. At x = −∞ with share 0, the result is the limit −0, not NaN. */
template <class T>
inline Vector<T> timesShare(Vector<T> x, Vector<T> share) {
  return share == T(0) ? -Vector<T>{} : x * share;
}

/** One number or vector if x ≤ 0, another if x > 0, NaN for NaN. */
template <class T>
inline Vector<T> bySign(Vector<T> x, Vector<T> negative, Vector<T> positive) {
  return x <= T(0) ? negative : x > T(0) ? positive : x;
}

template <class T>
constexpr Vector<T> one = Vector<T>{} + T(1);

template <class T>
inline ValueAndDerivative<T> geluActivation(Vector<T> x, T) {
  constexpr T linear = T(1.5957691216057307117597842397375);  // 2·√(2/π)
  constexpr T cubic = T(0.044715 * 1.5957691216057307117597842397375);
  const Vector<T> square = x * x;
  const auto [s, ds] = sigmoid<T>(x * (linear + cubic * square));  // ds is 0 where x² may be infinite: 0·∞ must not become NaN
  const Vector<T> derivative = s + x * ds * (linear + T(3) * cubic * square);
  return {timesShare<T>(x, s), ds == T(0) ? s : derivative};
}

/** Φ(x), the normal distribution. In double it has the precision of the library's erfc. */
inline Vector<double> normalShare(Vector<double> x, Vector<double>) {
  for (int i = 0; i < wideLanes; i++) x[i] = 0.5 * ::erfc(x[i] * -0.70710678118654752440084436210485);
  return x;
}

/**
 * Φ(−|x|) = ½·erfc(|x|/√2) = e^(−x²/2)·t·P(t) with t = 1/(1 + 0.45·|x|/√2), without cancellation. P is a minimax polynomial of
 * degree 9, with a relative error of at most 3.3e-8, in the form of Abramowitz & Stegun 7.1.26.
 */
inline Vector<float> normalShare(Vector<float> x, Vector<float> exponential) {
  constexpr float coefficients[] = {-0.0206955310f, 0.0953438409f, -0.150291043f, 0.0712002821f, -0.0111788494f,
                                    0.0599751737f,  0.0876260721f, 0.114135820f,  0.126941581f,  0.126942660f};
  const Vector<float> t = 1.0f / (1.0f + 0.318198052f * (x < 0.0f ? -x : x));
  Vector<float> polynomial = Vector<float>{} + coefficients[0];
#pragma GCC unroll 16
  for (int i = 1; i < 10; i++) polynomial = polynomial * t + coefficients[i];
  const Vector<float> tail = exponential * (polynomial * t);
  return x > 0.0f ? 1.0f - tail : tail;
}

template <class T>
inline ValueAndDerivative<T> geluExactActivation(Vector<T> x, T) {
  const Vector<T> exponential = exp<T>(T(-0.5) * x * x);
  const Vector<T> density = exponential * T(0.39894228040143267793994605993438);
  const Vector<T> normal = normalShare(x, exponential);
  return {timesShare<T>(x, normal), density == T(0) ? normal : normal + x * density};
}

template <class T>
inline ValueAndDerivative<T> leakyReluActivation(Vector<T> x, T negativeSlope) {
  return {x <= T(0) ? negativeSlope * x : x, bySign<T>(x, Vector<T>{} + negativeSlope, one<T>)};
}

template <class T>
inline ValueAndDerivative<T> reluActivation(Vector<T> x, T) {
  return {x <= T(0) ? Vector<T>{} : x, bySign<T>(x, Vector<T>{}, one<T>)};
}

template <class T>
inline ValueAndDerivative<T> tanhActivation(Vector<T> x, T) {
  return tanh<T>(x);
}

template <class T>
inline ValueAndDerivative<T> sigmoidActivation(Vector<T> x, T) {
  return sigmoid<T>(x);
}

template <class T>
inline ValueAndDerivative<T> siluActivation(Vector<T> x, T) {
  const auto [s, ds] = sigmoid<T>(x);
  return {timesShare<T>(x, s), ds == T(0) ? s : s + x * ds};
}

template <class T>
inline ValueAndDerivative<T> eluActivation(Vector<T> x, T alpha) {
  const Vector<T> rest = expMinusOne<T>(x < T(0) ? x : Vector<T>{});
  return {x <= T(0) ? alpha * rest : x, bySign<T>(x, alpha * (rest + T(1)), one<T>)};
}

template <class T>
inline ValueAndDerivative<T> seluActivation(Vector<T> x, T) {
  constexpr T scale = T(1.0507009873554804934193349852946), alpha = T(1.6732632423543772848170429916717);
  const ValueAndDerivative<T> elu = eluActivation<T>(x, alpha);
  return {scale * elu.value, scale * elu.derivative};
}

template <class T>
inline ValueAndDerivative<T> softplusActivation(Vector<T> x, T threshold) {
  const Vector<T> e = exp<T>(x < T(0) ? x : -x);
  Vector<T> rest;
  for (int i = 0; i < vectorBytes / int{sizeof(T)}; i++) rest[i] = T(::log1p(double(e[i])));
  return {x > threshold ? x : (x <= T(0) ? Vector<T>{} : x) + rest, x > threshold ? one<T> : sigmoid<T>(x).value};
}

template <class T>
inline ValueAndDerivative<T> hardSwishActivation(Vector<T> x, T) {
  const Vector<T> shifted = x + T(3);
  const Vector<T> limited = shifted <= T(0) ? Vector<T>{} : shifted >= T(6) ? Vector<T>{} + T(6) : shifted;
  const Vector<T> derivative = (T(2) * x + T(3)) / T(6);
  return {timesShare<T>(x, limited / T(6)), x <= T(-3) ? Vector<T>{} : x >= T(3) ? one<T> : derivative};
}

/**
 * f and f′ of `rows` rows of `columns` numbers; `stride` is the distance between rows in all arrays. `derivative` may be null, and y may
 * be x.
 */
template <class T>
using Apply = void (*)(T* y, T* derivative, const T* x, T parameter, Index rows, Index columns, Index stride);

template <class T, ValueAndDerivative<T> f(Vector<T>, T)>
void applyActivation(T* y, T* derivative, const T* x, T parameter, Index rows, Index columns, Index stride) {
  constexpr Index lanes = vectorBytes / sizeof(T);
  const auto apply = [&](Index i, Index count) {
    const ValueAndDerivative<T> result = f(loadFirst(x + i, count), parameter);
    storeFirst(y + i, count, result.value);
    if (derivative) storeFirst(derivative + i, count, result.derivative);
  };
  for (Index row = 0; row < rows; row++) {
    Index i = row * stride;
    const Index end = i + columns;
    for (; i + lanes <= end; i += lanes) apply(i, lanes);
    if (i < end) apply(i, end - i);
  }
}

/** The activation with a number. */
template <class T>
inline Apply<T> activationOf(double number) {
#define HANDGRAD_APPLY(name) applyActivation<T, name##Activation<T>>,
  static constexpr Apply<T> functions[] = {HANDGRAD_ACTIVATIONS(HANDGRAD_APPLY)};
#undef HANDGRAD_APPLY
  return functions[static_cast<Index>(number)];
}

constexpr Index activationItem = 1024;

inline void planActivation(Arguments& arguments, Index) {
  arguments.items = divideUp(sizeOf(arguments, 0), activationItem);
}

/** All items of `length` numbers; `activation` is its number, then its parameter. */
template <class T>
void activateItems(Lane& lane, T* y, T* derivative, const T* x, Index length, const double* activation) {
  const Apply<T> apply = activationOf<T>(activation[0]);
  Index item;
  while (takeItem(lane, item)) {
    const Index begin = item * activationItem, count = smaller(activationItem, length - begin);
    apply(y + begin, derivative ? derivative + begin : nullptr, x + begin, T(activation[1]), 1, count, count);
  }
}

template <class T>
void runActivation(const Arguments& arguments, Lane& lane) {
  activateItems(lane, arrayOf<T>(arguments, 0), arrayOf<T>(arguments, 1), arrayOf<T>(arguments, 2), sizeOf(arguments, 0), arguments.numbers + 1);
}

}  // namespace
}  // namespace handgrad
