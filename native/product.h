// C = A·B, Aᵀ·B and A·Bᵀ. Threads share the outputs, never a sum: each element of C is one sum over blocks of the inner dimension
// whose bounds depend only on its length, so neither tiles nor threads change the bits.
#pragma once

#include "plan.h"

namespace handgrad {
namespace {

/** A block of A and its division into tiles. Its rows are packed, or its columns are packed by the first tiles that read them. */
template <class T>
struct BlockOfA {
  const T* source;
  Index stride;
  Index readable;  // the number of columns from the source on, in this block and after it
  T* packed;
  Index tiles;
  Parts heights;
};

/** With this many rows of A, all panels of B are packed, because rows of a wide B are on different pages of memory. */
constexpr Index rowsThatPack = 192;

/** A block of B, `columns` wide: its position, and the memory for the packed panels that are not read in place. */
template <class T>
struct BlockOfB {
  const T* source;
  Index stride;
  Index columns;
  T* packed;
  bool staysInPlace;  // full panels are not packed
  bool isPacked;
};

/**
 * Computes all tiles of a block of A with a block of B, panel by panel; a panel stays in the caches for all rows. Two operands
 * are read in place, which saves a pass over memory: full panels of B that are not transposed, if A has few rows, and columns of A
 * in the tiles of the first panel.
 */
template <class T, bool aTransposed, bool bTransposed, bool sharded>
void multiplyBlock(const BlockOfA<T>& a, const BlockOfB<T>& b, TileArguments<T> t) {
  using Layout = std::conditional_t<aTransposed, ByColumns, ByRows>;
  static constexpr TilesOfWidths<T, Layout, sharded> tiles;
  static constexpr TilesOfWidths<T, std::conditional_t<aTransposed, PackingColumns, ByRows>, sharded> packingTiles;

  constexpr Index lineElements = 64 / sizeof(T), panelLines = Panels<T>::full / lineElements;
  T* const c = t.c;
  const T* const addend = t.addend;
  T* packed = b.packed;
  Index width;
  for (Index j = 0; j < b.columns; j += width) {
    width = Panels<T>::width(b.columns - j);
    t.columns = smaller(width, b.columns - j);
    const bool inPlace = b.staysInPlace && width == Panels<T>::full && t.columns == width;
    t.b = inPlace ? b.source + j : packed;
    t.bStride = inPlace ? b.stride : width;
    if (!inPlace && !b.isPacked) {
      packPanel<T, bTransposed>(b.source + (bTransposed ? j * b.stride : j), b.stride, t.depth, width, t.columns, packed);
    }
    // While this panel is used, the next one is prefetched from memory, one column of cache lines for each tile.
    const T* const next = j + width < b.columns ? b.source + j + width : b.source + t.depth * b.stride;
    const bool ahead = !b.isPacked && !bTransposed;
    for (Index i = 0; i < a.tiles; i++) {
      const bool asks = ahead && i <= panelLines;
      t.soon = asks ? next + i * lineElements : packed;
      t.soonStride = asks ? b.stride : 0;
      const Index start = a.heights.start(i), height = a.heights.size(i);
      T* const tileOfA = a.packed + (aTransposed ? i * packedTileStride<T>(t.depth) : start * Layout::rowStride);
      t.a = tileOfA;
      t.c = c + start * t.cStride + j;
      t.addend = addend ? addend + start * t.addendStride + j : nullptr;
      if (aTransposed && j == 0) {
        if (start + packedWidth<T> <= a.readable) {
          t.a = a.source + start;
          t.aStride = a.stride;
          t.aPacked = tileOfA;
          packingTiles.ofWidth(width)[height](t);
          continue;
        }
        packColumns(a.source + start, a.stride, height, t.depth, tileOfA);
      }
      tiles.ofWidth(width)[height](t);
    }
    if (!inPlace) packed += width * t.depth;
  }
}

/**
 * With `sharded`, the inner dimension is at most `depthBlock`. The fourth number is the number of its parts (see shardedTile),
 * and the fifth is the length of the rows of A, whose first m columns are used.
 */
template <class T, bool aTransposed, bool bTransposed, bool hasBias, bool sharded = false>
void runProduct(const Arguments& arguments, Lane& lane) {
  const Product<T> p(arguments, hasBias);
  Index item;
  char* const scratch = takeFirst<char>(lane, item);
  if (!scratch) return;
  T* const packedA = reinterpret_cast<T*>(scratch);
  T* const packedB = reinterpret_cast<T*>(scratch + packedABytes);
  const Index rowOfA = sharded ? sizeOf(arguments, 4) : aTransposed ? p.m : p.k;
  const Index depthBlocks = divideUp(p.k, depthBlock);
  const Parts depths(p.k, depthBlocks), rowParts(p.m, arguments.rowParts);
  Index packedColumn = -1;

  do {
    // Items are ordered by rows first, so the next item of a thread usually needs the same columns of B.
    const Index rowPart = item % arguments.rowParts, columnPart = item / arguments.rowParts;
    const Index i0 = rowParts.start(rowPart), i1 = rowParts.start(rowPart + 1);
    const Index j0 = columnStart<T>(p.n, arguments.columnParts, columnPart);
    const Index j1 = columnStart<T>(p.n, arguments.columnParts, columnPart + 1);
    const Index rowBlocks = divideUp(i1 - i0, Blocks<T>::rows);
    const Parts rowCounts(i1 - i0, rowBlocks);

    for (Index block = 0; block < depthBlocks; block++) {
      const Index k0 = depths.start(block);
      TileArguments<T> t;
      t.depth = depths.size(block);
      t.shards = sharded ? sizeOf(arguments, 3) : 1;
      t.cStride = p.n;
      t.addendStride = block > 0 ? p.n : 0;
      BlockOfB<T> b = {bTransposed ? p.b + j0 * p.k + k0 : p.b + k0 * p.n + j0, bTransposed ? p.k : p.n, j1 - j0, packedB,
                       !bTransposed && p.m < rowsThatPack, depthBlocks == 1 && packedColumn == j0};
      for (Index rowBlock = 0; rowBlock < rowBlocks; rowBlock++) {
        const Index start = i0 + rowCounts.start(rowBlock), rows = rowCounts.size(rowBlock);
        const Index tiles = divideUp(rows, Index{tileRows});
        const T* const source = aTransposed ? p.a + k0 * rowOfA + start : p.a + start * rowOfA + k0;
        const BlockOfA<T> a = {source, rowOfA, p.m - start, packedA, tiles, Parts(rows, tiles)};
        if (!aTransposed) packRows(source, rowOfA, rows, t.depth, packedA);
        t.c = p.c + start * p.n + j0;
        t.addend = block > 0 ? t.c : hasBias ? p.bias + j0 : nullptr;
        multiplyBlock<T, aTransposed, bTransposed, sharded>(a, b, t);
        b.isPacked = true;
      }
      packedColumn = j0;
    }
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
