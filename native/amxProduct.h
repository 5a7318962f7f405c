// C = A·B, Aᵀ·B and A·Bᵀ of float32 arrays in bfloat16, with the matrix tiles of AMX. As in product.h, threads share the outputs,
// never a sum. Each element is one sum in the order of the inner dimension, whatever the blocks.
#pragma once

#include "amxTiles.h"
#include "plan.h"

namespace handgrad {
namespace {

// A thread packs a block of B for this depth at most, and one strip of A after the other. Strips of this depth take 24 KB, so one of A
// and one of B fit into the L1 cache.
constexpr Index amxDepth = 384, amxSteps = amxDepth / stepDepth;
constexpr Index amxMostColumns = 1024;
static_assert((blockSide + amxMostColumns) * amxDepth * 2 <= scratchBytes, "a strip of A and a block of B fit into the memory");

/** The start of part `part` of `length` in parts of whole blocks. */
inline Index blockStart(Index length, Index parts, Index part) {
  return smaller(length, Parts(divideUp(length, blockSide), parts).start(part) * blockSide);
}

template <bool aTransposed, bool bTransposed>
void planAmx(Arguments& arguments, Index threads) {
  const Index m = sizeOf(arguments, 0), k = sizeOf(arguments, 1), n = sizeOf(arguments, 2);
  // Costs in numbers that are read: packing a number, and multiplications
  constexpr Index atOnce = 64, leastWork = 1 << 15;
  const auto cost = [&](Index rows, Index columns) {
    return rows * columns * k / atOnce + rows * k * (aTransposed ? 2 : 1) + columns * k * (bTransposed ? 2 : 1) + rows * columns;
  };
  if (cost(m, n) < leastWork) threads = 1;
  const Index rowBlocks = divideUp(m, blockSide), columnBlocks = divideUp(n, blockSide);
  divideProduct(arguments, threads, rowBlocks, 1, smaller(columnBlocks, 2 * threads), [&](Index rowParts, Index columnParts) {
    return cost(divideUp(rowBlocks, rowParts) * blockSide, divideUp(columnBlocks, columnParts) * blockSide);
  });
  arguments.items = arguments.rowParts * arguments.columnParts;
}

/** Two tiles of A in a step of its strip, or one. */
struct StripOffsets {
  Index wide[amxSteps], narrow[amxSteps];
  StripOffsets() {
    for (Index step = 0; step < amxSteps; step++) {
      narrow[step] = step * tileBytes;
      wide[step] = 2 * narrow[step];
    }
  }
};

template <bool aTransposed, bool bTransposed, bool hasBias>
void runAmx(const Arguments& arguments, Lane& lane) {
  const auto [c, a, b, bias, m, k, n] = Product<float>(arguments, hasBias);
  Index item;
  float* const packedA = takeFirst<float>(lane, item);
  if (!packedA) return;
  float* const packedB = packedA + blockSide * amxDepth / 2;
  const TileRegisters registers;
  const StripOffsets offsets;
  // Without an inner dimension the sums are the bias or zero: one block of no steps
  const Index depths = k == 0 ? 1 : divideUp(k, amxDepth);
  const Parts depthSteps(divideUp(k, stepDepth), depths);
  Index packedStart = -1, packedEnd = -1;
  do {
    const Index rowPart = item % arguments.rowParts, columnPart = item / arguments.rowParts;
    const Index i0 = blockStart(m, arguments.rowParts, rowPart), i1 = blockStart(m, arguments.rowParts, rowPart + 1);
    const Index j0 = blockStart(n, arguments.columnParts, columnPart), j1 = blockStart(n, arguments.columnParts, columnPart + 1);
    const Index blocks = divideUp(j1 - j0, amxMostColumns);
    for (Index columnBlock = 0; columnBlock < blocks; columnBlock++) {
      const Index jb = j0 + blockStart(j1 - j0, blocks, columnBlock), je = j0 + blockStart(j1 - j0, blocks, columnBlock + 1);
      for (Index block = 0; block < depths; block++) {
        const Index k0 = depthSteps.start(block) * stepDepth, steps = depthSteps.size(block), depth = smaller(steps * stepDepth, k - k0);
        // With one block in depth, the next item of a thread usually needs the same columns of B
        const bool isPacked = depths == 1 && packedStart == jb && packedEnd == je;
        for (Index i = i0; i < i1; i += blockSide) {
          const Index rows = smaller(blockSide, i1 - i);
          packStrip<!aTransposed, aTransposed>(aTransposed ? a + k0 * m + i : a + i * k + k0, aTransposed ? m : k, rows, depth, packedA);
          for (Index j = jb; j < je; j += blockSide) {
            const Index columns = smaller(blockSide, je - j);
            float* const strip = packedB + (j - jb) * steps * tileSide;
            if (i == i0 && !isPacked) {
              packStrip<bTransposed, bTransposed>(bTransposed ? b + j * k + k0 : b + k0 * n + j, bTransposed ? k : n, columns, depth, strip);
            }
            const BlockFactors f = {reinterpret_cast<const char*>(packedA), rows > tileSide ? offsets.wide : offsets.narrow, 64, tileBytes,
                                    strip, steps};
            float* const to = c + i * n + j;
            computeBlock(f, rows, columns, to, n, block > 0 ? to : hasBias ? bias + j : nullptr, block > 0 ? n : 0);
          }
        }
        packedStart = jb;
        packedEnd = je;
      }
    }
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
