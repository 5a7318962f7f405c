// Products of 16-bit integers with a common scale: twice as many per cycle as in float32, like products in bfloat16, but with up
// to 15 bits instead of 8. Winograd's method needs them: it subtracts large numbers, which would multiply the rounding errors of
// bfloat16 by five.
//
// The instruction vpdpwssd adds two products at a time to a 32-bit integer, exactly. It wraps around beyond 2³¹, so scales are
// chosen by Cauchy and Schwarz: |Σ a·b| ≤ ‖a‖·‖b‖, which also bounds every partial sum. Two neighbours of the inner dimension are
// packed as a float32, the first in the lower half.
#pragma once

#include <immintrin.h>

#include "tile.h"

namespace handgrad {
namespace {

/** Norms of scaled vectors of integers: elements have 16 bits, and the product of both is below 2³¹ even after rounding. */
constexpr float leftNorm = 32700, rightNorm = 65000, mostInteger = 32700;

template <class V>
using IntegersOf = Vector<int, sizeof(V)>;

/** round(x · scale) as 32-bit integers. Only the lower 16 bits are valid: they are the last bits of the sum with 1.5·2²³. */
template <class V>
inline IntegersOf<V> scaled(V x, V scale) {
  constexpr float shift = 12582912;
  return bitCast<IntegersOf<V>>(x * scale + shift);
}

/** Pairs of the lower halves of two vectors. */
template <class I>
inline I pairIntegers(I first, I second) {
  return (first & 0xffff) | (second << 16);
}

template <class V>
inline V broadcast(float x) {
  return V{} + x;
}

inline Vector<int> addIntegerProducts(Vector<int> sums, Vector<int> a, Vector<int> b) {
  return bitCast<Vector<int>>(_mm512_dpwssd_epi32(bitCast<__m512i>(sums), bitCast<__m512i>(a), bitCast<__m512i>(b)));
}
inline Vector<int, 32> addIntegerProducts(Vector<int, 32> sums, Vector<int, 32> a, Vector<int, 32> b) {
  return bitCast<Vector<int, 32>>(_mm256_dpwssd_epi32(bitCast<__m256i>(sums), bitCast<__m256i>(a), bitCast<__m256i>(b)));
}

/** The factors of a tile's sums, if `ofRows` is not null; the sums are then added to the result. */
struct Scales {
  const float* ofRows;
  const float* ofColumns;
};

/** `tile` of tile.h for pairs of integers; all columns of the result exist. */
template <class Layout, class V, int rows, int vectors, bool scales>
void integerTile(const TileArguments<float>& t, const Scales& scale) {
  using I = IntegersOf<V>;
  constexpr int lanes = sizeof(V) / sizeof(float);
  I sums[rows][vectors] = {};
  const float* a = t.a;
  const float* b = t.b;
  for (Index k = 0; k < t.depth; k++) {
    I row[vectors];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) row[v] = load<I>(b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const I factor = I{} + load<int>(a + r * Layout::rowStride);
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sums[r][v] = addIntegerProducts(sums[r][v], row[v], factor);
    }
    a += Layout::depthStride;
    b += t.bStride;
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      V value = __builtin_convertvector(sums[r][v], V);
      float* const to = t.c + r * t.cStride + v * lanes;
      if constexpr (scales) {
        value *= load<V>(scale.ofColumns + v * lanes) * scale.ofRows[r];
        if (t.addend) value += load<V>(to);
      }
      store(to, value);
    }
  }
}

/** integerTile for each height, 1 … tileRows. */
template <class Layout, class V, int vectors, bool scales>
struct IntegerTiles {
  using Function = void (*)(const TileArguments<float>&, const Scales&);
  Function ofHeight[tileRows + 1];

  template <int rows>
  constexpr void fill() {
    ofHeight[rows] = integerTile<Layout, V, rows, vectors, scales>;
    if constexpr (rows > 1) fill<rows - 1>();
  }
  constexpr IntegerTiles() : ofHeight{} { fill<tileRows>(); }
};

/** The tiles for a panel of this width. */
template <class Layout, bool scales>
auto integerTiles(Index width) -> void (*const*)(const TileArguments<float>&, const Scales&) {
  static constexpr IntegerTiles<Layout, Vector<float>, tileVectors, scales> full;
  static constexpr IntegerTiles<Layout, Vector<float>, 1, scales> single;
  static constexpr IntegerTiles<Layout, Vector<float, 32>, 1, scales> half;
  constexpr Index lanes = vectorBytes / sizeof(float);
  return width == tileVectors * lanes ? full.ofHeight : width == lanes ? single.ofHeight : half.ofHeight;
}

}  // namespace
}  // namespace handgrad
