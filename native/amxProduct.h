// C = A·B, Aᵀ·B and A·Bᵀ of float32 arrays in bfloat16, with the matrix tiles of AMX. As in product.h, threads share the outputs,
// never a sum. Each element is one sum in the order of the inner dimension, whatever the blocks.
#pragma once

#include "amxTiles.h"

namespace handgrad {
namespace {

// A thread packs blocks of A and B for this depth.
constexpr Index amxDepth = 1024, amxSteps = amxDepth / stepDepth;
constexpr Index amxMostRows = 512, amxMostColumns = 864;
static_assert((amxMostRows + amxMostColumns) * amxDepth * 2 <= scratchBytes, "both blocks fit into the memory");

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
 * Packs `count` rows of A or columns of B, and `depth` of the inner dimension, as strips of two tiles: strip by strip, step by step.
 * The source is at the first element; with `along`, the inner dimension is contiguous in it. A tile's rows are the outer dimension for
 * A, and pairs of the inner dimension for B, so one of the two has to be transposed.
 */
template <bool along, bool transposing>
void packStrips(const float* from, Index stride, Index count, Index depth, Index steps, float* packed) {
  for (Index i = 0; i < count; i += blockSide, packed += steps * 2 * tileFloats) {
    const bool wide = count - i > tileSide;
    for (Index step = 0; step < steps; step++) {
      const Index k = step * stepDepth;
      for (Index half = 0; half < 1 + wide; half++) {
        const Index at = i + half * tileSide;
        float* const tile = packed + (step * (1 + wide) + half) * tileFloats;
        if constexpr (along) {
          packAlong(from + at * stride + k, stride, count - at, depth - k, tile);
        } else {
          packAcross(from + k * stride + at, stride, count - at, depth - k, tile);
        }
        if constexpr (transposing) transposeTile(tile);
      }
    }
  }
}

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
  float* const packedB = packedA + amxMostRows * amxDepth / 2;
  const TileRegisters registers;
  Index wideOffsets[amxSteps], narrowOffsets[amxSteps];
  for (Index step = 0; step < amxSteps; step++) {
    narrowOffsets[step] = step * tileBytes;
    wideOffsets[step] = 2 * step * tileBytes;
  }
  // Without an inner dimension the sums are the bias or zero: one block of no steps
  const Index depths = k == 0 ? 1 : divideUp(k, amxDepth);
  Index packedStart = -1;
  do {
    const Index rowPart = item % arguments.rowParts, columnPart = item / arguments.rowParts;
    const Index i0 = blockStart(m, arguments.rowParts, rowPart), i1 = blockStart(m, arguments.rowParts, rowPart + 1);
    const Index j0 = blockStart(n, arguments.columnParts, columnPart), j1 = blockStart(n, arguments.columnParts, columnPart + 1);
    for (Index jb = j0; jb < j1; jb += amxMostColumns) {
      const Index columns = smaller(amxMostColumns, j1 - jb);
      for (Index block = 0; block < depths; block++) {
        const Index k0 = block * amxDepth, depth = smaller(amxDepth, k - k0), steps = divideUp(depth, stepDepth);
        // With one block in depth, the next item of a thread usually needs the same columns of B
        if (depths > 1 || packedStart != jb) {
          packStrips<bTransposed, bTransposed>(bTransposed ? b + jb * k + k0 : b + k0 * n + jb, bTransposed ? k : n, columns, depth, steps, packedB);
          packedStart = jb;
        }
        for (Index ib = i0; ib < i1; ib += amxMostRows) {
          const Index rows = smaller(amxMostRows, i1 - ib);
          packStrips<!aTransposed, aTransposed>(aTransposed ? a + k0 * m + ib : a + ib * k + k0, aTransposed ? m : k, rows, depth, steps, packedA);
          for (Index j = 0; j < columns; j += blockSide) {
            const Index used = smaller(blockSide, columns - j);
            for (Index first = 0; first < steps || first == 0; first += amxStripSteps) {
              const bool starts = block == 0 && first == 0;
              for (Index i = 0; i < rows; i += blockSide) {
                const Index height = smaller(blockSide, rows - i), tiles = height > tileSide ? 2 : 1;
                const float* const strip = packedA + i * steps * tileSide;
                const Index* const offsets = tiles == 2 ? wideOffsets : narrowOffsets;
                const BlockFactors f = {reinterpret_cast<const char*>(strip), offsets + first, 64, tileBytes,
                                        packedB + j * steps * tileSide + first * (used > tileSide ? 2 : 1) * tileFloats,
                                        smaller(amxStripSteps, steps - first)};
                float* const to = c + (ib + i) * n + jb + j;
                computeBlock(f, height, used, to, n, starts ? (hasBias ? bias + jb + j : nullptr) : to, starts ? 0 : n);
              }
            }
          }
        }
      }
    }
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
