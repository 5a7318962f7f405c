// Forward pass and input gradient of 3×3 convolutions by Winograd's method. Threads share the tiles.
#pragma once

#include "winograd.h"

namespace handgrad {
namespace {

/** The number of channels of the weights that are transformed together. */
constexpr Index winogradWeightBlock = 64;

template <class T, class Direction>
void planWinogradWeights(Arguments& arguments, Index) {
  const Windows windows = Direction::of(Convolution(arguments), 0);
  arguments.items = divideUp(windows.columns, Panels<T>::full) * divideUp(windows.depthChannels, winogradWeightBlock);
}

/** U = G g Gᵀ as panels: point by point, panel by panel (depth × width). */
template <class T, class Direction>
void runWinogradWeights(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  const T* const w = arrayOf<T>(arguments, 2);
  T* const panels = arrayOf<T>(arguments, 4);
  const Index depth = windows.depthChannels, blocks = divideUp(depth, winogradWeightBlock);
  const Index pointSize = depth * paddedColumns<T>(windows.columns);
  Index item;
  T* const points = takeFirst<T>(lane, item);
  if (!points) return;
  do {
    const Index k0 = item % blocks * winogradWeightBlock, size = smaller(winogradWeightBlock, depth - k0);
    const Index first = item / blocks * Panels<T>::full, stop = smaller(windows.columns, first + Panels<T>::full);
    // In the stored order: rows are channels of x, columns channels of y
    constexpr bool turned = Direction::weightsTransposed;
    const Index rows = turned ? stop - first : size, columns = turned ? size : stop - first;
    const T* const source = w + (turned ? first : k0) * c.outputs + (turned ? k0 : first);
    const Index pointStride = rows * columns;
    for (Index row = 0; row < rows; row++) {
      forEachChannels<T>(columns, [&](auto v, Index column) {
        using V = decltype(v);
        V g[3][3];
        V half[6][3];
        for (int p = 0; p < 3; p++) {
          for (int q = 0; q < 3; q++) {
            const Index place = (turned ? 2 - p : p) * 3 + (turned ? 2 - q : q);
            g[q][p] = load<V>(source + (place * c.channels + row) * c.outputs + column);
          }
        }
        for (int q = 0; q < 3; q++) {
          V to[6];
          transformWeights<V>(g[q], to);
          for (int i = 0; i < 6; i++) half[i][q] = to[i];
        }
        for (int i = 0; i < 6; i++) {
          V to[6];
          transformWeights<V>(half[i], to);
          for (int j = 0; j < 6; j++) store(points + (i * 6 + j) * pointStride + row * columns + column, to[j]);
        }
      });
    }
    for (Index point = 0; point < winogradPoints; point++) {
      Index width;
      for (Index j = first; j < stop; j += width) {
        width = Panels<T>::width(windows.columns - j);
        const Index used = smaller(width, stop - j);
        const T* const from = points + point * pointStride + (turned ? (j - first) * columns : j - first);
        packPanel<T, turned>(from, columns, size, width, used, panels + point * pointSize + j * depth + k0 * width);
      }
    }
  } while (takeItem(lane, item));
}

/** The number of tiles that a thread takes at a time: their patches and sums stay in its L2 cache. */
constexpr Index winogradColumns = 64;
constexpr Index winogradMemory = Index{1100} << 10;

template <class T>
constexpr Index winogradRows(Index stride) {
  const Index rows = winogradMemory / (winogradPoints * Index{sizeof(T)} * (stride + winogradColumns));
  return rows < tileRows ? Index{tileRows} : rows / tileRows * tileRows;
}

/** The most channels whose transformed patches fit into the L2 cache. */
constexpr Index mostWinogradDepth = 512;

/** The strides of patches that have layouts. */
inline Index winogradStride(Index channels) {
  return channels <= 32 ? 48 : channels <= 64 ? 80 : channels <= 128 ? 144 : channels <= 256 ? 272 : channels <= 384 ? 400 : 528;
}

/** Threads share the tiles; `strideOf` returns the stride of patches for a number of channels. */
template <class T, class Direction, Index (*strideOf)(Index channels) = winogradStride>
void planWinograd(Arguments& arguments, Index threads) {
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  const Index tiles = c.batch * WinogradTiles(windows).ofImage();
  const Index rows = divideUp(divideUp(tiles, threads * 4), Index{tileRows}) * tileRows;
  arguments.rowParts = smaller(rows, winogradRows<T>(strideOf(windows.depthChannels)));
  arguments.items = divideUp(tiles, arguments.rowParts);
}

/**
 * Writes Aᵀ M A to the results. `sums` is point by point (rows × winogradColumns), for `columns` channels from j. The function
 * that `finishOf(V{}, r, c)` returns is called with each result of tile r and of channels from j + c.
 */
template <class T, class Transform, class Finish>
void storeWinogradResults(const T* sums, Index pointStride, const Windows& windows, Index tile, Index rows, Index j, Index columns,
                          T* result, Transform transform, Finish finishOf) {
  const WinogradTiles tiles(windows);
  const Index height = windows.axes[0].count, width = windows.axes[1].count, channels = windows.targetChannels;
  for (Index r = 0; r < rows; r++) {
    const Index number = tile + r, inImage = number % tiles.ofImage();
    const Index row = inImage / tiles.across * winogradOutputs, column = inImage % tiles.across * winogradOutputs;
    T* const corner = result + ((number / tiles.ofImage() * height + row) * width + column) * channels + j;
    const Index high = height - row, wide = width - column;
    forEachChannels<T>(columns, [&](auto v, Index c) {
      using V = decltype(v);
      const auto finish = finishOf(v, r, c);
      transformBoth<V, 6, 4>(
          transform(v), [&](int i, int k) { return load<V>(sums + (i * winogradSide + k) * pointStride + r * winogradColumns + c); },
          [&](int i, int k, V value) {
            if (i < high && k < wide) store(corner + (i * width + k) * channels + c, finish(value));
          });
    });
  }
}

/** Multiplies whole tiles of rows of patches with panels of weights; the surplus rows of the last tile are computed and ignored. */
template <class T, class Layout>
void multiplyPatches(const T* patches, Index rows, const T* panels, Index columns, T* sums, TileArguments<T> t) {
  using Function = void (*)(const TileArguments<T>&);
  Index width;
  for (Index j = 0; j < columns; j += width, panels += width * t.depth) {
    width = Panels<T>::width(columns - j);
    const Function multiply = width == Panels<T>::full    ? tile<T, Layout, Vector<T>, tileRows, tileVectors>
                              : width == Panels<T>::lanes ? tile<T, Layout, Vector<T>, tileRows, 1>
                                                          : tile<T, Layout, Vector<T, Panels<T>::half * sizeof(T)>, tileRows, 1>;
    t.columns = smaller(width, columns - j);
    t.b = panels;
    t.bStride = width;
    t.soon = panels;
    for (Index r = 0; r < rows; r += tileRows) {
      t.a = patches + r * Layout::rowStride;
      t.c = sums + r * t.cStride + j;
      multiply(t);
    }
  }
}

template <class T, Index stride>
void winogradTilesOfRows(const Arguments& arguments, const Convolution& c, const Windows& windows, Index tile, Index rows, char* scratch) {
  constexpr Index mostRows = winogradRows<T>(stride), gap = 64 / sizeof(T);
  constexpr Index patchPoint = mostRows * stride + gap, sumPoint = mostRows * winogradColumns + gap;
  constexpr Index border = winogradPoints * mostWinogradDepth;
  static_assert((winogradPoints * (patchPoint + sumPoint) + border) * Index{sizeof(T)} <= scratchBytes, "everything fits into the memory");
  T* const patches = reinterpret_cast<T*>(scratch);
  T* const sums = patches + winogradPoints * patchPoint;
  T* const borderPatch = sums + winogradPoints * sumPoint;
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  const PatchSource<T> source = {arrayOf<T>(arguments, 1), down.size, across.size, windows.sourceChannels, {down.offset, across.offset}};
  transformInputs(source, WinogradTiles(windows), tile, rows, 0, windows.depthChannels, patches, stride, patchPoint, borderPatch);
  const T* const panels = arrayOf<T>(arguments, 4);
  const Index depth = windows.depthChannels, pointSize = depth * paddedColumns<T>(windows.columns);
  TileArguments<T> t;
  t.shards = 1;
  t.depth = depth;
  t.cStride = winogradColumns;
  t.addend = nullptr;
  t.soonStride = 0;
  for (Index j = 0; j < windows.columns; j += winogradColumns) {
    const Index columns = smaller(winogradColumns, windows.columns - j);
    for (Index point = 0; point < winogradPoints; point++) {
      multiplyPatches<T, PatchRows<stride>>(patches + point * patchPoint, rows, panels + point * pointSize + j * depth, columns,
                                            sums + point * sumPoint, t);
    }
    const T* const bias = arrayOf<T>(arguments, 3);
    storeWinogradResults(
        sums, sumPoint, windows, tile, rows, j, columns, arrayOf<T>(arguments, 0), [](auto v) { return resultsOfSums<decltype(v)>; },
        [&](auto v, Index, Index at) {
          using V = decltype(v);
          const V start = bias ? load<V>(bias + j + at) : V{};
          return [bias, start](V value) { return bias ? value + start : value; };
        });
  }
}

/** Arrays: the result, images, w, a bias or null, the transformed weights. */
template <class T, class Direction>
void runWinograd(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  const Index tiles = c.batch * WinogradTiles(windows).ofImage();
  using Run = void (*)(const Arguments&, const Convolution&, const Windows&, Index, Index, char*);
  const Index stride = winogradStride(windows.depthChannels);
  const Run run = stride == 48    ? winogradTilesOfRows<T, 48>
                  : stride == 80  ? winogradTilesOfRows<T, 80>
                  : stride == 144 ? winogradTilesOfRows<T, 144>
                  : stride == 272 ? winogradTilesOfRows<T, 272>
                  : stride == 400 ? winogradTilesOfRows<T, 400>
                                  : winogradTilesOfRows<T, 528>;
  Index item;
  char* const scratch = takeFirst<char>(lane, item);
  if (!scratch) return;
  do {
    const Index tile = item * arguments.rowParts;
    run(arguments, c, windows, tile, smaller(arguments.rowParts, tiles - tile), scratch);
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
