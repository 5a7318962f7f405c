// Products of matrix tiles (Intel AMX). Eight registers of 1 KB hold tiles of 16 rows of 64 bytes. The instruction tdpbf16ps multiplies
// tiles A (16 × 32) and B (32 × 16) of bfloat16 and adds the product to a tile C (16 × 16) of float32. B consists of pairs of
// neighbours of the inner dimension, like the panels of pairs.h. For each element of C, the 16 even places of the inner dimension are
// summed in order by fused multiply-adds, and so are the 16 odd ones; then C ← C + (even + odd). All steps round to nearest, ties to
// even, in any rounding mode, and treat denormal numbers as zero.
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, TDPBF16PS.
#pragma once

#include <immintrin.h>

#include "pairs.h"

namespace handgrad {
namespace {

constexpr Index tileSide = 16;            // the rows of a tile, and the columns of one of B or C
constexpr Index stepDepth = 32;           // the inner dimension of a tile
constexpr Index tileFloats = 256;         // the size of a tile in float32
constexpr Index tileBytes = 1024;
constexpr Index blockSide = 2 * tileSide;  // a block of C is 2 × 2 tiles
constexpr Index blockFloats = blockSide * blockSide;
/** The steps for which a strip of B, two tiles wide, stays in the L1 cache while all rows are multiplied. */
constexpr Index amxStripSteps = 16;

/** The tile registers of this thread, all of the largest size, until the end of the scope. */
struct TileRegisters {
  TileRegisters() {
    struct alignas(64) Configuration {
      unsigned char palette, start, reserved[14];
      unsigned short rowBytes[16];
      unsigned char rows[16];
    };
    static const Configuration all = {1, 0, {}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};
    _tile_loadconfig(&all);
  }
  TileRegisters(const TileRegisters&) = delete;
  ~TileRegisters() { _tile_release(); }
};

/**
 * The factors of a block of C. The first tile of A in a step is at a + offsets[step], its rows `aStride` bytes apart; the second one is
 * `aSecond` bytes after it. The tiles of B are contiguous: those of a step, then those of the next.
 */
struct BlockFactors {
  const char* a;
  const Index* offsets;
  Index aStride, aSecond;
  const float* b;
  Index steps;
  /** What is needed later and is fetched meanwhile: this number of cache lines at each address in a step. */
  const char* later[2] = {};
  Index lines[2] = {};

  void fetchLater(Index step) const {
    for (int i = 0; i < 2; i++) {
      for (Index line = 0; line < lines[i]; line++) __builtin_prefetch(later[i] + (step * lines[i] + line) * 64, 0, 2);
    }
  }
};

/** C = addend + A·B for `down` × `across` tiles; strides in bytes. Without an addend the sums start at zero. */
template <int down, int across>
inline void multiplyTiles(const BlockFactors& f, float* c, Index cStride, const float* addend, Index addendStride) {
  asm volatile("" ::: "memory");  // what is loaded below has been stored
  char* const to = reinterpret_cast<char*>(c);
  const char* const from = reinterpret_cast<const char*>(addend);
  if (addend) {
    _tile_loadd(0, from, addendStride);
    if constexpr (across > 1) _tile_loadd(1, from + 64, addendStride);
    if constexpr (down > 1) _tile_loadd(2, from + tileSide * addendStride, addendStride);
    if constexpr (down > 1 && across > 1) _tile_loadd(3, from + tileSide * addendStride + 64, addendStride);
  } else {
    _tile_zero(0);
    if constexpr (across > 1) _tile_zero(1);
    if constexpr (down > 1) _tile_zero(2);
    if constexpr (down > 1 && across > 1) _tile_zero(3);
  }
  const char* b = reinterpret_cast<const char*>(f.b);
  for (Index step = 0; step < f.steps; step++, b += across * tileBytes) {
    const char* const a = f.a + f.offsets[step];
    f.fetchLater(step);
    _tile_loadd(6, b, 64);
    _tile_loadd(4, a, f.aStride);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (across > 1) {
      _tile_loadd(7, b + tileBytes, 64);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (down > 1) {
      _tile_loadd(5, a + f.aSecond, f.aStride);
      _tile_dpbf16ps(2, 5, 6);
    }
    if constexpr (down > 1 && across > 1) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, to, cStride);
  if constexpr (across > 1) _tile_stored(1, to + 64, cStride);
  if constexpr (down > 1) _tile_stored(2, to + tileSide * cStride, cStride);
  if constexpr (down > 1 && across > 1) _tile_stored(3, to + tileSide * cStride + 64, cStride);
}

/** The same for a block with this number of rows and columns, at most blockSide. Whole tiles are read and written. */
inline void multiplyBlock(const BlockFactors& f, Index rows, Index columns, float* c, Index cStride, const float* addend, Index addendStride) {
  const bool down = rows > tileSide, across = columns > tileSide;
  const auto multiply = down ? (across ? multiplyTiles<2, 2> : multiplyTiles<2, 1>) : across ? multiplyTiles<1, 2> : multiplyTiles<1, 1>;
  multiply(f, c, cStride, addend, addendStride);
}

/** Copies rows of at most blockSide floats; strides in floats. */
inline void copyBlock(const float* from, Index fromStride, float* to, Index toStride, Index rows, Index columns) {
  const __mmask16 low = firstLanes(columns), high = firstLanes(columns - 16);
  for (Index r = 0; r < rows; r++, from += fromStride, to += toStride) {
    _mm512_mask_storeu_ps(to, low, _mm512_maskz_loadu_ps(low, from));
    if (high) _mm512_mask_storeu_ps(to + 16, high, _mm512_maskz_loadu_ps(high, from + 16));
  }
}

/**
 * A block of C (rows × columns, at most blockSide) = addend + A·B; strides in floats. The addend may be null, a bias (stride 0) or C.
 * Only its elements are read and written.
 */
inline void computeBlock(const BlockFactors& f, Index rows, Index columns, float* c, Index cStride, const float* addend, Index addendStride) {
  if (rows % tileSide == 0 && columns % tileSide == 0) {
    return multiplyBlock(f, rows, columns, c, cStride * 4, addend, addendStride * 4);
  }
  alignas(64) float whole[blockFloats];
  if (addend) {
    for (Index i = 0; i < blockFloats; i += 16) store(whole + i, Floats{});  // what is not computed starts at zero
    copyBlock(addend, addendStride, whole, blockSide, rows, columns);
  }
  multiplyBlock(f, rows, columns, whole, blockSide * 4, addend ? whole : nullptr, blockSide * 4);
  copyBlock(whole, blockSide, c, cStride, rows, columns);
}

/** Transposes 16 × 16 pairs in place. */
inline void transposeTile(float* tile) { transposeBlock<float, 16>(tile, tileSide, tile, tileSide); }

/** A tile of pairs of neighbours in rows of the source. `rows` rows of `depth` numbers are left; the rest is zero. */
inline void packAlong(const float* from, Index stride, Index rows, Index depth, float* tile) {
  for (Index r = 0; r < tileSide; r++) {
    store(tile + r * tileSide, r < rows ? pairNeighbours(from + r * stride, depth) : Floats{});
  }
}

/** A tile of pairs of rows of the source. `depth` rows of `columns` numbers are left; the rest is zero. */
inline void packAcross(const float* from, Index stride, Index columns, Index depth, float* tile) {
  for (Index k = 0; k < stepDepth; k += 2, from += 2 * stride, tile += tileSide) {
    const Floats first = loadSome(from, k < depth ? columns : 0), second = loadSome(from + stride, k + 1 < depth ? columns : 0);
    store(tile, pairUp(first, second));
  }
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

}  // namespace
}  // namespace handgrad
