// Square blocks transposed in registers, for operands whose inner dimension is contiguous.
#pragma once

#include <utility>  // integer_sequence: a type, no code

#include "vectors.h"

namespace handgrad {
namespace {

/** The elements of a and b alternately, from `start` on: a[start], b[start], a[start + 1], … */
template <int start, class V, int... lane>
inline V zip(V a, V b, std::integer_sequence<int, lane...>) {
  constexpr int lanes = sizeof...(lane);
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(a, b, (start + lane / 2 + lane % 2 * lanes)...);
#else
  typedef decltype(a > b) Mask;
  return __builtin_shuffle(a, b, Mask{(start + lane / 2 + lane % 2 * lanes)...});
#endif
}

/** log₂(lanes) rounds of zipping row i with row i + lanes/2 turn rows into columns. */
template <class T, int lanes, class V = Vector<T, lanes * sizeof(T)>>
inline void transposeBlock(const T* from, Index fromStride, T* to, Index toStride) {
  using Lanes = std::make_integer_sequence<int, lanes>;
  V rows[lanes];
  V mixed[lanes];
#pragma GCC unroll 8
  for (int i = 0; i < lanes; i++) rows[i] = load<V>(from + i * fromStride);
#pragma GCC unroll 8
  for (int half = 1; half < lanes; half *= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < lanes / 2; i++) {
      mixed[2 * i] = zip<0>(rows[i], rows[i + lanes / 2], Lanes());
      mixed[2 * i + 1] = zip<lanes / 2>(rows[i], rows[i + lanes / 2], Lanes());
    }
#pragma GCC unroll 8
    for (int i = 0; i < lanes; i++) rows[i] = mixed[i];
  }
#pragma GCC unroll 8
  for (int i = 0; i < lanes; i++) store(to + i * toStride, rows[i]);
}

/** to[k · toStride + j] = from[j · fromStride + k] for `count` rows j and `depth` positions k. */
template <class T>
void transpose(const T* from, Index fromStride, T* to, Index toStride, Index count, Index depth) {
  constexpr int full = vectorBytes / sizeof(T);
  constexpr int lanes = full < 8 ? full : 8;
  Index j = 0;
  for (; j + lanes <= count; j += lanes) {
    Index k = 0;
    for (; k + lanes <= depth; k += lanes) {
      transposeBlock<T, lanes>(from + j * fromStride + k, fromStride, to + k * toStride + j, toStride);
    }
    for (; k < depth; k++) {
      for (int i = 0; i < lanes; i++) to[k * toStride + j + i] = from[(j + i) * fromStride + k];
    }
  }
  for (; j < count; j++) {
    for (Index k = 0; k < depth; k++) to[k * toStride + j] = from[j * fromStride + k];
  }
}

}  // namespace
}  // namespace handgrad
