// Products of float32 arrays in bfloat16, the upper half of a float32 (1 sign bit, 8 bits of exponent, 8 of precision).
//
// Packing rounds both operands to bfloat16, to nearest with ties to even. The instruction vdpbf16ps multiplies them and sums in
// float32, two neighbours of the inner dimension at a time: s ← round(s + x₁·y₁), then s ← round(s + x₀·y₀), each a fused
// multiply-add rounded to nearest, ties to even, in any rounding mode. Denormal operands, sums and results are treated as zero;
// infinities and NaN are kept, and a value that rounds beyond the largest bfloat16 becomes infinite.
//
// So a packed element is a pair of neighbours with the size of a float32. Pairs are packed and multiplied like float32 in
// packing.h and tile.h; depths are counted in pairs. An odd inner dimension is padded with a zero.
#pragma once

#include <immintrin.h>

#include "packing.h"

namespace handgrad {
namespace {

using Floats = Vector<float>;

/** The first `count` lanes of a vector, all of them or none. */
inline __mmask16 firstLanes(Index count) { return count >= 16 ? 0xffff : count > 0 ? (1u << count) - 1 : 0; }

/** `count` numbers, at most 16, then zeros. Nothing after them is read. */
inline Floats loadSome(const float* from, Index count) { return bitCast<Floats>(_mm512_maskz_loadu_ps(firstLanes(count), from)); }

/** The pairs (first[i], second[i]); the first is in the lower half. */
inline Floats pairUp(Floats first, Floats second) {
  const auto halves = bitCast<__m512i>(_mm512_cvtne2ps_pbh(bitCast<__m512>(second), bitCast<__m512>(first)));
  typedef short Words __attribute__((vector_size(64)));
  constexpr Words zipped = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                            8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  return bitCast<Floats>(_mm512_permutexvar_epi16(bitCast<__m512i>(zipped), halves));
}

/** The pairs (from[0], from[1]), (from[2], from[3]), … of the next 32 of `count` numbers, then zeros. */
inline Floats pairNeighbours(const float* from, Index count) {
  const Floats low = count >= 16 ? load<Floats>(from) : loadSome(from, count);
  const Floats high = count >= 32 ? load<Floats>(from + 16) : count > 16 ? loadSome(from + 16, count - 16) : Floats{};
  return bitCast<Floats>(_mm512_cvtne2ps_pbh(bitCast<__m512>(high), bitCast<__m512>(low)));
}

/** packRows of pairs; surplus zeros fill the gap after a row. */
inline void packRowPairs(const float* a, Index stride, Index rows, Index depth, float* packed) {
  static_assert(ByRows::rowStride - depthBlock >= 15, "whole vectors fit into a row");
  for (Index i = 0; i < rows; i++) {
    float* to = packed + i * ByRows::rowStride;
    for (Index k = 0; k < depth; k += 32, to += 16) store(to, pairNeighbours(a + i * stride + k, depth - k));
  }
}

/** packColumns of pairs. */
inline void packColumnPairs(const float* a, Index stride, Index rows, Parts tiles, Index count, Index depth, float* packed) {
  const Index pairs = divideUp(depth, 2);
  for (Index k = 0; k < pairs; k++) {
    const float* const first = a + 2 * k * stride;
    const bool alone = 2 * k + 1 == depth;
    float* to = packed + k * tileRows;
    for (Index t = 0; t < count; t++, to += packedTileStride<float>(pairs)) {
      const Index start = tiles.start(t), size = tiles.size(t);
      if (start + 16 <= rows && !alone) {  // a whole vector; its surplus is overwritten by the next pair or is in the gap
        store(to, pairUp(load<Floats>(first + start), load<Floats>(first + stride + start)));
      } else {
        const Floats second = alone ? Floats{} : loadSome(first + stride + start, size);
        _mm512_mask_storeu_ps(to, firstLanes(size), bitCast<__m512>(pairUp(loadSome(first + start, size), second)));
      }
    }
  }
}

/** packPanel of pairs. */
template <bool transposed>
void packPairsPanel(const float* b, Index stride, Index depth, Index width, Index used, float* packed) {
  if constexpr (transposed) {
    constexpr Index chunk = 16;
    alignas(64) float rows[Panels<float>::full * chunk] = {};
    for (Index k = 0; k < depth; k += 2 * chunk) {
      for (Index j = 0; j < used; j++) store(rows + j * chunk, pairNeighbours(b + j * stride + k, depth - k));
      transpose(rows, chunk, packed + k / 2 * width, width, width, smaller(chunk, divideUp(depth - k, 2)));
    }
    return;
  }
  for (Index k = 0; k < depth; k += 2, packed += width) {
    const float* const first = b + k * stride;
    const bool alone = k + 1 == depth;
    if (used == Panels<float>::full && !alone) {
#pragma GCC unroll 2
      for (Index j = 0; j < Panels<float>::full; j += 16) {
        store(packed + j, pairUp(load<Floats>(first + j), load<Floats>(first + stride + j)));
      }
      continue;
    }
    for (Index j = 0; j < width; j += 16) {
      const Index count = used > j ? used - j : 0;
      const Floats second = alone ? Floats{} : loadSome(first + stride + j, count);
      const Floats pairs = pairUp(loadSome(first + j, count), second);
      _mm512_mask_storeu_ps(packed + j, firstLanes(width - j), bitCast<__m512>(pairs));
    }
  }
}

inline Floats addProducts(Floats sums, Floats a, Floats b) {
  return bitCast<Floats>(_mm512_dpbf16_ps(bitCast<__m512>(sums), bitCast<__m512bh>(a), bitCast<__m512bh>(b)));
}
inline Vector<float, 32> addProducts(Vector<float, 32> sums, Vector<float, 32> a, Vector<float, 32> b) {
  return bitCast<Vector<float, 32>>(
      _mm256_dpbf16_ps(bitCast<__m256>(sums), bitCast<__m256bh>(a), bitCast<__m256bh>(b)));
}

/** `tile` of tile.h with pairs in the places of numbers. */
template <class Layout, class V, int rows, int vectors>
void pairsTile(const TileArguments<float>& t) {
  constexpr int lanes = sizeof(V) / sizeof(float);
  V sums[rows][vectors] = {};
  const float* a = t.a;
  const float* b = t.b;
  const float* soon = t.soon;
  for (Index k = 0; k < t.depth; k++) {
    V row[vectors];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) row[v] = load<V>(b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const V factor = bitCast<V>(Vector<unsigned, sizeof(V)>{} + load<unsigned>(a + r * Layout::rowStride));
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sums[r][v] = addProducts(sums[r][v], row[v], factor);
    }
    __builtin_prefetch(soon);
    soon += t.soonStride;
    a += Layout::depthStride;
    b += t.bStride;
  }
  storeTile<float, V, rows, vectors>(t, sums);
}

/** pairsTile for each height, 1 … tileRows. */
template <class Layout, class V, int vectors>
struct PairsTiles {
  using Function = void (*)(const TileArguments<float>&);
  Function ofHeight[tileRows + 1];

  template <int rows>
  constexpr void fill() {
    ofHeight[rows] = pairsTile<Layout, V, rows, vectors>;
    if constexpr (rows > 1) fill<rows - 1>();
  }
  constexpr PairsTiles() : ofHeight{} { fill<tileRows>(); }
};

/** The tiles for a panel of this width. */
template <class Layout>
auto pairsTiles(Index width) -> void (*const*)(const TileArguments<float>&) {
  static constexpr PairsTiles<Layout, Floats, tileVectors> full;
  static constexpr PairsTiles<Layout, Floats, 1> single;
  static constexpr PairsTiles<Layout, Vector<float, 32>, 1> half;
  return width == Panels<float>::full ? full.ofHeight : width == Panels<float>::lanes ? single.ofHeight : half.ofHeight;
}

}  // namespace
}  // namespace handgrad
