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

/** Block (depth × columns) of B, panel after panel, each row of a panel contiguous; columns beyond the last are zero. */
template <class T>
void packB(const T* b, Index stride, bool transposed, Index depth, Index columns, T* packed) {
  Index width;
  for (Index j = 0; j < columns; j += width) {
    const Index left = columns - j;
    width = Panels<T>::width(left);
    const Index used = smaller(width, left);
    if (used < width) {
      for (Index k = 0; k < depth; k++) {
        for (Index i = used; i < width; i++) packed[k * width + i] = 0;
      }
    }
    if (transposed) {
      transpose(b + j * stride, stride, packed, width, used, depth);
    } else if (used == Panels<T>::full) {
      constexpr Index bytes = Panels<T>::full * sizeof(T);
      for (Index k = 0; k < depth; k++) __builtin_memcpy(packed + k * width, b + k * stride + j, bytes);
    } else {
      for (Index k = 0; k < depth; k++) {
        for (Index i = 0; i < used; i++) packed[k * width + i] = b[k * stride + j + i];
      }
    }
    packed += depth * width;
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

/** Columns [0, rows) of a source stored (depth × rows): tile t holds the columns from partStart(rows, tiles, t) on. */
template <class T>
void packColumns(const T* a, Index stride, Index rows, Index tiles, Index depth, T* packed) {
  for (Index k = 0; k < depth; k++) {
    const T* from = a + k * stride;
    T* to = packed + k * tileRows;
    for (Index t = 0; t < tiles; t++) {
      const Index start = partStart(rows, tiles, t);
      const Index height = partStart(rows, tiles, t + 1) - start;
      if (height == tileRows) {
        __builtin_memcpy(to, from + start, tileRows * sizeof(T));
      } else {
        for (Index i = 0; i < height; i++) to[i] = from[start + i];
      }
      to += depthBlock * tileRows;
    }
  }
}

}  // namespace
}  // namespace handgrad
