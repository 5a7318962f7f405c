// The weight gradient of 3×3 convolutions by Winograd's method: dg = Gᵀ [ Σ (Bᵀ d B) ⊙ (A dY Aᵀ) ] G, summed over the tiles of the batch.
#pragma once

#include "convolutionWeights.h"
#include "winograd.h"

namespace handgrad {
namespace {

/** Channels of x and of y that a unit of work has, at most, and tiles that are summed at a time: all of it stays in the second cache. */
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

/** Gᵀ Z G: to the weights, from sums of points, each (rows × winogradPart). */
template <class T>
void storeWinogradGradient(const T* sums, Index pointStride, const Convolution& c, Index row, Index rows, Index column, Index columns,
                           T* dw) {
  for (Index r = 0; r < rows; r++) {
    forEachChannels<T>(columns, [&](auto v, Index j) {
      using V = decltype(v);
      transformBoth<V, 6, 3>(
          weightsOfSums<V>, [&](int p, int q) { return load<V>(sums + (p * winogradSide + q) * pointStride + r * winogradPart + j); },
          [&](int p, int q, V value) { store(dw + ((p * 3 + q) * c.channels + row + r) * c.outputs + column + j, value); });
    });
  }
}

/** Arrays: dw, dy, x, sums of the chunks but the first, which goes to dw. */
template <class T>
void runWinogradGradient(const Arguments& arguments, Lane& lane) {
  using Layout = PatchColumns<winogradPartStride>;
  static constexpr TilesOfWidths<T, Layout, false> ofWidths;
  constexpr Index gap = 64 / sizeof(T), patchPoint = winogradSumTiles * winogradPartStride + gap;
  constexpr Index sumPoint = winogradPart * winogradPart + gap, border = winogradPoints * winogradPart;
  static_assert((winogradPoints * (2 * patchPoint + sumPoint) + border) * Index{sizeof(T)} <= scratchBytes, "all of it has room");

  const Convolution c(arguments);
  const Windows windows = ForwardWindows::of(c, 0);
  const WinogradTiles tiles(windows);
  const WinogradParts inputParts(c.channels), outputParts(c.outputs);
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  const PatchSource<T> inputs = {arrayOf<T>(arguments, 2), down.size, across.size, c.channels, {down.offset, across.offset}};
  const PatchSource<T> gradients = {arrayOf<T>(arguments, 1), down.count, across.count, c.outputs, {0, 0}};
  const Parts chunks(c.batch * tiles.ofImage(), chunksOf(arguments));
  Index item;
  if (!takeItem(lane, item)) return;
  T* const sums = static_cast<T*>(scratchOf(lane));
  if (!sums) return;
  T* const inputPatches = sums + winogradPoints * sumPoint;
  T* const gradientPatches = inputPatches + winogradPoints * patchPoint;
  T* const borderPatch = gradientPatches + winogradPoints * patchPoint;
  do {
    const Index inputPart = item % inputParts.count, outputPart = item / inputParts.count % outputParts.count;
    const Index chunk = item / inputParts.count / outputParts.count, first = chunks.start(chunk), last = chunks.start(chunk + 1);
    const Index rows = inputParts.size(inputPart), columns = outputParts.size(outputPart);
    const Index tilesOfRows = divideUp(rows, Index{tileRows});
    const Parts heights(rows, tilesOfRows);
    TileArguments<T> t;
    t.shards = 1;
    t.bStride = winogradPartStride;
    t.cStride = winogradPart;
    t.addendStride = winogradPart;
    t.soonStride = 0;
    for (Index tile = first; tile < last; tile += winogradSumTiles) {
      t.depth = smaller(winogradSumTiles, last - tile);
      transformInputs(inputs, tiles, tile, t.depth, inputParts.start(inputPart), rows, inputPatches, winogradPartStride, patchPoint,
                      borderPatch);
      transformPatches<winogradOutputs>(gradients, tiles, tile, t.depth, outputParts.start(outputPart), columns, gradientPatches,
                                        winogradPartStride, patchPoint, borderPatch,
                                        [](auto v) { return transformResults<decltype(v)>; });
      for (Index point = 0; point < winogradPoints; point++) {
        Index width;
        for (Index j = 0; j < columns; j += width) {
          width = Panels<T>::width(columns - j);
          t.columns = smaller(width, columns - j);
          t.b = gradientPatches + point * patchPoint + j;
          t.soon = t.b;
          for (Index i = 0; i < tilesOfRows; i++) {
            t.a = inputPatches + point * patchPoint + heights.start(i);
            t.c = sums + point * sumPoint + heights.start(i) * winogradPart + j;
            t.addend = tile > first ? t.c : nullptr;
            ofWidths.ofWidth(width)[heights.size(i)](t);
          }
        }
      }
    }
    T* const target = chunk == 0 ? arrayOf<T>(arguments, 0) : arrayOf<T>(arguments, 3) + (chunk - 1) * 9 * c.channels * c.outputs;
    storeWinogradGradient(sums, sumPoint, c, inputParts.start(inputPart), rows, outputParts.start(outputPart), columns, target);
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
