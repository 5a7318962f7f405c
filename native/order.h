// Numbers in another order: out[n, j, i, k] = x[n, i, j, k]. With inner = 1, matrices are transposed in registers; otherwise
// contiguous numbers are copied.
#pragma once

#include "transpose.h"

namespace handgrad {
namespace {

constexpr Index orderRows = 32;  // the rows that a thread takes at a time: their columns fill whole cache lines of the output

inline void planSwapAxes(Arguments& arguments, Index threads) {
  const Index batch = sizeOf(arguments, 0), rows = sizeOf(arguments, 1);
  const Index elements = batch * rows * sizeOf(arguments, 2) * sizeOf(arguments, 3);
  const Index blocks = batch * divideUp(rows, orderRows);
  constexpr Index itemElements = 16384;
  arguments.items = threads == 1 ? 1 : smaller(blocks, divideUp(elements, itemElements));
}

template <class T>
void runSwapAxes(const Arguments& arguments, Lane& lane) {
  T* const out = arrayOf<T>(arguments, 0);
  const T* const x = arrayOf<T>(arguments, 1);
  const Index batch = sizeOf(arguments, 0), rows = sizeOf(arguments, 1), columns = sizeOf(arguments, 2);
  const Index inner = sizeOf(arguments, 3), blocks = divideUp(rows, orderRows);
  forEachUnit(arguments, lane, batch * blocks, [&](Index block) {
    const Index first = block % blocks * orderRows, count = smaller(orderRows, rows - first);
    const Index start = block / blocks * rows * columns * inner;
    const T* const from = x + start + first * columns * inner;
    T* const to = out + start + first * inner;
    if (inner == 1) {
      transpose(from, columns, to, rows, count, columns);
      return;
    }
    for (Index i = 0; i < count; i++) {
      for (Index j = 0; j < columns; j++) {
        __builtin_memcpy(to + (j * rows + i) * inner, from + (i * columns + j) * inner, inner * sizeof(T));
      }
    }
  });
}

}  // namespace
}  // namespace handgrad
