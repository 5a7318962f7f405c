// The innermost loop of every product: rows × vectors of C in registers, summed over one block of the inner dimension.
#pragma once

#include "vectors.h"

namespace handgrad {
namespace {

/**
 * Tile heights: as many accumulators as the registers hold beside two vectors of B and one broadcast value of A.
 * `depth` is the block of the inner dimension: a panel of B (depth × 2 vectors) stays in the first cache.
 */
#if defined(__AVX512F__)
constexpr int tileRows = 12;
constexpr Index depthBlock = 256;
#elif defined(__AVX2__)
constexpr int tileRows = 6;
constexpr Index depthBlock = 384;
#elif defined(__aarch64__)
constexpr int tileRows = 12;
constexpr Index depthBlock = 384;
#else
constexpr int tileRows = 5;
constexpr Index depthBlock = 384;
#endif
constexpr int tileVectors = 2;

/** Packed A keeps its rows (element (i, k) at i·rowStride + k) or, from a transposed source, its columns. */
struct ByRows {
  static constexpr Index rowStride = depthBlock + 16;  // off the powers of two, which would share a cache set
  static constexpr Index depthStride = 1;
};
struct ByColumns {
  static constexpr Index rowStride = 1;
  static constexpr Index depthStride = tileRows;
};

/** C (rows × columns) = addend + A·B; `addend` may be null, a bias (stride 0) or C itself (its stride). */
template <class T>
struct TileArguments {
  Index depth;
  Index shards;
  const T* a;
  const T* b;
  Index bStride;
  T* c;
  Index cStride;
  const T* addend;
  Index addendStride;
  Index columns;
  const T* soon;  // one cache line of what is needed soon is asked for in each step; a burst would hold up the loads behind it
  Index soonStride;
};

/** Writes the sums of a tile, with the addend where there is one. */
template <class T, class V, int rows, int vectors>
inline void storeTile(const TileArguments<T>& t, const V (&sums)[rows][vectors]) {
  constexpr int lanes = sizeof(V) / sizeof(T);
  if (t.columns == vectors * lanes) {
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) {
        V value = sums[r][v];
        if (t.addend) value += load<V>(t.addend + r * t.addendStride + v * lanes);
        store(t.c + r * t.cStride + v * lanes, value);
      }
    }
    return;
  }
  T spilled[rows][vectors * lanes];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) store(&spilled[r][v * lanes], sums[r][v]);
  }
  for (int r = 0; r < rows; r++) {
    for (Index j = 0; j < t.columns; j++) {
      const T start = t.addend ? t.addend[r * t.addendStride + j] : T{0};
      t.c[r * t.cStride + j] = t.addend ? spilled[r][j] + start : spilled[r][j];
    }
  }
}

template <class T, class Layout, class V, int rows, int vectors>
void tile(const TileArguments<T>& t) {
  constexpr int lanes = sizeof(V) / sizeof(T);
  V sums[rows][vectors] = {};
  const T* a = t.a;
  const T* b = t.b;
  const T* soon = t.soon;
  for (Index k = 0; k < t.depth; k++) {
    V row[vectors];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) row[v] = load<V>(b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const T factor = a[r * Layout::rowStride];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sums[r][v] += row[v] * factor;
    }
    __builtin_prefetch(soon);
    soon += t.soonStride;
    a += Layout::depthStride;
    b += t.bStride;
  }

  storeTile<T, V, rows, vectors>(t, sums);
}

/** The largest number of shards is 2 to this. */
constexpr int shardLevels = 10;

/**
 * The same, where the inner dimension consists of shards, a power of two of equal parts: each is a sum of its own, and these are added in
 * pairs, ((0 + 1) + (2 + 3)) + …, so that half of the shards give a node of the tree. Finished nodes wait in the first cache.
 */
template <class T, class Layout, class V, int rows, int vectors>
void shardedTile(const TileArguments<T>& t) {
  constexpr int lanes = sizeof(V) / sizeof(T);
  V nodes[shardLevels][rows][vectors];
  const T* a = t.a;
  const T* b = t.b;
  const T* soon = t.soon;
  const Index depth = t.depth / t.shards;
  for (Index shard = 0;; shard++) {
    V sums[rows][vectors] = {};
    for (Index k = 0; k < depth; k++) {
      V row[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) row[v] = load<V>(b + v * lanes);
#pragma GCC unroll 16
      for (int r = 0; r < rows; r++) {
        const T factor = a[r * Layout::rowStride];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sums[r][v] += row[v] * factor;
      }
      __builtin_prefetch(soon);
      soon += t.soonStride;
      a += Layout::depthStride;
      b += t.bStride;
    }
    int level = 0;
    for (Index rest = shard; rest & 1; rest >>= 1, level++) {
#pragma GCC unroll 16
      for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sums[r][v] = nodes[level][r][v] + sums[r][v];
      }
    }
    if (shard + 1 == t.shards) {
      storeTile<T, V, rows, vectors>(t, sums);
      return;
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) nodes[level][r][v] = sums[r][v];
    }
  }
}

/** The tile of each height, 1 … tileRows, for one width. */
template <class T, class Layout, class V, int vectors, bool sharded = false>
struct Tiles {
  using Function = void (*)(const TileArguments<T>&);
  Function ofHeight[tileRows + 1];

  template <int rows>
  constexpr void fill() {
    if constexpr (sharded) {
      ofHeight[rows] = shardedTile<T, Layout, V, rows, vectors>;
    } else {
      ofHeight[rows] = tile<T, Layout, V, rows, vectors>;
    }
    if constexpr (rows > 1) fill<rows - 1>();
  }
  constexpr Tiles() : ofHeight{} { fill<tileRows>(); }
};

}  // namespace
}  // namespace handgrad
