// The weight gradient of 3×3 convolutions by Winograd's method: dg = Gᵀ [ Σ (Bᵀ d B) ⊙ (A dY Aᵀ) ] G, summed over the tiles of the batch.
#pragma once

#include "convolutionWeights.h"
#include "winograd.h"

namespace handgrad {
namespace {

/** The most channels of x and of y in a unit of work, and the most tiles that are summed at a time: everything stays in the L2 cache. */
constexpr Index winogradPart = 64, winogradSumTiles = 36, winogradPartStride = winogradPart + 16;

/** `channels`, a multiple of 8, in parts that are multiples of 8. */
struct WinogradParts {
  Index count;
  Parts eights;
  explicit WinogradParts(Index channels) : count(divideUp(channels, winogradPart)), eights(channels / 8, count) {}
  Index start(Index part) const { return eights.start(part) * 8; }
  Index size(Index part) const { return eights.size(part) * 8; }
};

template <class T>
void planWinogradGradient(Arguments& arguments, Index) {
  const Convolution c(arguments);
  arguments.items = chunksOf(arguments) * WinogradParts(c.channels).count * WinogradParts(c.outputs).count;
}

/** A unit of work of the weight gradient: some channels of x and of y, and the tiles of a chunk. */
struct WinogradGradientUnit {
  Index row, rows, column, columns, first, last, chunk;
  WinogradGradientUnit(const Convolution& c, const Parts& chunks, Index item) {
    const WinogradParts inputs(c.channels), outputs(c.outputs);
    const Index input = item % inputs.count, output = item / inputs.count % outputs.count;
    chunk = item / inputs.count / outputs.count;
    row = inputs.start(input);
    rows = inputs.size(input);
    column = outputs.start(output);
    columns = outputs.size(output);
    first = chunks.start(chunk);
    last = chunks.start(chunk + 1);
  }
};

/**
 * Writes Gᵀ Z G to the weights of a unit, or to the sums of its chunk. Z consists of the sums of points, each (rows ×
 * winogradPart), after `scaleAt(p, q, value)`.
 */
template <class T, class Transform, class Scale>
void storeWinogradGradient(const Arguments& arguments, const T* sums, Index pointStride, const Convolution& c,
                           const WinogradGradientUnit& unit, Transform transform, Scale scaleAt) {
  T* const dw = sumsOfChunk<T>(arguments, unit.chunk, 9 * c.channels * c.outputs);
  for (Index r = 0; r < unit.rows; r++) {
    forEachChannels<T>(unit.columns, [&](auto v, Index j) {
      using V = decltype(v);
      transformBoth<V, 6, 3>(
          transform(v),
          [&](int p, int q) { return scaleAt(p, q, load<V>(sums + (p * winogradSide + q) * pointStride + r * winogradPart + j)); },
          [&](int p, int q, V value) { store(dw + ((p * 3 + q) * c.channels + unit.row + r) * c.outputs + unit.column + j, value); });
    });
  }
}

/** Arrays: dw, dy, x, the sums of all chunks except the first, which is written to dw. */
template <class T>
void runWinogradGradient(const Arguments& arguments, Lane& lane) {
  using Layout = PatchColumns<winogradPartStride>;
  static constexpr TilesOfWidths<T, Layout, false> ofWidths;
  constexpr Index gap = 64 / sizeof(T), patchPoint = winogradSumTiles * winogradPartStride + gap;
  constexpr Index sumPoint = winogradPart * winogradPart + gap, border = winogradPoints * winogradPart;
  static_assert((winogradPoints * (2 * patchPoint + sumPoint) + border) * Index{sizeof(T)} <= scratchBytes, "everything fits into the memory");

  const Convolution c(arguments);
  const Windows windows = ForwardWindows::of(c, 0);
  const WinogradTiles tiles(windows);
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  const PatchSource<T> inputs = {arrayOf<T>(arguments, 2), down.size, across.size, c.channels, {down.offset, across.offset}};
  const PatchSource<T> gradients = {arrayOf<T>(arguments, 1), down.count, across.count, c.outputs, {0, 0}};
  const Parts chunks(c.batch * tiles.ofImage(), chunksOf(arguments));
  Index item;
  T* const sums = takeFirst<T>(lane, item);
  if (!sums) return;
  T* const inputPatches = sums + winogradPoints * sumPoint;
  T* const gradientPatches = inputPatches + winogradPoints * patchPoint;
  T* const borderPatch = gradientPatches + winogradPoints * patchPoint;
  do {
    const WinogradGradientUnit unit(c, chunks, item);
    const Index tilesOfRows = divideUp(unit.rows, Index{tileRows});
    const Parts heights(unit.rows, tilesOfRows);
    TileArguments<T> t;
    t.shards = 1;
    t.bStride = winogradPartStride;
    t.cStride = winogradPart;
    t.addendStride = winogradPart;
    t.soonStride = 0;
    for (Index tile = unit.first; tile < unit.last; tile += winogradSumTiles) {
      t.depth = smaller(winogradSumTiles, unit.last - tile);
      transformInputs(inputs, tiles, tile, t.depth, unit.row, unit.rows, inputPatches, winogradPartStride, patchPoint, borderPatch);
      transformPatches<winogradOutputs>(gradients, tiles, tile, t.depth, unit.column, unit.columns, gradientPatches,
                                        winogradPartStride, patchPoint, borderPatch,
                                        [](auto v) { return transformResults<decltype(v)>; });
      for (Index point = 0; point < winogradPoints; point++) {
        Index width;
        for (Index j = 0; j < unit.columns; j += width) {
          width = Panels<T>::width(unit.columns - j);
          t.columns = smaller(width, unit.columns - j);
          t.b = gradientPatches + point * patchPoint + j;
          t.soon = t.b;
          for (Index i = 0; i < tilesOfRows; i++) {
            t.a = inputPatches + point * patchPoint + heights.start(i);
            t.c = sums + point * sumPoint + heights.start(i) * winogradPart + j;
            t.addend = tile > unit.first ? t.c : nullptr;
            ofWidths.ofWidth(width)[heights.size(i)](t);
          }
        }
      }
    }
    storeWinogradGradient(
        arguments, sums, sumPoint, c, unit, [](auto v) { return weightsOfSums<decltype(v)>; }, [](int, int, auto value) { return value; });
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
