// Forward pass and input gradient of 3×3 convolutions by Winograd's method with products of 16-bit integers. As in
// winogradProduct.h, threads share the tiles. Each tile and each output channel has its own scale.
#pragma once

#include "winogradIntegers.h"
#include "winogradProduct.h"

namespace handgrad {
namespace {

/** 8 numbers and 8 zeros. */
inline Vector<float> loadHalf(const float* from) { return bitCast<Vector<float>>(_mm512_zextps256_ps512(_mm256_loadu_ps(from))); }

/** The scale for which the norms over the channels of a patch are below leftNorm at all of its pixels; NaN or 0 if one is not finite. */
inline float patchScale(const Patch<float>& patch, Index channels) {
  using V = Vector<float>;
  constexpr Index lanes = sizeof(V) / sizeof(float);
  V squares = {}, largest = {};
  for (Index i = 0; i < winogradSide; i++) {
    for (Index j = 0; j < winogradSide; j++) {
      const float* const pixel = patch.at(i, j);
      V sum = {};
      Index c = 0;
      for (; c + lanes <= channels; c += lanes) sum += load<V>(pixel + c) * load<V>(pixel + c);
      if (c < channels) sum += loadHalf(pixel + c) * loadHalf(pixel + c);
      squares = largerOf(squares, sum);
    }
  }
  const float square = _mm512_reduce_add_ps(bitCast<__m512>(squares));
  if (square >= leastSquare && square <= mostSquare) return leftNorm / __builtin_sqrtf(square);
  for (Index i = 0; i < winogradSide; i++) {
    for (Index j = 0; j < winogradSide; j++) {
      for (Index c = 0; c < channels; c += lanes / 2) largest = largerOf(largest, absolute(loadHalf(patch.at(i, j) + c)));
    }
  }
  const float most = bitCast<float>(_mm512_reduce_max_epi32(bitCast<__m512i>(largest)));  // NaN is treated as largest
  return bounded(leftNorm / __builtin_sqrtf(float(channels)) / most);
}

template <class Direction>
void planIntegerWeights(Arguments& arguments, Index) {
  arguments.items = divideUp(Direction::of(Convolution(arguments), 0).columns, Panels<float>::full);
}

/** Scales the columns of weights in `points` (36 × depth × width), with one scale for all points; `inverse` receives the inverse scales. */
template <Index width>
void scaleColumns(const float* points, Index depth, float (&scale)[width], float* inverse, Index used) {
  using V = Vector<float>;
  constexpr Index lanes = sizeof(V) / sizeof(float);
  for (Index j = 0; j < width; j += lanes) {
    V squares = {}, largest = {};
    for (Index point = 0; point < winogradPoints; point++) {
      V sum = {};
      for (Index k = 0; k < depth; k++) {
        const V value = load<V>(points + (point * depth + k) * width + j);
        sum += value * value;
        largest = largerOf(largest, absolute(value));
      }
      squares = largerOf(squares, sum);
    }
    for (Index i = 0; i < lanes; i++) {
      const bool measured = squares[i] >= leastSquare && squares[i] <= mostSquare;
      const float norm = measured ? __builtin_sqrtf(squares[i]) : __builtin_sqrtf(float(depth)) * largest[i];
      const float byNorm = rightNorm / norm, bySize = mostInteger / largest[i];
      scale[j + i] = bounded(byNorm < bySize ? byNorm : bySize);
    }
  }
  for (Index j = 0; j < used; j++) inverse[j] = 1 / scale[j];
}

/** U = G g Gᵀ as panels of pairs: point by point, panel by panel (depth / 2 × width); then the inverse scale of each column. */
template <class Direction>
void runIntegerWeights(const Arguments& arguments, Lane& lane) {
  using V = Vector<float>;
  constexpr Index width = Panels<float>::full, lanes = sizeof(V) / sizeof(float);
  static_assert((winogradPoints + 9) * mostWinogradDepth * width * Index{sizeof(float)} <= scratchBytes, "everything fits into the memory");
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  const float* const w = arrayOf<float>(arguments, 2);
  float* const panels = arrayOf<float>(arguments, 4);
  const Index depth = windows.depthChannels, pairs = depth / 2, pointSize = pairs * paddedColumns<float>(windows.columns);
  constexpr bool turned = Direction::weightsTransposed;
  Index item;
  float* const points = takeFirst<float>(lane, item);
  if (!points) return;
  float* const taps = points + winogradPoints * depth * width;
  do {
    const Index first = item * width, used = smaller(width, windows.columns - first);
    for (Index tap = 0; tap < 9; tap++) {
      const float* const source = w + (turned ? 8 - tap : tap) * c.channels * c.outputs + (turned ? first * c.outputs : first);
      packPanel<float, turned>(source, c.outputs, depth, width, used, taps + tap * depth * width);
    }
    for (Index at = 0; at < depth * width; at += lanes) {
      V half[6][3];
      for (int q = 0; q < 3; q++) {
        V g[3], to[6];
        for (int p = 0; p < 3; p++) g[p] = load<V>(taps + (p * 3 + q) * depth * width + at);
        balancedWeights<V>(g, to);
        for (int i = 0; i < 6; i++) half[i][q] = to[i];
      }
      for (int i = 0; i < 6; i++) {
        V to[6];
        balancedWeights<V>(half[i], to);
        for (int j = 0; j < 6; j++) store(points + (i * 6 + j) * depth * width + at, to[j] * (patchRows[i] * patchRows[j]));
      }
    }
    alignas(64) float scale[width];
    scaleColumns<width>(points, depth, scale, panels + winogradPoints * pointSize + first, used);
    for (Index point = 0; point < winogradPoints; point++) {
      Index wide;
      for (Index j = 0; j < used; j += wide) {
        wide = Panels<float>::width(windows.columns - first - j);
        float* const panel = panels + point * pointSize + (first + j) * pairs;
        for (Index k = 0; k < pairs; k++) {
          const float* const row = points + (point * depth + 2 * k) * width + j;
          for (Index i = 0; i < wide; i += lanes) {
            const V scales = load<V>(scale + j + i);
            const auto both = pairIntegers(scaled(load<V>(row + i), scales), scaled(load<V>(row + width + i), scales));
            storeFirst(panel + k * wide + i, smaller(lanes, wide - i), bitCast<V>(both));
          }
        }
      }
    }
  } while (takeItem(lane, item));
}

/** The strides of rows of pairs that have layouts. */
inline Index integerStride(Index channels) {
  return channels <= 32 ? 16 : channels <= 64 ? 48 : channels <= 128 ? 80 : channels <= 256 ? 144 : channels <= 384 ? 208 : 272;
}

/** Bᵀ d B of `rows` tiles as integers, to rows of `stride` pairs; `inverse` receives the inverse scale of each tile. */
inline void roundInputs(const PatchSource<float>& source, const WinogradTiles& tiles, Index tile, Index rows, Index channels, float* to,
                        Index stride, Index pointStride, float* inverse, float* border) {
  forEachPatch<winogradSide>(source, tiles, tile, rows, 0, channels, border, [&](Index r, const Patch<float>& patch) {
    const float scale = patchScale(patch, channels);
    inverse[r] = 1 / scale;
    forEachChannels<float>(channels, [&](auto v, Index c) {
      using V = decltype(v);
      using Shorts = Vector<short, sizeof(V) / 2>;
      const Factors<V> factors(broadcast<V>(scale), patchRows);
      transformBoth<V, winogradSide, winogradSide>(
          balancedPatch<V>, [&](int i, int j) { return load<V>(patch.at(i, j) + c); },
          [&](int i, int j, V value) {
            store(to + r * stride + (i * winogradSide + j) * pointStride + c / 2,
                  __builtin_convertvector(scaled(value, factors.at(i, j)), Shorts));
          });
    });
  });
}

template <Index stride>
void integerTilesOfRows(const Arguments& arguments, const Windows& windows, Index tile, Index rows, char* scratch) {
  using Layout = PatchRows<stride>;
  constexpr Index mostRows = winogradRows<float>(stride), gap = 16;
  constexpr Index patchPoint = mostRows * stride + gap, sumPoint = mostRows * winogradColumns + gap;
  constexpr Index border = winogradPoints * mostWinogradDepth;
  static_assert((winogradPoints * (patchPoint + sumPoint) + border + mostRows) * Index{sizeof(float)} <= scratchBytes, "it fits into the memory");
  float* const patches = reinterpret_cast<float*>(scratch);
  float* const sums = patches + winogradPoints * patchPoint;
  float* const borderPatch = sums + winogradPoints * sumPoint;
  float* const inverse = borderPatch + border;
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  const PatchSource<float> source = {arrayOf<float>(arguments, 1), down.size, across.size, windows.sourceChannels, {down.offset, across.offset}};
  roundInputs(source, WinogradTiles(windows), tile, rows, windows.depthChannels, patches, stride, patchPoint, inverse, borderPatch);
  const float* const panels = arrayOf<float>(arguments, 4);
  const float* const bias = arrayOf<float>(arguments, 3);
  const Index pairs = windows.depthChannels / 2, pointSize = pairs * paddedColumns<float>(windows.columns);
  const float* const inverseOfColumns = panels + winogradPoints * pointSize;
  TileArguments<float> t = {};
  t.depth = pairs;
  t.cStride = winogradColumns;
  for (Index j = 0; j < windows.columns; j += winogradColumns) {
    const Index columns = smaller(winogradColumns, windows.columns - j);
    for (Index point = 0; point < winogradPoints; point++) {
      Index width;
      for (Index k = 0; k < columns; k += width) {
        width = Panels<float>::width(windows.columns - j - k);
        const auto multiply = integerTiles<Layout, false>(width)[tileRows];
        t.b = panels + point * pointSize + (j + k) * pairs;
        t.bStride = width;
        for (Index r = 0; r < rows; r += tileRows) {
          t.a = patches + point * patchPoint + r * stride;
          t.c = sums + point * sumPoint + r * winogradColumns + k;
          multiply(t, {});
        }
      }
    }
    storeWinogradResults(
        sums, sumPoint, windows, tile, rows, j, columns, arrayOf<float>(arguments, 0),
        [](auto v) { return balancedResultsOfSums<decltype(v)>; },
        [&](auto v, Index r, Index at) {
          using V = decltype(v);
          const V scale = load<V>(inverseOfColumns + j + at) * inverse[r], start = bias ? load<V>(bias + j + at) : V{};
          return [scale, start](V value) { return value * scale + start; };
        });
  }
}

/** Arrays: the result, images, w, a bias or null, the transformed weights. */
template <class Direction>
void runIntegerProduct(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  const Index tiles = c.batch * WinogradTiles(windows).ofImage();
  const Index stride = integerStride(windows.depthChannels);
  const auto run = stride == 16   ? integerTilesOfRows<16>
                   : stride == 48 ? integerTilesOfRows<48>
                   : stride == 80 ? integerTilesOfRows<80>
                   : stride == 144 ? integerTilesOfRows<144>
                   : stride == 208 ? integerTilesOfRows<208>
                                   : integerTilesOfRows<272>;
  Index item;
  char* const scratch = takeFirst<char>(lane, item);
  if (!scratch) return;
  do {
    const Index tile = item * arguments.rowParts;
    run(arguments, windows, tile, smaller(arguments.rowParts, tiles - tile), scratch);
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
