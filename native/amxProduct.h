// C = A·B, Aᵀ·B and A·Bᵀ of float32 arrays in bfloat16, with the matrix tiles of AMX. As in product.h, threads share the outputs,
// never a sum. Each element is one sum in the order of the inner dimension, whatever the blocks.
#pragma once

#include "amxTiles.h"

namespace handgrad {
namespace {

// A thread packs a block of B for this depth, and one strip of A after the other.
constexpr Index amxDepth = 1024, amxSteps = amxDepth / stepDepth;
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
  Index best = 0;
  for (Index columnParts = 1; columnParts <= smaller(columnBlocks, 2 * threads); columnParts++) {
    for (Index rounds = 1; rounds <= 2; rounds++) {
      const Index rowParts = smaller(rowBlocks, divideUp(threads * rounds, columnParts));
      const Index rows = divideUp(rowBlocks, rowParts) * blockSide, columns = divideUp(columnBlocks, columnParts) * blockSide;
      const Index time = divideUp(rowParts * columnParts, threads) * cost(rows, columns);
      if (best != 0 && time >= best) continue;
      best = time;
      arguments.rowParts = rowParts;
      arguments.columnParts = columnParts;
    }
  }
  arguments.items = arguments.rowParts * arguments.columnParts;
}

/**
 * Packs a strip of up to two tiles, step by step: `count` rows of A or columns of B, and `depth` of the inner dimension. The source is
 * at the first element; with `along`, the inner dimension is contiguous in it. A tile's rows are the outer dimension for A, and pairs of
 * the inner dimension for B, so one of the two has to be transposed.
 */
template <bool along, bool transposing>
void packStrip(const float* from, Index stride, Index count, Index depth, float* to) {
  const Index tiles = count > tileSide ? 2 : 1;
  for (Index k = 0; k < depth; k += stepDepth) {
    for (Index at = 0; at < tiles * tileSide; at += tileSide, to += tileFloats) {
      if constexpr (along) {
        packAlong(from + at * stride + k, stride, count - at, depth - k, to);
      } else {
        packAcross(from + k * stride + at, stride, count - at, depth - k, to);
      }
      if constexpr (transposing) transposeTile(to);
    }
  }
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
  float* const c = arrayOf<float>(arguments, 0);
  const float* const a = arrayOf<float>(arguments, 1);
  const float* const b = arrayOf<float>(arguments, 2);
  const float* const bias = hasBias ? arrayOf<float>(arguments, 3) : nullptr;
  const Index m = sizeOf(arguments, 0), k = sizeOf(arguments, 1), n = sizeOf(arguments, 2);
  Index item;
  if (!takeItem(lane, item)) return;
  float* const packedA = static_cast<float*>(scratchOf(lane));
  if (!packedA) return;
  float* const packedB = packedA + blockSide * amxDepth / 2;
  const TileRegisters registers;
  const StripOffsets offsets;
  // Without an inner dimension the sums are the bias or zero: one block of no steps
  const Index depths = k == 0 ? 1 : divideUp(k, amxDepth);
  Index packedStart = -1, packedEnd = -1;
  do {
    const Index rowPart = item % arguments.rowParts, columnPart = item / arguments.rowParts;
    const Index i0 = blockStart(m, arguments.rowParts, rowPart), i1 = blockStart(m, arguments.rowParts, rowPart + 1);
    const Index j0 = blockStart(n, arguments.columnParts, columnPart), j1 = blockStart(n, arguments.columnParts, columnPart + 1);
    const Index blocks = divideUp(j1 - j0, amxMostColumns);
    for (Index columnBlock = 0; columnBlock < blocks; columnBlock++) {
      const Index jb = j0 + blockStart(j1 - j0, blocks, columnBlock), je = j0 + blockStart(j1 - j0, blocks, columnBlock + 1);
      for (Index block = 0; block < depths; block++) {
        const Index k0 = block * amxDepth, depth = smaller(amxDepth, k - k0), steps = divideUp(depth, stepDepth);
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
