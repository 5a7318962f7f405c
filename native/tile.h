// The innermost loop of every product: rows × vectors of C in registers, summed over one block of the inner dimension.
#pragma once

#include "vectors.h"

namespace handgrad {
namespace {

/**
 * The height of tiles: the registers hold the accumulators, two vectors of B and one broadcast value of A. `depth` is the block
 * of the inner dimension: a panel of B (depth × 2 vectors) stays in the L1 cache.
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
  static constexpr Index rowStride = depthBlock + 16;  // not a power of two, which would map all rows to the same cache set
  static constexpr Index depthStride = 1;
};
struct ByColumns {
  static constexpr Index rowStride = 1;
  static constexpr Index depthStride = tileRows;
};
/** Columns of a source that are read in place and packed at the same time: a tile computes for so long that both cost nothing. */
struct PackingColumns {
  static constexpr Index rowStride = 1;
  static constexpr Index depthStride = 0;  // set by the arguments
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
  const T* soon;  // each step prefetches one cache line that is needed soon; several at once would delay the loads after them
  Index soonStride;
  Index aStride;  // for PackingColumns only: the distance between rows of the source, and the memory in which it is packed as ByColumns
  T* aPacked;
};

/** The number of elements written for each row of a packed tile, in whole vectors: the next row overwrites the surplus. */
template <class T>
constexpr Index packedWidth = (tileRows * Index{sizeof(T)} + vectorBytes - 1) / vectorBytes * vectorBytes / Index{sizeof(T)};

/** The position of a tile in A. `next` advances by one row of the inner dimension, and packs that row if the layout requires it. */
template <class T, class Layout>
struct PlaceInA {
  static constexpr bool packs = Layout::depthStride == 0;
  const T* a;
  T* packed;
  Index stride;

  explicit PlaceInA(const TileArguments<T>& t) : a(t.a), packed(t.aPacked), stride(packs ? t.aStride : Layout::depthStride) {}

  void next() {
    if (packs) {
      constexpr Index lanes = vectorBytes / Index{sizeof(T)};
      // The L1 cache gets rows that are needed soon: more rows of a wide source may map to one of its sets. Memory is asked long before.
      __builtin_prefetch(a + 4 * stride);
      __builtin_prefetch(a + 32 * stride + packedWidth<T> - 1, 0, 2);
#pragma GCC unroll 8
      for (Index i = 0; i < packedWidth<T>; i += lanes) store(packed + i, load<Vector<T>>(a + i));
      packed += ByColumns::depthStride;
    }
    a += stride;
  }
};

/** Writes the sums of a tile, with the addend if there is one. It is inlined, because a call would have to store the registers first. */
template <class T, class V, int rows, int vectors>
__attribute__((always_inline)) inline void storeTile(const TileArguments<T>& t, const V (&sums)[rows][vectors]) {
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
  PlaceInA<T, Layout> place(t);
  const T* b = t.b;
  const T* soon = t.soon;
  for (Index k = 0; k < t.depth; k++) {
    V row[vectors];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) row[v] = load<V>(b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const T factor = place.a[r * Layout::rowStride];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sums[r][v] += row[v] * factor;
    }
    __builtin_prefetch(soon);
    soon += t.soonStride;
    place.next();
    b += t.bStride;
  }

  storeTile<T, V, rows, vectors>(t, sums);
}

/** The base-2 logarithm of the largest number of shards. */
constexpr int shardLevels = 10;

/**
 * The same for an inner dimension that consists of shards, a power of two of equal parts. Each shard is a separate sum, and these
 * are added in pairs, ((0 + 1) + (2 + 3)) + …, so that half of the shards form a node of the tree. Finished nodes are kept in the
 * L1 cache.
 */
template <class T, class Layout, class V, int rows, int vectors>
void shardedTile(const TileArguments<T>& t) {
  constexpr int lanes = sizeof(V) / sizeof(T);
  V nodes[shardLevels][rows][vectors];
  PlaceInA<T, Layout> place(t);
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
        const T factor = place.a[r * Layout::rowStride];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sums[r][v] += row[v] * factor;
      }
      __builtin_prefetch(soon);
      soon += t.soonStride;
      place.next();
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

/** The tiles of each width that a panel of B has. */
template <class T, class Layout, bool sharded>
struct TilesOfWidths {
  using V = Vector<T>;
  static constexpr int lanes = vectorBytes / sizeof(T);
  Tiles<T, Layout, V, tileVectors, sharded> full;
  Tiles<T, Layout, V, 1, sharded> single;
  Tiles<T, Layout, Vector<T, (vectorBytes > 16 ? vectorBytes / 2 : vectorBytes)>, 1, sharded> half;

  const auto& ofWidth(Index width) const {
    return width == tileVectors * lanes ? full.ofHeight : width == lanes ? single.ofHeight : half.ofHeight;
  }
};

}  // namespace
}  // namespace handgrad
