// Strips of neighbouring columns of a matrix, whose sums over the rows stay in registers.
#pragma once

#include "functions.h"

namespace handgrad {
namespace {

constexpr int stripVectors = 8;
constexpr Index stripColumns = stripVectors * wideLanes;
constexpr Index leastNormElements = 16384;  // with fewer, one thread is used

/** The nearest numbers of type T. */
template <class T>
inline Wide roundTo(Wide value) {
  using Rounded = Vector<T, wideLanes * sizeof(T)>;
  return __builtin_convertvector(__builtin_convertvector(value, Rounded), Wide);
}

/** `vectors` whole vectors of neighbouring columns, or a single vector with only `count` columns. */
template <int vectors_>
struct Strip {
  static constexpr int vectors = vectors_;
  Index column, count;

  template <class T>
  Wide read(const T* row, int vector) const {
    return vectors > 1 ? loadWide(row + column + vector * wideLanes) : loadSome(row + column, count);
  }
  /** The products of two rows, rounded to T. */
  template <class T>
  Wide readProduct(const T* a, const T* b, int vector) const {
    using Part = Vector<T, wideLanes * sizeof(T)>;
    if (vectors == 1 && count < wideLanes) return roundTo<T>(read(a, vector) * read(b, vector));
    const Index at = column + vector * wideLanes;
    return __builtin_convertvector(load<Part>(a + at) * load<Part>(b + at), Wide);
  }
  template <class T>
  void write(T* row, int vector, Wide value) const {
    if (vectors > 1) return storeWide(row + column + vector * wideLanes, value);
    storeSome(row + column, count, value);
  }
};

/** Calls `body(strip)` for the columns from `begin` on, a multiple of the width of a strip. */
template <class Body>
inline void forEachStrip(Index begin, Index end, Body body) {
  Index j = begin;
  for (; j + stripColumns <= end; j += stripColumns) body(Strip<stripVectors>{j, wideLanes});
  forEachWide(j, end, [&](Index i, Index count) { body(Strip<1>{i, count}); });
}

}  // namespace
}  // namespace handgrad
