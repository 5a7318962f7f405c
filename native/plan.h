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

/** The first row of part `part`: whole tiles, all nearly equally high. */
inline Index rowStart(Index m, Index parts, Index part) {
  const Index tiles = divideUp(m, Index{tileRows});
  return Parts(m, tiles).start(Parts(tiles, parts).start(part));
}

/**
 * Divides C into rowParts × columnParts so that the slowest thread is done soonest: each part is counted with its
 * multiplications and with the packing of its operands, which parts side by side repeat.
 */
template <class T, bool aTransposed, bool bTransposed>
void planProduct(Arguments& arguments, Index threads) {
  const Index m = sizeOf(arguments, 0), k = sizeOf(arguments, 1), n = sizeOf(arguments, 2);
  constexpr double lanes = vectorBytes / sizeof(T);
  constexpr double packCost = 3.0 / lanes;  // per element, in vector instructions
  constexpr double transposeCost = 10.0 / lanes;
  const Index rowTiles = divideUp(m, Index{tileRows});
  const Index panels = divideUp(n, Panels<T>::full);
  const Index leastColumnParts = divideUp(n, Blocks<T>::columns);

  const double work = double(m) * double(n) * double(k) / lanes;
  if (work < 8192) threads = 1;
  Index bestRows = 1, bestColumns = leastColumnParts;
  double bestTime = 0;
  for (Index columnParts = leastColumnParts; columnParts <= panels; columnParts++) {
    if (columnParts > leastColumnParts * threads && columnParts > leastColumnParts) break;
    const double columns = double(divideUp(panels, columnParts) * Panels<T>::full);
    const Index mostRowParts = smaller(rowTiles, 2 * threads);
    for (Index rowParts = 1; rowParts <= mostRowParts; rowParts++) {
      const double rows = double(divideUp(rowTiles, rowParts)) * double(m) / double(rowTiles);
      const double rounds = double(divideUp(rowParts * columnParts, threads));
      const double packing = rows * packCost + columns * (bTransposed ? transposeCost : packCost);
      const double time = rounds * (rows * (columns < double(n) ? columns : double(n)) / lanes + packing);
      if (bestTime == 0 || time < bestTime) {
        bestTime = time;
        bestRows = rowParts;
        bestColumns = columnParts;
      }
    }
  }
  // With one block in depth a thread packs its part of B once, whatever the rows: finer parts then cost nothing.
  if (k <= depthBlock && threads > 1 && bestRows > 1) {
    const Index fine = divideUp(rowTiles, 8);
    if (fine > bestRows) bestRows = divideUp(fine, bestRows) * bestRows;
  }
  arguments.rowParts = smaller(bestRows, rowTiles);
  arguments.columnParts = bestColumns;
  arguments.items = threads == 1 && arguments.columnParts == 1 ? 1 : arguments.rowParts * arguments.columnParts;
  if (arguments.items == 1) arguments.rowParts = 1;
}

}  // namespace
}  // namespace handgrad
