// Winograd's F(4×4, 3×3): a tile of 4×4 results of a 3×3 window with step 1 needs 36 multiplications for each channel instead of 144. With
//   Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A      (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016)
// for weights g and a patch d of 6×6 pixels; ⊙, summed over the channels, is 36 products of matrices. The weight gradient is the same in
// another order: dg = Gᵀ [ Σ (Bᵀ d B) ⊙ (A dY Aᵀ) ] G. Rounding errors are relative to the largest terms of a whole patch.
#pragma once

#include "convolutionProduct.h"

namespace handgrad {
namespace {

constexpr Index winogradOutputs = 4, winogradSide = 6, winogradPoints = winogradSide * winogradSide;

/** Bᵀd, of 6 numbers. */
template <class V>
inline void transformPatch(const V (&d)[6], V (&t)[6]) {
  const V even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1], near = d[4] - d[2], twice = 2 * (d[3] - d[1]);
  t[0] = 4 * d[0] - 5 * d[2] + d[4];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = near + twice;
  t[4] = near - twice;
  t[5] = 4 * d[1] - 5 * d[3] + d[5];
}

/** Gg: 3 numbers to 6. */
template <class V>
inline void transformWeights(const V (&g)[3], V (&t)[6]) {
  using T = std::remove_reference_t<decltype(g[0][0])>;
  constexpr T quarter = T(1) / 4, sixth = T(1) / 6, twelfth = T(1) / 12, twentyFourth = T(1) / 24;
  const V even = -sixth * (g[0] + g[2]), odd = sixth * g[1], even2 = twentyFourth * g[0] + sixth * g[2], odd2 = twelfth * g[1];
  t[0] = quarter * g[0];
  t[1] = even - odd;
  t[2] = even + odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = g[2];
}

/** Gᵀz: 6 numbers to 3. */
template <class V>
inline void weightsOfSums(const V (&z)[6], V (&g)[3]) {
  using T = std::remove_reference_t<decltype(z[0][0])>;
  constexpr T quarter = T(1) / 4, sixth = T(1) / 6, twelfth = T(1) / 12, twentyFourth = T(1) / 24;
  const V sum1 = z[1] + z[2], sum2 = z[3] + z[4];
  g[0] = quarter * z[0] - sixth * sum1 + twentyFourth * sum2;
  g[1] = sixth * (z[2] - z[1]) + twelfth * (z[3] - z[4]);
  g[2] = sixth * (sum2 - sum1) + z[5];
}

/** Aᵀm: 6 numbers to 4. */
template <class V>
inline void resultsOfSums(const V (&m)[6], V (&y)[4]) {
  const V sum1 = m[1] + m[2], sum2 = m[3] + m[4], difference1 = m[1] - m[2], difference2 = m[3] - m[4];
  y[0] = m[0] + sum1 + sum2;
  y[1] = difference1 + 2 * difference2;
  y[2] = sum1 + 4 * sum2;
  y[3] = difference1 + 8 * difference2 + m[5];
}

/** Ay: 4 numbers to 6. */
template <class V>
inline void transformResults(const V (&y)[4], V (&t)[6]) {
  const V even = y[0] + y[2], odd = y[1] + y[3], even2 = y[0] + 4 * y[2], odd2 = 2 * y[1] + 8 * y[3];
  t[0] = y[0];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = y[3];
}

/** A transform of `in` numbers to `out` along both axes: first the columns of the values from `loadAt`, then the rows. */
template <class V, int in, int out, class Load, class Store>
inline void transformBoth(void (*transform)(const V (&)[in], V (&)[out]), Load loadAt, Store storeAt) {
  V half[out][in];
#pragma GCC unroll 6
  for (int column = 0; column < in; column++) {
    V from[in], to[out];
#pragma GCC unroll 6
    for (int row = 0; row < in; row++) from[row] = loadAt(row, column);
    transform(from, to);
#pragma GCC unroll 6
    for (int row = 0; row < out; row++) half[row][column] = to[row];
  }
#pragma GCC unroll 6
  for (int row = 0; row < out; row++) {
    V to[out];
    transform(half[row], to);
#pragma GCC unroll 6
    for (int column = 0; column < out; column++) storeAt(row, column, to[column]);
  }
}

/** Calls `body(V{}, channel)` for whole vectors of `channels`, a multiple of 8, and once with half a vector for the rest. */
template <class T, class Body>
inline void forEachChannels(Index channels, Body body) {
  constexpr Index lanes = vectorBytes / sizeof(T), halfLanes = lanes > 8 ? 8 : lanes;
  Index c = 0;
  for (; c + lanes <= channels; c += lanes) body(Vector<T>{}, c);
  for (; c < channels; c += halfLanes) body(Vector<T, halfLanes * sizeof(T)>{}, c);
}

/** The tiles of results: `count` in each image, `down` × `across`. */
struct WinogradTiles {
  Index down, across;
  explicit WinogradTiles(const Windows& windows)
      : down(divideUp(windows.axes[0].count, winogradOutputs)), across(divideUp(windows.axes[1].count, winogradOutputs)) {}
  Index ofImage() const { return down * across; }
};

/** Images from which patches are taken. The patch of tile (i, j) begins at pixel 4·(i, j) + offset. */
template <class T>
struct PatchSource {
  const T* images;
  Index height, width, channels, offset[2];
};

/** The pixels of a patch: the position of its first channels, and the distance between pixels. */
template <class T>
struct Patch {
  const T* pixels;
  Index rowStride, pixelStride;
  const T* at(Index i, Index j) const { return pixels + i * rowStride + j * pixelStride; }
};

/**
 * Calls `body(r, patch)` for patches of side × side pixels, 0 outside of the images: for `rows` tiles from `tile` on, and
 * channels [channel, channel + channels). `border` is memory for the channels of a patch.
 */
template <int side, class T, class Body>
inline void forEachPatch(const PatchSource<T>& source, const WinogradTiles& tiles, Index tile, Index rows, Index channel, Index channels,
                         T* border, Body body) {
  const Index all = source.channels;
  for (Index r = 0; r < rows; r++) {
    const Index image = (tile + r) / tiles.ofImage(), inImage = (tile + r) % tiles.ofImage();
    const Index row = inImage / tiles.across * winogradOutputs + source.offset[0];
    const Index column = inImage % tiles.across * winogradOutputs + source.offset[1];
    Patch<T> patch = {source.images + ((image * source.height + row) * source.width + column) * all + channel, source.width * all, all};
    if (row < 0 || column < 0 || row + side > source.height || column + side > source.width) {
      for (Index i = 0; i < side; i++) {
        for (Index j = 0; j < side; j++) {
          T* const pixel = border + (i * side + j) * channels;
          const bool inside = row + i >= 0 && row + i < source.height && column + j >= 0 && column + j < source.width;
          const T* const from = patch.at(i, j);
          forEachChannels<T>(channels, [&](auto v, Index c) {
            store(pixel + c, inside ? load<decltype(v)>(from + c) : decltype(v){});
          });
        }
      }
      patch = {border, side * channels, channels};
    }
    body(r, patch);
  }
}

/** Transforms patches along both axes. `to` receives rows of `stride`, point by point. The other arguments are those of forEachPatch. */
template <int side, class T, class Transform>
void transformPatches(const PatchSource<T>& source, const WinogradTiles& tiles, Index tile, Index rows, Index channel, Index channels,
                      T* to, Index stride, Index pointStride, T* border, Transform transform) {
  forEachPatch<side>(source, tiles, tile, rows, channel, channels, border, [&](Index r, const Patch<T>& patch) {
    forEachChannels<T>(channels, [&](auto v, Index c) {
      using V = decltype(v);
      transformBoth<V, side, winogradSide>(
          transform(v), [&](int i, int j) { return load<V>(patch.at(i, j) + c); },
          [&](int i, int j, V value) { store(to + r * stride + (i * winogradSide + j) * pointStride + c, value); });
    });
  });
}

/** Bᵀ d B */
template <class T>
void transformInputs(const PatchSource<T>& source, const WinogradTiles& tiles, Index tile, Index rows, Index channel, Index channels, T* to,
                     Index stride, Index pointStride, T* border) {
  transformPatches<winogradSide>(source, tiles, tile, rows, channel, channels, to, stride, pointStride, border,
                                 [](auto v) { return transformPatch<decltype(v)>; });
}

/** The layout of transformed patches: rows are tiles, `stride` elements apart; the stride is not a power of two. */
template <Index stride>
struct PatchRows {
  static constexpr Index rowStride = stride;
  static constexpr Index depthStride = 1;
};
/** The same memory read as its transpose. */
template <Index stride>
struct PatchColumns {
  static constexpr Index rowStride = 1;
  static constexpr Index depthStride = stride;
};

/**
 * Whether a convolution uses this method. Only the shape of an image is used, so that its result does not depend on the other
 * images. Work is counted in products of vectors.
 */
inline bool winogradPays(const Windows& windows) {
  if (windows.depthChannels != windows.sourceChannels) return false;
  if (windows.depthChannels % 8 != 0 || windows.columns % 8 != 0) return false;
  for (const Axis& axis : windows.axes) {
    if (axis.taps != 3 || axis.step != 1 || axis.dilation != 1 || axis.targetStep != 1) return false;
    // A window outside of the image has a sum of exactly 0
    if (axis.offset < -2 || axis.count - 1 + axis.offset >= axis.size) return false;
  }
  const WinogradTiles tiles(windows);
  constexpr Index transforms = 12;  // the cost of one of the two for a point and channel
  const Index channels = windows.depthChannels, columns = windows.columns;
  const Index winograd = tiles.ofImage() * winogradPoints * (channels * columns + transforms * (channels + columns));
  return winograd * 5 < windows.rowsOfImage() * 9 * channels * columns * 4;
}

}  // namespace
}  // namespace handgrad
