// The forward pass and the input gradient of convolution. All weights are packed first, once for all threads; then the threads
// share the pixels of the result. Each element is one sum over blocks of depth whose bounds depend only on the shapes.
#pragma once

#include "convolutionPacking.h"

namespace handgrad {
namespace {

/** Calls with fewer vector multiplications use one thread. */
constexpr Index leastConvolutionWork = 8192;

template <class T>
inline bool isSmallConvolution(const Convolution& c) {
  constexpr Index lanes = vectorBytes / sizeof(T);
  const Index pixels = c.batch * c.output[0] * c.output[1];
  return pixels * c.places() * c.channels / c.groups * divideUp(c.outputs, lanes) < leastConvolutionWork;
}

/** The units of packing: the weights of a class and group. */
template <class T, class Direction>
void planWeightPanels(Arguments& arguments, Index) {
  const Convolution c(arguments);
  arguments.items = isSmallConvolution<T>(c) ? 1 : Direction::classes(c) * c.groups * divideUp(Direction::of(c, 0).columns, Panels<T>::full);
}

/** Arrays: the result, images, w, a bias or null, memory for the packed weights. */
template <class T, class Direction, class Format = AsTheyAre<T>>
void runWeightPanels(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const T* const w = arrayOf<T>(arguments, 2);
  T* const panels = arrayOf<T>(arguments, 4);
  const Index panelCount = divideUp(Direction::of(c, 0).columns, Panels<T>::full);
  const Index units = Direction::classes(c) * c.groups * panelCount, perItem = divideUp(units, arguments.items);
  Index item;
  while (takeItem(lane, item)) {
    for (Index unit = item * perItem; unit < smaller(units, (item + 1) * perItem); unit++) {
      const Index panel = unit % panelCount, group = unit / panelCount % c.groups;
      const Windows windows = Direction::of(c, unit / panelCount / c.groups);
      const Index depth = windows.depth();
      if (depth == 0) continue;
      const Index padded = paddedColumns<T>(windows.columns);
      T* const start = panels + weightPanelsStart<T>(c, windows, group);
      const Parts depths = depthParts(depth);
      const Index stop = smaller(windows.columns, (panel + 1) * Panels<T>::full);
      for (Index k0 = 0, block = 0; k0 < depth; k0 += depths.size(block), block++) {
        const Index size = depths.size(block);
        // The last panel of columns may be two narrow ones
        Index width;
        for (Index j = panel * Panels<T>::full; j < stop; j += width) {
          width = Panels<T>::width(windows.columns - j);
          T* const packed = start + k0 * padded + j * size;
          packWeightPanel<T, Direction>(c, windows, w, group, k0, size, j, width, packed);
          Format::finishPanel(packed, size, width);
        }
      }
    }
  }
}

/** Tiles of tileRows rows, and a last one with the remaining rows, as made by packWindowColumns. */
struct TileGrid {
  Index rows;
  Index start(Index tile) const { return tile * tileRows; }
  Index size(Index tile) const { return smaller(tileRows, rows - tile * tileRows); }
};

/** Multiplies tiles of packed rows with packed panels of depth `depth`. A panel stays in the L1 cache for all rows. */
template <class T, class Layout, class Format, class Heights>
void multiplyPanels(const T* packedA, Index tiles, const Heights& heights, const T* panels, Index columns, Index depth,
                    TileArguments<T> t) {
  t.depth = Format::elements(depth);
  T* const c = t.c;
  const T* const addend = t.addend;
  Index width;
  for (Index j = 0; j < columns; j += width) {
    width = Panels<T>::width(columns - j);
    const auto& functions = Format::template tiles<Layout>(width);
    t.columns = smaller(width, columns - j);
    t.b = panels;
    t.bStride = width;
    t.soon = panels;
    t.soonStride = 0;
    for (Index i = 0; i < tiles; i++) {
      const Index start = heights.start(i);
      t.a = packedA + (Layout::depthStride == 1 ? start * Layout::rowStride : i * packedTileStride<T>(t.depth));
      t.c = c + start * t.cStride + j;
      t.addend = addend ? addend + start * t.addendStride + j : nullptr;
      functions[heights.size(i)](t);
    }
    panels += width * depth;
  }
}

/** How the result is divided into units of work: rows of the product in blocks, columns in parts of whole panels. */
template <class T>
struct ConvolutionUnits {
  static constexpr Index mostRows = 16 * tileRows;
  static constexpr Index mostColumns = packedBBytes / (mostRows * Index{sizeof(T)}) / Panels<T>::full * Panels<T>::full;
  static_assert(mostColumns >= Panels<T>::full, "the sums of a unit fit into the memory of a thread");
  static_assert(mostRows * ByRows::rowStride * Index{sizeof(T)} <= packedABytes, "its packed rows fit as well");

  Index rows, rowBlocks, columnParts, ofClass;

  /** `windows` of the first class, which is the largest. */
  ConvolutionUnits(const Convolution& c, const Windows& windows, Index rows)
      : rows(rows), rowBlocks(divideUp(c.batch * windows.rowsOfImage(), rows)),
        columnParts(divideUp(windows.columns, mostColumns)), ofClass(rowBlocks * columnParts * c.groups) {}
};

template <class T, class Direction>
void planConvolution(Arguments& arguments, Index threads) {
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  // Several units for each thread, so that a late thread delays the others little; each unit is large enough that reading the weights pays
  const Index rows = divideUp(c.batch * windows.rowsOfImage() * c.groups, threads * 8);
  arguments.rowParts = smaller(ConvolutionUnits<T>::mostRows, (rows < 4 * tileRows ? 4 : divideUp(rows, Index{tileRows})) * tileRows);
  const ConvolutionUnits<T> units(c, windows, arguments.rowParts);
  arguments.items = isSmallConvolution<T>(c) ? 1 : units.ofClass * Direction::classes(c);
}

/** Copies the rows of a unit whose pixels are not contiguous from sums, each `columns` long, to their places. */
template <class T>
void scatterRows(const T* sums, Index columns, Index count, const Windows& windows, Index row, T* result) {
  PixelCounter pixel(windows, row);
  for (Index r = 0; r < count; r++, pixel.next()) {
    const Index i = windows.axes[0].target + pixel.i * windows.axes[0].targetStep;
    const Index j = windows.axes[1].target + pixel.j * windows.axes[1].targetStep;
    T* const to = result + ((pixel.n * windows.targetSides[0] + i) * windows.targetSides[1] + j) * windows.targetChannels;
    for (Index k = 0; k < columns; k++) to[k] = sums ? sums[r * columns + k] : T{0};
  }
}

/** Rows [row, row + rows) and columns [j0, j1) of one group and class. */
template <class T, class Format>
void convolveUnit(const Arguments& arguments, const Convolution& c, const Windows& windows, Index group, Index row, Index rows, Index j0,
                  Index j1, char* scratch) {
  T* const result = arrayOf<T>(arguments, 0) + group * windows.columns + j0;
  const T* const bias = arrayOf<T>(arguments, 3);
  const Index depth = windows.depth();
  if (depth == 0) return scatterRows<T>(nullptr, j1 - j0, rows, windows, row, result);

  T* const packedA = reinterpret_cast<T*>(scratch);
  T* const sums = reinterpret_cast<T*>(scratch + packedABytes);
  const T* const panels = arrayOf<T>(arguments, 4) + weightPanelsStart<T>(c, windows, group);
  const Index padded = paddedColumns<T>(windows.columns), tiles = divideUp(rows, Index{tileRows});
  const bool dense = windows.isDense();
  const Parts depths = depthParts(depth);
  TileArguments<T> t;
  t.shards = 1;
  t.cStride = dense ? windows.targetChannels : j1 - j0;
  t.c = dense ? result + row * t.cStride : sums;
  for (Index k0 = 0, block = 0; k0 < depth; k0 += depths.size(block), block++) {
    const Index size = depths.size(block);
    t.addend = k0 > 0 ? t.c : bias ? bias + group * windows.columns + j0 : nullptr;
    t.addendStride = k0 > 0 ? t.cStride : 0;
    const WindowReader<T> reader(windows, arrayOf<T>(arguments, 1), c.batch, group, k0, k0 + size);
    Format::packRows(reader, row, rows, packedA);
    multiplyPanels<T, ByRows, Format>(packedA, tiles, Parts(rows, tiles), panels + k0 * padded + j0 * size, j1 - j0, size, t);
  }
  if (!dense) scatterRows<T>(sums, j1 - j0, rows, windows, row, result);
}

/** Arrays: the result, images, w, a bias or null, the packed weights. */
template <class T, class Direction, class Format = AsTheyAre<T>>
void runConvolution(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const ConvolutionUnits<T> units(c, Direction::of(c, 0), arguments.rowParts);
  const Index count = units.ofClass * Direction::classes(c), perItem = divideUp(count, arguments.items);
  Index item;
  char* const scratch = takeFirst<char>(lane, item);
  if (!scratch) return;
  do {
    for (Index unit = item * perItem; unit < smaller(count, (item + 1) * perItem); unit++) {
      const Windows windows = Direction::of(c, unit / units.ofClass);
      Index rest = unit % units.ofClass;
      const Index row = rest % units.rowBlocks * units.rows, allRows = c.batch * windows.rowsOfImage();
      rest /= units.rowBlocks;
      const Index part = rest % units.columnParts, group = rest / units.columnParts;
      if (row >= allRows) continue;
      convolveUnit<T, Format>(arguments, c, windows, group, row, smaller(units.rows, allRows - row),
                      columnStart<T>(windows.columns, units.columnParts, part),
                      columnStart<T>(windows.columns, units.columnParts, part + 1), scratch);
    }
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
