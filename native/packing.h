// Operands copied into the order in which the tiles read them: dense, in cache, free of the strides that would share one set.
#pragma once

#include "tile.h"
#include "transpose.h"

namespace handgrad {
namespace {

/** A panel of B: columns that one column of tiles covers. Full panels, then at most two narrower ones for what is left. */
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

/** Rows [0, rows) of A (rows × depth), each copied to its place at a stride that suits the cache. */
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

/** Elements from one packed tile to the next: a cache line more than it holds, since multiples of 4096 bytes share a set. */
template <class T>
constexpr Index packedTileStride(Index depth) {
  constexpr Index gap = 64 / Index{sizeof(T)};
  static_assert(packedWidth<T> - tileRows <= gap, "the gap takes what the last row writes too much");
  return depth * tileRows + gap;
}

/** `rows` columns of a source stored (depth × …) as a tile, for the last ones, behind which there may be nothing to read. */
template <class T>
void packColumns(const T* a, Index stride, Index rows, Index depth, T* packed) {
  for (Index k = 0; k < depth; k++) {
    for (Index i = 0; i < rows; i++) packed[k * tileRows + i] = a[k * stride + i];
  }
}

}  // namespace
}  // namespace handgrad
