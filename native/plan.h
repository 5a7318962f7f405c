// How the outputs of a product are divided among threads.
#pragma once

#include "packing.h"

namespace handgrad {
namespace {

/** How many columns of B and rows of A a thread packs at a time. */
template <class T>
struct Blocks {
  static constexpr Index columns = packedBBytes / (depthBlock * Index{sizeof(T)}) - 2 * Panels<T>::full;
  static constexpr Index rows = packedABytes / (ByRows::rowStride * Index{sizeof(T)}) / tileRows * tileRows - tileRows;
};

/** The first column of part `part`: whole panels, so that only the last part has narrow ones. */
template <class T>
Index columnStart(Index n, Index parts, Index part) {
  const Index panels = divideUp(n, Panels<T>::full);
  return smaller(n, Parts(panels, parts).start(part) * Panels<T>::full);
}

/** `columns` of B with the zeros that fill up its last panel. */
template <class T>
Index paddedColumns(Index columns) {
  const Index rest = columns % Panels<T>::full;
  if (rest == 0) return columns;
  const Index first = Panels<T>::width(rest);
  return columns - rest + first + (rest > first ? Panels<T>::width(rest - first) : 0);
}

/**
 * Divides C into rowParts × columnParts so that the slowest thread is done soonest: each part is counted with its
 * multiplications and with the packing of its operands, which parts side by side repeat.
 */
template <class T, bool bTransposed>
void planProduct(Arguments& arguments, Index threads) {
  const Index m = sizeOf(arguments, 0), k = sizeOf(arguments, 1), n = sizeOf(arguments, 2);
  constexpr Index lanes = vectorBytes / sizeof(T);
  // Packing an element, or fetching it a first time, costs as much as this many products of vectors.
  constexpr Index packA = 3, packB = bTransposed ? 10 : 3;
  constexpr Index leastWork = 8192;                         // vector multiplications that are worth waking a thread
  if (m * n / lanes * k < leastWork) threads = 1;

  const Index rowTiles = divideUp(m, Index{tileRows});
  const Index panels = divideUp(n, Panels<T>::full);
  const Index leastColumnParts = divideUp(n, Blocks<T>::columns);
  Index bestTime = 0;
  for (Index columnParts = leastColumnParts; columnParts <= smaller(panels, leastColumnParts * threads); columnParts++) {
    const Index widest = smaller(n, divideUp(panels, columnParts) * Panels<T>::full);
    const Index columns = paddedColumns<T>(widest);
    for (Index rounds = 1; rounds <= 2; rounds++) {
      const Index rowParts = smaller(rowTiles, divideUp(threads * rounds, columnParts));
      const Index rows = divideUp(m, rowParts);
      const Index time = divideUp(rowParts * columnParts, threads) * (rows * columns + rows * packA + columns * packB);
      if (bestTime != 0 && time >= bestTime) continue;
      bestTime = time;
      arguments.rowParts = rowParts;
      arguments.columnParts = columnParts;
    }
  }
  // With one block in depth a thread packs its part of B once, whatever the rows: finer parts cost nothing and balance.
  if (k <= depthBlock && threads > 1 && arguments.rowParts > 1) {
    constexpr Index fineRows = 8 * tileRows;
    const Index finer = m / (arguments.rowParts * fineRows);
    if (finer > 1) arguments.rowParts *= finer;
  }
  arguments.items = arguments.rowParts * arguments.columnParts;
}

}  // namespace
}  // namespace handgrad
