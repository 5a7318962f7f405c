// Winograd's F(4×4, 3×3) with products of 16-bit integers; see integers.h. The transforms are those for the points 0, ±5/8, ±3/2
// and ∞: their rounding errors are less than half of those for 0, ±1, ±2, ∞. Before rounding, a transformed patch is divided by
// the sums of the absolute values in the rows of Bᵀ, so that a bound on the pixels holds for all 36 numbers. The weights
// compensate for this.
#pragma once

#include "integers.h"
#include "winograd.h"

namespace handgrad {
namespace {

constexpr float near = 0.625f, far = 1.5f, near2 = near* near, far2 = far* far, bothPoints = near2 + far2;

/** Sums of the absolute values in the rows of Bᵀ and of A. */
constexpr float patchRows[] = {near2 * far2 + bothPoints + 1,    near* far2 + far2 + near + 1, near* far2 + far2 + near + 1,
                               near2* far + near2 + far + 1, near2* far + near2 + far + 1, near2* far2 + bothPoints + 1};
constexpr float resultRows[] = {1, 1 + near + near2 + near2 * near, 1 + near + near2 + near2 * near, 1 + far + far2 + far2 * far,
                                1 + far + far2 + far2 * far, 1};

/** Bᵀd, of 6 numbers. */
template <class V>
inline void balancedPatch(const V (&d)[6], V (&t)[6]) {
  const V even = d[4] - far2 * d[2], odd = near * (d[3] - far2 * d[1]);
  const V even2 = d[4] - near2 * d[2], odd2 = far * (d[3] - near2 * d[1]);
  t[0] = near2 * far2 * d[0] + (d[4] - bothPoints * d[2]);
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = near2 * far2 * d[1] + (d[5] - bothPoints * d[3]);
}

/** 1 / (2·p²·(p² − q²)) for a point p, where ±q are the other two points: the common factor of the rows of G. */
constexpr float ofNear = 1 / (2 * near2 * (near2 - far2)), ofFar = 1 / (2 * far2 * (far2 - near2));

/** Gg: 3 numbers to 6. */
template <class V>
inline void balancedWeights(const V (&g)[3], V (&t)[6]) {
  const V even = ofNear * (g[0] + near2 * g[2]), odd = (ofNear * near) * g[1];
  const V even2 = ofFar * (g[0] + far2 * g[2]), odd2 = (ofFar * far) * g[1];
  t[0] = (1 / (near2 * far2)) * g[0];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = g[2];
}

/** Gᵀz: 6 numbers to 3. */
template <class V>
inline void balancedWeightsOfSums(const V (&z)[6], V (&g)[3]) {
  const V sum = ofNear * (z[1] + z[2]), sum2 = ofFar * (z[3] + z[4]);
  g[0] = (1 / (near2 * far2)) * z[0] + (sum + sum2);
  g[1] = (ofNear * near) * (z[1] - z[2]) + (ofFar * far) * (z[3] - z[4]);
  g[2] = near2 * sum + far2 * sum2 + z[5];
}

/** Aᵀm: 6 numbers to 4. */
template <class V>
inline void balancedResultsOfSums(const V (&m)[6], V (&y)[4]) {
  const V sum = m[1] + m[2], sum2 = m[3] + m[4], difference = near * (m[1] - m[2]), difference2 = far * (m[3] - m[4]);
  y[0] = m[0] + (sum + sum2);
  y[1] = difference + difference2;
  y[2] = near2 * sum + far2 * sum2;
  y[3] = near2 * difference + (far2 * difference2 + m[5]);
}

/** Ay: 4 numbers to 6. */
template <class V>
inline void balancedResults(const V (&y)[4], V (&t)[6]) {
  const V even = y[0] + near2 * y[2], odd = near * (y[1] + near2 * y[3]);
  const V even2 = y[0] + far2 * y[2], odd2 = far * (y[1] + far2 * y[3]);
  t[0] = y[0];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = y[3];
}

/** The numbers in a row of a transform with equal sums: 0 and 5, 1 and 2, 3 and 4. */
constexpr int classOf(int i) { return (i + 1) / 2 % 3; }

/** scale / (rows[i] · rows[j]) for the numbers (i, j) of a transform. */
template <class V>
struct Factors {
  V of[3][3];
  Factors(V scale, const float (&rows)[6]) {
#pragma GCC unroll 3
    for (int i = 0; i < 3; i++) {
#pragma GCC unroll 3
      for (int j = 0; j < 3; j++) of[i][j] = scale * (1 / (rows[2 * i] * rows[2 * j]));
    }
  }
  V at(int i, int j) const { return of[classOf(i)][classOf(j)]; }
};

/** Outside of these bounds, squares may be too large or too small for float32, so absolute values are used. */
constexpr float leastSquare = 1e-25f, mostSquare = 1e30f;

/** If the inverse of a scale is not a normal number, all values are 0 or nearly 0. NaN is kept. */
inline float bounded(float scale) { return scale > 1e37f ? 1e37f : scale; }

/** The larger of two vectors of non-negative numbers; NaN is treated as largest. */
template <class V>
inline V largerOf(V a, V b) {
  const auto i = bitCast<IntegersOf<V>>(a), j = bitCast<IntegersOf<V>>(b);
  return bitCast<V>(i > j ? i : j);
}

template <class V>
inline V absolute(V x) {
  return bitCast<V>(bitCast<IntegersOf<V>>(x) & 0x7fffffff);
}

}  // namespace
}  // namespace handgrad
