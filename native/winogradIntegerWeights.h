// The weight gradient of 3×3 convolutions by Winograd's method with products of 16-bit integers, as in winogradWeights.h. Pairs
// are neighbouring tiles. Each channel of x and of y has a scale for the tiles that are summed at a time; these sums are added in
// float32.
#pragma once

#include "winogradIntegers.h"
#include "winogradWeights.h"

namespace handgrad {
namespace {

/** The most tiles that are summed at a time. */
constexpr Index integerSumTiles = 96, integerSumPairs = integerSumTiles / 2;

/**
 * The scales for which the norms over the tiles of each channel are below `norm` at all pixels of their patches. `memory` is
 * memory for a patch.
 */
template <int side>
void channelScales(const PatchSource<float>& source, const WinogradTiles& tiles, Index tile, Index rows, Index channel, Index channels,
                   float norm, float* scale, float* memory, float* border) {
  // The largest of all pixels, for sums of squares or, if these may be inaccurate, for absolute values
  const auto largest = [&](auto gather) {
    for (Index i = 0; i < side * side * channels; i++) memory[i] = 0;
    forEachPatch<side>(source, tiles, tile, rows, channel, channels, border, [&](Index, const Patch<float>& patch) {
      for (Index i = 0; i < side; i++) {
        for (Index j = 0; j < side; j++) {
          forEachChannels<float>(channels, [&](auto v, Index c) {
            float* const own = memory + (i * side + j) * channels + c;
            store(own, gather(load<decltype(v)>(own), load<decltype(v)>(patch.at(i, j) + c)));
          });
        }
      }
    });
    for (Index pixel = 1; pixel < side * side; pixel++) {
      forEachChannels<float>(channels, [&](auto v, Index c) {
        using V = decltype(v);
        store(memory + c, largerOf(load<V>(memory + c), load<V>(memory + pixel * channels + c)));
      });
    }
  };
  largest([](auto sum, auto x) { return sum + x * x; });
  bool allMeasured = true;
  for (Index c = 0; c < channels; c++) {
    const bool measured = memory[c] >= leastSquare && memory[c] <= mostSquare;
    scale[c] = measured ? norm / __builtin_sqrtf(memory[c]) : 0;
    allMeasured &= measured;
  }
  if (allMeasured) return;
  largest([](auto most, auto x) { return largerOf(most, absolute(x)); });
  for (Index c = 0; c < channels; c++) {
    if (scale[c] == 0) scale[c] = bounded(norm / __builtin_sqrtf(float(rows)) / memory[c]);
  }
}

/**
 * Transforms patches like transformPatches, into pairs of integers of neighbouring tiles. `inverse` receives the inverse scale of
 * each channel, and has memory for the scales after them.
 */
template <int side, class Transform>
void roundPatches(const PatchSource<float>& source, const WinogradTiles& tiles, Index tile, Index rows, Index channel, Index channels,
                  const float (&rowSums)[6], float* to, Index pointStride, float* inverse, float* memory, float* border,
                  Transform transform) {
  float* const scale = inverse + winogradPart;
  channelScales<side>(source, tiles, tile, rows, channel, channels, leftNorm, scale, memory, border);
  for (Index c = 0; c < channels; c++) inverse[c] = 1 / scale[c];
  forEachPatch<side>(source, tiles, tile, rows, channel, channels, border, [&](Index r, const Patch<float>& patch) {
    forEachChannels<float>(channels, [&](auto v, Index c) {
      using V = decltype(v);
      const Factors<V> factors(load<V>(scale + c), rowSums);
      float* const place = to + r / 2 * winogradPart + c;
      const auto load2 = [&](int i, int j) { return load<V>(patch.at(i, j) + c); };
      if (r % 2 == 0) {
        transformBoth<V, side, winogradSide>(transform(v), load2, [&](int i, int j, V value) {
          store(place + (i * winogradSide + j) * pointStride, scaled(value, factors.at(i, j)) & 0xffff);
        });
      } else {
        transformBoth<V, side, winogradSide>(transform(v), load2, [&](int i, int j, V value) {
          float* const pair = place + (i * winogradSide + j) * pointStride;
          store(pair, load<IntegersOf<V>>(pair) | (scaled(value, factors.at(i, j)) << 16));
        });
      }
    });
  });
}

/** Arrays: dw, dy, x, the sums of all chunks except the first, which is written to dw. */
inline void runIntegerGradient(const Arguments& arguments, Lane& lane) {
  using Layout = PatchColumns<winogradPart>;
  constexpr Index gap = 16, patchPoint = integerSumPairs * winogradPart + gap;
  constexpr Index sumPoint = winogradPart * winogradPart + gap, border = winogradPoints * winogradPart;
  static_assert((winogradPoints * (2 * patchPoint + sumPoint) + 2 * border + 4 * winogradPart) * Index{sizeof(float)} <= scratchBytes,
                "everything fits into the memory");

  const Convolution c(arguments);
  const Windows windows = ForwardWindows::of(c, 0);
  const WinogradTiles tiles(windows);
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  const PatchSource<float> inputs = {arrayOf<float>(arguments, 2), down.size, across.size, c.channels, {down.offset, across.offset}};
  const PatchSource<float> gradients = {arrayOf<float>(arguments, 1), down.count, across.count, c.outputs, {0, 0}};
  const Parts chunks(c.batch * tiles.ofImage(), chunksOf(arguments));
  Index item;
  float* const sums = takeFirst<float>(lane, item);
  if (!sums) return;
  float* const inputPatches = sums + winogradPoints * sumPoint;
  float* const gradientPatches = inputPatches + winogradPoints * patchPoint;
  float* const borderPatch = gradientPatches + winogradPoints * patchPoint;
  float* const squares = borderPatch + border;
  float* const inverseOfInputs = squares + border;
  float* const inverseOfGradients = inverseOfInputs + 2 * winogradPart;
  do {
    const WinogradGradientUnit unit(c, chunks, item);
    const Index tilesOfRows = divideUp(unit.rows, Index{tileRows});
    const Parts heights(unit.rows, tilesOfRows);
    TileArguments<float> t = {};
    t.bStride = winogradPart;
    t.cStride = winogradPart;
    const Parts blocks(unit.last - unit.first, divideUp(unit.last - unit.first, integerSumTiles));
    for (Index tile = unit.first, block = 0, count; tile < unit.last; tile += count, block++) {
      count = blocks.size(block);
      t.depth = divideUp(count, 2);
      roundPatches<winogradSide>(inputs, tiles, tile, count, unit.row, unit.rows, patchRows, inputPatches, patchPoint, inverseOfInputs,
                                 squares, borderPatch, [](auto v) { return balancedPatch<decltype(v)>; });
      roundPatches<winogradOutputs>(gradients, tiles, tile, count, unit.column, unit.columns, resultRows, gradientPatches, patchPoint,
                                    inverseOfGradients, squares, borderPatch, [](auto v) { return balancedResults<decltype(v)>; });
      for (Index point = 0; point < winogradPoints; point++) {
        Index width;
        for (Index j = 0; j < unit.columns; j += width) {
          width = Panels<float>::width(unit.columns - j);
          t.b = gradientPatches + point * patchPoint + j;
          for (Index i = 0; i < tilesOfRows; i++) {
            t.a = inputPatches + point * patchPoint + heights.start(i);
            t.c = sums + point * sumPoint + heights.start(i) * winogradPart + j;
            t.addend = tile > unit.first ? t.c : nullptr;
            integerTiles<Layout, true>(width)[heights.size(i)](t, {inverseOfInputs + heights.start(i), inverseOfGradients + j});
          }
        }
      }
    }
    storeWinogradGradient(
        arguments, sums, sumPoint, c, unit, [](auto v) { return balancedWeightsOfSums<decltype(v)>; },
        [](int p, int q, auto value) { return value * (patchRows[p] * patchRows[q] * resultRows[p] * resultRows[q]); });
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
