// C = A·B, Aᵀ·B and A·Bᵀ. Threads share the outputs, never a sum: each element of C is one sum over blocks of the inner
// dimension whose bounds depend on its length alone, so neither tiles nor threads change a bit.
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
        bias(hasBias ? arrayOf<T>(arguments, 3) : nullptr), m(sizeOf(arguments, hasBias ? 0 : 0)),
        k(sizeOf(arguments, 1)), n(sizeOf(arguments, 2)) {}
};

template <class T>
struct Blocks {
  static constexpr Index columns = packedBBytes / (depthBlock * Index{sizeof(T)}) - 2 * Panels<T>::full;
  static constexpr Index rows = packedABytes / (ByRows::rowStride * Index{sizeof(T)}) / tileRows * tileRows - tileRows;
};

/** The first column of part `part`: whole panels, so that only the last part has narrow ones. */
template <class T>
Index columnStart(Index n, Index parts, Index part) {
  const Index panels = divideUp(n, Panels<T>::full);
  return smaller(n, partStart(panels, parts, part) * Panels<T>::full);
}

inline Index rowStart(Index m, Index parts, Index part) {
  const Index tiles = divideUp(m, Index{tileRows});
  return partStart(m, tiles, partStart(tiles, parts, part));
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

/** All tiles of a packed block of A against a packed block of B. */
template <class T, class Layout>
void multiplyBlock(const T* packedA, Index rows, Index tiles, const T* packedB, Index columns, TileArguments<T> t) {
  using V = Vector<T>;
  using Narrow = Vector<T, Panels<T>::half * sizeof(T)>;
  static constexpr Tiles<T, Layout, V, tileVectors> full;
  static constexpr Tiles<T, Layout, V, 1> single;
  static constexpr Tiles<T, Layout, Narrow, 1> half;

  T* const c = t.c;
  const T* const addend = t.addend;
  Index width;
  for (Index j = 0; j < columns; j += width) {
    width = Panels<T>::width(columns - j);
    const auto& functions = width == Panels<T>::full      ? full.ofHeight
                            : width == Panels<T>::lanes ? single.ofHeight
                                                          : half.ofHeight;
    t.columns = smaller(width, columns - j);
    t.b = packedB;
    t.bStride = width;
    for (Index i = 0; i < tiles; i++) {
      const Index start = partStart(rows, tiles, i);
      t.a = Layout::depthStride == 1 ? packedA + start * Layout::rowStride : packedA + i * depthBlock * tileRows;
      t.c = c + start * t.cStride + j;
      t.addend = addend ? addend + start * t.addendStride + j : nullptr;
      functions[partStart(rows, tiles, i + 1) - start](t);
    }
    packedB += width * t.depth;
  }
}

template <class T, bool aTransposed, bool bTransposed, bool hasBias>
void runProduct(const Arguments& arguments, Lane& lane) {
  using Layout = std::conditional_t<aTransposed, ByColumns, ByRows>;
  const Product<T> p(arguments, hasBias);
  Index item;
  if (!takeItem(lane, item)) return;
  char* const scratch = static_cast<char*>(scratchOf(lane));
  if (!scratch) return;
  T* const packedA = reinterpret_cast<T*>(scratch);
  T* const packedB = reinterpret_cast<T*>(scratch + packedABytes);
  const Index depthBlocks = divideUp(p.k, depthBlock);
  Index packedColumn = -1;

  do {
    // Items run down the rows first: the next one of a thread usually wants the same columns of B.
    const Index rowPart = item % arguments.rowParts, columnPart = item / arguments.rowParts;
    const Index i0 = rowStart(p.m, arguments.rowParts, rowPart), i1 = rowStart(p.m, arguments.rowParts, rowPart + 1);
    const Index j0 = columnStart<T>(p.n, arguments.columnParts, columnPart);
    const Index columns = columnStart<T>(p.n, arguments.columnParts, columnPart + 1) - j0;
    const Index rowBlocks = divideUp(i1 - i0, Blocks<T>::rows);

    for (Index block = 0; block < depthBlocks; block++) {
      const Index k0 = partStart(p.k, depthBlocks, block);
      const Index depth = partStart(p.k, depthBlocks, block + 1) - k0;
      if (depthBlocks > 1 || packedColumn != j0) {
        const T* from = bTransposed ? p.b + j0 * p.k + k0 : p.b + k0 * p.n + j0;
        packB(from, bTransposed ? p.k : p.n, bTransposed, depth, columns, packedB);
        packedColumn = j0;
      }
      for (Index rowBlock = 0; rowBlock < rowBlocks; rowBlock++) {
        const Index start = i0 + partStart(i1 - i0, rowBlocks, rowBlock);
        const Index rows = i0 + partStart(i1 - i0, rowBlocks, rowBlock + 1) - start;
        const Index tiles = divideUp(rows, Index{tileRows});
        if (aTransposed) {
          packColumns(p.a + k0 * p.m + start, p.m, rows, tiles, depth, packedA);
        } else {
          packRows(p.a + start * p.k + k0, p.k, rows, depth, packedA);
        }
        TileArguments<T> t;
        t.depth = depth;
        t.c = p.c + start * p.n + j0;
        t.cStride = p.n;
        t.addend = block > 0 ? t.c : hasBias ? p.bias + j0 : nullptr;
        t.addendStride = block > 0 ? p.n : 0;
        multiplyBlock<T, Layout>(packedA, rows, tiles, packedB, columns, t);
      }
    }
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
