// The weight gradient of convolution: dw = (windows of x)ᵀ · dy. Its depth is all pixels of the batch and its result is small, so
// the depth is divided into the number of chunks that the caller chooses. Each chunk is a separate sum, and the sums are added in
// order.
#pragma once

#include "convolutionProduct.h"

namespace handgrad {
namespace {

template <class T>
struct WeightUnits {
  /** The rows of a unit: (place, channel) of the window. With the columns they fill the memory of a thread. */
  static constexpr Index mostRows = packedABytes / (depthBlock * Index{sizeof(T)}) / tileRows * tileRows - 2 * tileRows;
  static constexpr Index mostColumns = packedBBytes / (depthBlock * Index{sizeof(T)}) / 2 / Panels<T>::full * Panels<T>::full;

  Index depth, columns, rowParts, columnParts, count;
  Parts tiles;

  WeightUnits(const Convolution& c, Index chunks)
      : depth(c.places() * c.channels / c.groups), columns(c.outputs / c.groups),
        rowParts(divideUp(depth, mostRows)), columnParts(divideUp(columns, mostColumns)), tiles(0, 1) {
    // If chunks and columns give few units, the rows are divided further
    constexpr Index enough = 16, leastRows = 8 * tileRows;
    const Index others = chunks * columnParts * c.groups;
    const Index finer = smaller(divideUp(enough, others), depth / leastRows);
    if (finer > rowParts) rowParts = finer;
    tiles = Parts(divideUp(depth, Index{tileRows}), rowParts);
    count = others * rowParts;
  }
};

/** The number after those of the geometry: the number of chunks of the depth. */
inline Index chunksOf(const Arguments& arguments) { return sizeOf(arguments, convolutionNumbers); }

/** The sums of a chunk, `size` numbers: those of the first are in dw (array 0), those of the others follow each other in array 3. */
template <class T>
T* sumsOfChunk(const Arguments& arguments, Index chunk, Index size) {
  return chunk == 0 ? arrayOf<T>(arguments, 0) : arrayOf<T>(arguments, 3) + (chunk - 1) * size;
}

template <class T>
void planConvolutionWeights(Arguments& arguments, Index) {
  const Convolution c(arguments);
  arguments.items = isSmallConvolution<T>(c) ? 1 : WeightUnits<T>(c, chunksOf(arguments)).count;
}

/** Pixels [first, last) of the batch, for rows [i0, i1) and columns [j0, j1) of the weights of a group. */
template <class T, class Format>
void convolveWeightsUnit(const Convolution& c, const T* x, const T* dy, T* dw, Index group, Index first, Index last, Index i0, Index i1,
                         Index j0, Index j1, char* scratch) {
  using V = Vector<T>;
  constexpr Index lanes = sizeof(V) / sizeof(T);
  const Windows windows = ForwardWindows::of(c, 0);
  T* const packedA = reinterpret_cast<T*>(scratch);
  T* const packedB = reinterpret_cast<T*>(scratch + packedABytes);
  const Index padded = paddedColumns<T>(j1 - j0), tiles = divideUp(i1 - i0, Index{tileRows});
  T* const line = packedB + depthBlock * padded;
  for (Index i = 0; i < 2 * lanes + tileRows; i++) line[i1 - i0 + i] = 0;
  const WindowReader<T> reader(windows, x, c.batch, group, i0, i1);
  TileArguments<T> t;
  t.shards = 1;
  t.cStride = c.outputs;
  t.addendStride = c.outputs;
  T* const target = dw + i0 * c.outputs + group * windows.columns + j0;
  const Parts depths(last - first, divideUp(last - first, depthBlock));
  for (Index k = first, block = 0; k < last; k += depths.size(block), block++) {
    const Index size = depths.size(block);
    Format::packColumns(reader, k, size, line, packedA);
    const T* const source = dy + k * c.outputs + group * windows.columns;
    T* packed = packedB;
    Index width;
    for (Index j = j0; j < j1; j += width, packed += width * size) {
      width = Panels<T>::width(j1 - j);
      Format::packPanel(source + j, c.outputs, size, width, smaller(width, j1 - j), packed);
    }
    t.c = target;
    t.addend = k > first ? target : nullptr;
    multiplyPanels<T, ByColumns, Format>(packedA, tiles, TileGrid{i1 - i0}, packedB, j1 - j0, size, t);
  }
}

/** Calls `unit(c, x, dy, dw, group, first, last, i0, i1, j0, j1, scratch)`, as convolveWeightsUnit, for the units of a thread. */
template <class T, class Unit>
void runWeightUnits(const Arguments& arguments, Lane& lane, Unit convolveUnit) {
  const Convolution c(arguments);
  const WeightUnits<T> units(c, chunksOf(arguments));
  const T* const dy = arrayOf<T>(arguments, 1);
  const T* const x = arrayOf<T>(arguments, 2);
  const Index size = units.depth * c.outputs, perItem = divideUp(units.count, arguments.items);
  const Parts chunks(c.batch * c.output[0] * c.output[1], chunksOf(arguments));
  Index item;
  char* const scratch = takeFirst<char>(lane, item);
  if (!scratch) return;
  do {
    for (Index unit = item * perItem; unit < smaller(units.count, (item + 1) * perItem); unit++) {
      Index rest = unit;
      const Index rowPart = rest % units.rowParts;
      rest /= units.rowParts;
      const Index columnPart = rest % units.columnParts;
      rest /= units.columnParts;
      const Index group = rest % c.groups, chunk = rest / c.groups;
      convolveUnit(c, x, dy, sumsOfChunk<T>(arguments, chunk, size), group, chunks.start(chunk), chunks.start(chunk + 1),
                   units.tiles.start(rowPart) * tileRows, smaller(units.depth, units.tiles.start(rowPart + 1) * tileRows),
                   columnStart<T>(units.columns, units.columnParts, columnPart),
                   columnStart<T>(units.columns, units.columnParts, columnPart + 1), scratch);
    }
  } while (takeItem(lane, item));
}

/** Arrays: dw, dy, x, the sums of all chunks except the first, which is written to dw. */
template <class T, class Format = AsTheyAre<T>>
void runConvolutionWeights(const Arguments& arguments, Lane& lane) {
  runWeightUnits<T>(arguments, lane, convolveWeightsUnit<T, Format>);
}

constexpr Index chunkSumItem = 4096;

inline void planChunkSums(Arguments& arguments, Index) {
  const Convolution c(arguments);
  arguments.items = chunksOf(arguments) == 1 ? 1 : divideUp(c.places() * c.channels / c.groups * c.outputs, chunkSumItem);
}

/** dw += the sums of the other chunks, in order. */
template <class T>
void runChunkSums(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const Index size = c.places() * c.channels / c.groups * c.outputs, chunks = chunksOf(arguments);
  T* const dw = arrayOf<T>(arguments, 0);
  Index item;
  while (takeItem(lane, item)) {
    if (chunks == 1) continue;
    const Index end = smaller(size, (item + 1) * chunkSumItem);
    for (Index chunk = 1; chunk < chunks; chunk++) {
      const T* const own = sumsOfChunk<T>(arguments, chunk, size);
      for (Index i = item * chunkSumItem; i < end; i++) dw[i] += own[i];
    }
  }
}

}  // namespace
}  // namespace handgrad
