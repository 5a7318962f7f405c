// C = A·B, Aᵀ·B and A·Bᵀ of float32 arrays in bfloat16. As in product.h, threads share the outputs, never a sum: each element of
// C is one sum over blocks of the inner dimension whose bounds depend only on its length.
#pragma once

#include "pairs.h"
#include "plan.h"

namespace handgrad {
namespace {

/** The inner dimension of a block: `depthBlock` pairs. */
constexpr Index pairsDepth = 2 * depthBlock;

template <bool bTransposed>
void planPairs(Arguments& arguments, Index threads) {
  Arguments inPairs = arguments;
  inPairs.numbers[1] = static_cast<double>(divideUp(sizeOf(arguments, 1), 2));
  planProduct<float, bTransposed>(inPairs, threads);
  arguments.items = inPairs.items;
  arguments.rowParts = inPairs.rowParts;
  arguments.columnParts = inPairs.columnParts;
}

/** A block of B, (depth, columns) or transposed: its position, and the memory for its packed panels. */
struct PairsOfB {
  const float* source;
  Index stride;
  Index depth;
  Index columns;
  float* packed;
  bool isPacked;
};

/**
 * Computes all tiles of a packed block of A, divided into `heights`, with a block of B, panel by panel. A panel stays in the L1
 * cache for all rows.
 */
template <class Layout, bool bTransposed>
void multiplyPairs(const float* packedA, Index tiles, Parts heights, const PairsOfB& b, TileArguments<float> t) {
  constexpr Index lineElements = 16, panelLines = Panels<float>::full / lineElements;
  float* const c = t.c;
  const float* const addend = t.addend;
  float* packed = b.packed;
  Index width;
  for (Index j = 0; j < b.columns; j += width) {
    width = Panels<float>::width(b.columns - j);
    const auto functions = pairsTiles<Layout>(width);
    t.columns = smaller(width, b.columns - j);
    t.b = packed;
    t.bStride = width;
    if (!b.isPacked) {
      packPairsPanel<bTransposed>(b.source + (bTransposed ? j * b.stride : j), b.stride, b.depth, width, t.columns, packed);
    }
    // While this panel is used, the next one to pack is prefetched from memory: half a column of cache lines for each tile.
    const float* const next = j + width < b.columns ? b.source + j + width : b.source + b.depth * b.stride;
    const bool ahead = !b.isPacked && !bTransposed;
    for (Index i = 0; i < tiles; i++) {
      const bool asks = ahead && i / 2 <= panelLines;
      t.soon = asks ? next + i / 2 * lineElements + i % 2 * t.depth * b.stride : packed;
      t.soonStride = asks ? b.stride : 0;
      const Index start = heights.start(i);
      t.a = packedA + (Layout::depthStride == 1 ? start * Layout::rowStride : i * packedTileStride<float>(t.depth));
      t.c = c + start * t.cStride + j;
      t.addend = addend ? addend + start * t.addendStride + j : nullptr;
      functions[heights.size(i)](t);
    }
    packed += width * t.depth;
  }
}

template <bool aTransposed, bool bTransposed, bool hasBias>
void runPairs(const Arguments& arguments, Lane& lane) {
  using Layout = std::conditional_t<aTransposed, ByColumns, ByRows>;
  const auto [c, a, b, bias, m, k, n] = Product<float>(arguments, hasBias);
  Index item;
  char* const scratch = takeFirst<char>(lane, item);
  if (!scratch) return;
  float* const packedA = reinterpret_cast<float*>(scratch);
  float* const packedB = reinterpret_cast<float*>(scratch + packedABytes);
  const Index depthBlocks = divideUp(k, pairsDepth);
  const Parts depths(k, depthBlocks), rowParts(m, arguments.rowParts);
  Index packedColumn = -1;

  do {
    // Items are ordered by rows first, so the next item of a thread usually needs the same columns of B.
    const Index rowPart = item % arguments.rowParts, columnPart = item / arguments.rowParts;
    const Index i0 = rowParts.start(rowPart), i1 = rowParts.start(rowPart + 1);
    const Index j0 = columnStart<float>(n, arguments.columnParts, columnPart);
    const Index j1 = columnStart<float>(n, arguments.columnParts, columnPart + 1);
    const Index rowBlocks = divideUp(i1 - i0, Blocks<float>::rows);
    const Parts rowCounts(i1 - i0, rowBlocks);

    for (Index block = 0; block < depthBlocks; block++) {
      const Index k0 = depths.start(block), depth = depths.size(block);
      TileArguments<float> t = {};
      t.depth = divideUp(depth, 2);
      t.cStride = n;
      t.addendStride = block > 0 ? n : 0;
      PairsOfB blockOfB = {bTransposed ? b + j0 * k + k0 : b + k0 * n + j0, bTransposed ? k : n, depth, j1 - j0, packedB,
                           depthBlocks == 1 && packedColumn == j0};
      for (Index rowBlock = 0; rowBlock < rowBlocks; rowBlock++) {
        const Index start = i0 + rowCounts.start(rowBlock), rows = rowCounts.size(rowBlock);
        const Index tiles = divideUp(rows, Index{tileRows});
        const Parts heights(rows, tiles);
        if (aTransposed) {
          packColumnPairs(a + k0 * m + start, m, rows, heights, tiles, depth, packedA);
        } else {
          packRowPairs(a + start * k + k0, k, rows, depth, packedA);
        }
        t.c = c + start * n + j0;
        t.addend = block > 0 ? t.c : hasBias ? bias + j0 : nullptr;
        multiplyPairs<Layout, bTransposed>(packedA, tiles, heights, blockOfB, t);
        blockOfB.isPacked = true;
      }
      packedColumn = j0;
    }
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
