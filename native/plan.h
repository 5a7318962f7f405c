// The operands of a product, and the division of its outputs among threads.
#pragma once

#include "packing.h"

namespace handgrad {
namespace {

/** A product's operands; A is (m, k) or, transposed, (k, m); B is (k, n) or, transposed, (n, k). */
template <class T>
struct Product {
  T* c;
  const T* a;
  const T* b;
  const T* bias;
  Index m, k, n;

  Product(const Arguments& arguments, bool hasBias)
      : c(arrayOf<T>(arguments, 0)), a(arrayOf<T>(arguments, 1)), b(arrayOf<T>(arguments, 2)),
        bias(hasBias ? arrayOf<T>(arguments, 3) : nullptr), m(sizeOf(arguments, 0)),
        k(sizeOf(arguments, 1)), n(sizeOf(arguments, 2)) {}
};

/** The number of columns of B and rows of A that a thread packs at a time. */
template <class T>
struct Blocks {
  static constexpr Index columns = packedBBytes / (depthBlock * Index{sizeof(T)}) - 2 * Panels<T>::full;
  static constexpr Index rows = packedABytes / (ByRows::rowStride * Index{sizeof(T)}) / tileRows * tileRows - tileRows;
};

/** The first column of part `part`. Parts consist of whole panels, so only the last part has narrow ones. */
template <class T>
Index columnStart(Index n, Index parts, Index part) {
  const Index panels = divideUp(n, Panels<T>::full);
  return smaller(n, Parts(panels, parts).start(part) * Panels<T>::full);
}

/** `columns` of B including the zeros that pad its last panel. */
template <class T>
Index paddedColumns(Index columns) {
  const Index rest = columns % Panels<T>::full;
  if (rest == 0) return columns;
  const Index first = Panels<T>::width(rest);
  return columns - rest + first + (rest > first ? Panels<T>::width(rest - first) : 0);
}

/**
 * Divides C into rowParts × columnParts, at most `rowUnits` and from `leastColumnParts` to `mostColumnParts`, so that the slowest thread
 * takes the least time. `cost(rowParts, columnParts)` is that of the largest part.
 */
template <class Cost>
void divideProduct(Arguments& arguments, Index threads, Index rowUnits, Index leastColumnParts, Index mostColumnParts, Cost cost) {
  Index bestTime = 0;
  for (Index columnParts = leastColumnParts; columnParts <= mostColumnParts; columnParts++) {
    for (Index rounds = 1; rounds <= 2; rounds++) {
      const Index rowParts = smaller(rowUnits, divideUp(threads * rounds, columnParts));
      const Index time = divideUp(rowParts * columnParts, threads) * cost(rowParts, columnParts);
      if (bestTime != 0 && time >= bestTime) continue;
      bestTime = time;
      arguments.rowParts = rowParts;
      arguments.columnParts = columnParts;
    }
  }
}

/** The cost of a part is its multiplications and the packing of its operands, which neighbouring parts repeat. */
template <class T, bool bTransposed>
void planProduct(Arguments& arguments, Index threads) {
  const Index m = sizeOf(arguments, 0), k = sizeOf(arguments, 1), n = sizeOf(arguments, 2);
  constexpr Index lanes = vectorBytes / sizeof(T);
  // The cost of packing an element, or loading it for the first time, in products of vectors.
  constexpr Index packA = 3, packB = bTransposed ? 10 : 3;
  constexpr Index leastWork = 8192;                         // with fewer vector multiplications, waking a thread does not pay
  if (m * n / lanes * k < leastWork) threads = 1;

  const Index rowTiles = divideUp(m, Index{tileRows});
  const Index panels = divideUp(n, Panels<T>::full);
  const Index leastColumnParts = divideUp(n, Blocks<T>::columns);
  divideProduct(arguments, threads, rowTiles, leastColumnParts, smaller(panels, leastColumnParts * threads), [=](Index rowParts, Index columnParts) {
    const Index widest = smaller(n, divideUp(panels, columnParts) * Panels<T>::full);
    const Index columns = paddedColumns<T>(widest), rows = divideUp(m, rowParts);
    return rows * columns + rows * packA + columns * packB;
  });
  // With one block in depth, a thread packs its part of B only once, so finer parts of the rows cost nothing and balance the load.
  if (k <= depthBlock && threads > 1 && arguments.rowParts > 1) {
    constexpr Index fineRows = 8 * tileRows;
    const Index finer = m / (arguments.rowParts * fineRows);
    if (finer > 1) arguments.rowParts *= finer;
  }
  arguments.items = arguments.rowParts * arguments.columnParts;
}

}  // namespace
}  // namespace handgrad
