// Copies operands into the order in which the tiles read them: contiguous, in the cache, and without strides that map to the same
// cache set.
#pragma once

#include "tile.h"
#include "transpose.h"

namespace handgrad {
namespace {

/** A panel of B: columns that one column of tiles covers. Full panels come first, then at most two narrower ones for the rest. */
template <class T>
struct Panels {
  static constexpr Index lanes = vectorBytes / sizeof(T);
  static constexpr Index full = tileVectors * lanes;
  static constexpr Index half = vectorBytes > 16 ? lanes / 2 : lanes;

  /** The width of the panel that begins when `left` columns remain; at most `left` of its columns are used. */
  static Index width(Index left) {
    if (left > lanes + half || (half == lanes && left > lanes)) return full;
    return left > half ? lanes : half;
  }
};

/** A panel (depth × width) of B, its rows one after the other; columns beyond `used` are zero. */
template <class T, bool transposed>
void packPanel(const T* b, Index stride, Index depth, Index width, Index used, T* packed) {
  for (Index k = 0; used < width && k < depth; k++) {
    for (Index j = used; j < width; j++) packed[k * width + j] = 0;
  }
  if (transposed) {
    transpose(b, stride, packed, width, used, depth);
  } else if (used == Panels<T>::full) {
    constexpr Index bytes = Panels<T>::full * sizeof(T);
    for (Index k = 0; k < depth; k++) __builtin_memcpy(packed + k * width, b + k * stride, bytes);
  } else {
    for (Index k = 0; k < depth; k++) {
      for (Index j = 0; j < used; j++) packed[k * width + j] = b[k * stride + j];
    }
  }
}

/** Copies rows [0, rows) of A (rows × depth) with a stride that suits the cache. */
template <class T>
void packRows(const T* a, Index stride, Index rows, Index depth, T* packed) {
  using V = Vector<T>;
  constexpr Index lanes = sizeof(V) / sizeof(T);
  for (Index i = 0; i < rows; i++) {
    const T* from = a + i * stride;
    T* to = packed + i * ByRows::rowStride;
    Index k = 0;
    for (; k + lanes <= depth; k += lanes) store(to + k, load<V>(from + k));
    for (; k < depth; k++) to[k] = from[k];
  }
}

/**
 * The distance between packed tiles in elements: a cache line more than a tile, because multiples of 4096 bytes map to the same
 * cache set.
 */
template <class T>
constexpr Index packedTileStride(Index depth) {
  constexpr Index gap = 64 / Index{sizeof(T)};
  static_assert(packedWidth<T> - tileRows <= gap, "the surplus of the last row fits into the gap");
  return depth * tileRows + gap;
}

/** Packs the last `rows` columns of a source (depth × …) as a tile, without reading after them. */
template <class T>
void packColumns(const T* a, Index stride, Index rows, Index depth, T* packed) {
  for (Index k = 0; k < depth; k++) {
    for (Index i = 0; i < rows; i++) packed[k * tileRows + i] = a[k * stride + i];
  }
}

}  // namespace
}  // namespace handgrad
