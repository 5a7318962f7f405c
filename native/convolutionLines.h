// Convolutions with steps above 1 or few channels. The windows of a row of the result are a constant number of elements apart, so
// the tiles read lines of pixels in place, one row of the window at a time, instead of packed windows. Each element is the same
// sum in the same order as in convolutionProduct.h and convolutionWeights.h.
#pragma once

#include "convolutionWeights.h"
#include "pooling.h"

namespace handgrad {
namespace {

/** A part of the inner dimension: `depth` numbers of each row of A from `a` on, and the same number of rows of B from `bRow` on. */
template <class T>
struct Run {
  const T* a;
  Index bRow, depth;
};

template <class T>
struct RunsArguments : TileArguments<T> {
  const Run<T>* runs;
  Index runCount;
  Index aOffset;
  Index aStride;  // the stride of the rows of A if `alongRows`, otherwise of the inner dimension; the other stride is 1
};

/** C (rows × columns) = addend + the sum over all runs, in order. */
template <class T, bool alongRows, class V, int rows, int vectors>
void tileOfRuns(const RunsArguments<T>& t) {
  constexpr int lanes = sizeof(V) / sizeof(T);
  V sums[rows][vectors] = {};
  const Index stride = t.aStride, stride3 = 3 * stride;
  // There is at least one run with one number; this form keeps the sums in registers
  const Run<T>* run = t.runs;
  const Run<T>* const end = run + t.runCount;
  do {
    const T* a = run->a + t.aOffset;
    const T* b = t.b + run->bRow * t.bStride;
    Index k = run->depth;
    do {
      V row[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) row[v] = load<V>(b + v * lanes);
      const T* const four[] = {a, a + 4 * stride, a + 8 * stride};
#pragma GCC unroll 16
      for (int r = 0; r < rows; r++) {
        const T* const base = four[r / 4];
        const T factor = !alongRows ? a[r] : r % 4 == 3 ? base[stride3] : base[r % 4 * stride];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sums[r][v] += row[v] * factor;
      }
      a += alongRows ? 1 : stride;
      b += t.bStride;
    } while (--k > 0);
  } while (++run < end);
  storeTile<T, V, rows, vectors>(t, sums);
}

/** The tiles of each height for one width, and of each width, like Tiles and TilesOfWidths. */
template <class T, bool alongRows, class V, int vectors>
struct RunTiles {
  using Function = void (*)(const RunsArguments<T>&);
  Function ofHeight[tileRows + 1];

  template <int rows>
  constexpr void fill() {
    ofHeight[rows] = tileOfRuns<T, alongRows, V, rows, vectors>;
    if constexpr (rows > 1) fill<rows - 1>();
  }
  constexpr RunTiles() : ofHeight{} { fill<tileRows>(); }
};
template <class T, bool alongRows>
struct RunTilesOfWidths {
  static constexpr int lanes = vectorBytes / sizeof(T);
  RunTiles<T, alongRows, Vector<T>, tileVectors> full;
  RunTiles<T, alongRows, Vector<T>, 1> single;
  RunTiles<T, alongRows, Vector<T, (vectorBytes > 16 ? vectorBytes / 2 : vectorBytes)>, 1> half;

  const auto& ofWidth(Index width) const {
    return width == tileVectors * lanes ? full.ofHeight : width == lanes ? single.ofHeight : half.ofHeight;
  }
};

/** The most rows of a window, rows of results and lines in a unit. */
constexpr Index mostLineTaps = 7, mostLineRows = 16, mostLines = 64;
/** The most rows of results, complete or not, in a block of pixels of the weight gradient. */
constexpr Index mostLinePieces = 64;
/** Rows with fewer pixels are packed, because their tiles would be low. */
constexpr Index leastLinePixels = 6;

/** The number of elements in a line, for the windows of a row of results. */
inline Index lineLength(const Windows& windows) {
  const Axis& across = windows.axes[1];
  return ((across.count - 1) * across.step + across.taps) * windows.sourceChannels;
}
/** The number of lines that `rows` rows of results of an image read. */
inline Index linesOf(const Windows& windows, Index rows) {
  const Axis& down = windows.axes[0];
  return down.taps == 0 || rows == 0 ? 0 : (rows - 1) * down.step + (down.taps - 1) * down.dilation + 1;
}
/** The number of rows of results in a unit. */
inline Index lineRows(const Windows& windows) {
  constexpr Index pixels = 16 * tileRows;
  return pixels / windows.axes[1].count < 1 ? 1 : smaller(mostLineRows, pixels / windows.axes[1].count);
}

/** Whether windows can be read in lines. */
inline bool areLines(const Convolution& c, const Windows& windows) {
  const Axis& across = windows.axes[1];
  return c.groups == 1 && across.dilation == 1 && windows.axes[0].taps <= mostLineTaps && across.count >= leastLinePixels &&
         linesOf(windows, mostLineRows) <= mostLines;
}
/** Whether this holds for every class, because classes divide the same windows. */
template <class Direction>
inline bool multipliesLines(const Convolution& c) {
  for (Index number = 0; number < Direction::classes(c); number++) {
    const Windows windows = Direction::of(c, number);
    const Index numbers = lineLength(windows) * linesOf(windows, lineRows(windows));
    if (!areLines(c, windows) || numbers * Index{sizeof(float)} > packedABytes) return false;
  }
  return true;
}
/** Whether all windows of a line are inside of the image. */
inline bool areInPlace(const Windows& windows) {
  const Axis& across = windows.axes[1];
  return across.offset >= 0 && across.offset * windows.sourceChannels + lineLength(windows) <= across.size * windows.sourceChannels;
}
/** The columns are read in place, as whole panels. */
inline bool multipliesLineWeights(const Convolution& c) {
  const Windows windows = ForwardWindows::of(c, 0);
  if (!areLines(c, windows) || c.outputs % 8 != 0) return false;
  const Axis& down = windows.axes[0];
  const Index rows = depthBlock / windows.axes[1].count + 2, lines = rows * (down.step + (down.taps - 1) * down.dilation + 1);
  const bool noZeros = areInPlace(windows) && down.offset >= 0 && down.offset + linesOf(windows, down.count) <= down.size;
  return rows <= mostLinePieces && (noZeros || lineLength(windows) * lines * Index{sizeof(float)} <= scratchBytes);
}

/** The lines of rows [i, i + rows) of an image of results: in place, or copied to `padded` with zeros on both sides. */
template <class T>
class Lines {
 public:
  /** Takes memory from `padded` and advances it. */
  Lines(const Windows& windows, const T* images, Index n, Index i, Index rows, T*& padded) : down(windows.axes[0]) {
    const Axis& across = windows.axes[1];
    const Index channels = windows.sourceChannels, length = lineLength(windows);
    const Index offset = across.offset * channels, stop = across.size * channels;
    const bool inPlace = areInPlace(windows);
    const T* zeros = nullptr;
    for (Index row = 0; row < linesOf(windows, rows); row++) {
      const Index source = i * down.step + down.offset + row;
      const bool inside = source >= 0 && source < down.size;
      const T* const line = images + (n * down.size + source) * stop;
      if (inside && inPlace) {
        lines[row] = line + offset;
        continue;
      }
      if (!inside && zeros) {
        lines[row] = zeros;
        continue;
      }
      // of the line, elements [first, last) are pixels of the image
      const Index first = inside ? smaller(length, offset < 0 ? -offset : 0) : length, reach = smaller(length, stop - offset);
      const Index last = reach > first ? reach : first;
      for (Index k = 0; k < first; k++) padded[k] = 0;
      if (last > first) __builtin_memcpy(padded + first, line + offset + first, (last - first) * sizeof(T));
      for (Index k = last; k < length; k++) padded[k] = 0;
      if (!inside) zeros = padded;
      lines[row] = padded;
      padded += length;
    }
  }

  /** The line of row `i` of these results for tap `p`. */
  const T* of(Index i, Index p) const { return lines[i * down.step + p * down.dilation]; }

 private:
  const Axis& down;
  const T* lines[mostLines];
};

template <class T, class Direction>
void planLines(Arguments& arguments, Index threads) {
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  const Index rows = c.batch * windows.axes[0].count, classes = Direction::classes(c);
  arguments.rowParts = smaller(lineRows(windows), divideUp(rows * classes, threads * 8));
  arguments.items = isSmallConvolution<T>(c) ? 1 : classes * divideUp(rows, arguments.rowParts);
}

/** Rows [i, i + rows) of image n of the results. */
template <class T>
void convolveLines(const Arguments& arguments, const Convolution& c, const Windows& windows, Index n, Index i, Index rows, T* padded) {
  static constexpr RunTilesOfWidths<T, true> tiles;
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  const Index rowStride = windows.targetSides[1] * windows.targetChannels;
  T* const result = arrayOf<T>(arguments, 0) + (n * windows.targetSides[0] + down.target + i * down.targetStep) * rowStride +
                    across.target * windows.targetChannels;
  const auto rowOf = [&](Index row) { return result + row * down.targetStep * rowStride; };
  const T* const bias = arrayOf<T>(arguments, 3);
  const T* const panels = arrayOf<T>(arguments, 4) + weightPanelsStart<T>(c, windows, 0);
  const Index depth = windows.depth(), segment = across.taps * windows.sourceChannels, columnsPadded = paddedColumns<T>(windows.columns);
  RunsArguments<T> t;
  t.aStride = across.step * windows.sourceChannels;
  t.cStride = across.targetStep * windows.targetChannels;
  if (depth == 0) {
    for (Index row = 0; row < rows; row++) {
      for (Index j = 0; j < across.count; j++) {
        for (Index k = 0; k < windows.columns; k++) rowOf(row)[j * t.cStride + k] = 0;
      }
    }
    return;
  }
  const Lines<T> lines(windows, arrayOf<T>(arguments, 1), n, i, rows, padded);
  const Parts heights(across.count, divideUp(across.count, Index{tileRows})), depths = depthParts(depth);
  const Index pieces = divideUp(across.count, Index{tileRows});
  Run<T> runs[mostLineRows][mostLineTaps];
  for (Index k0 = 0, block = 0; k0 < depth; k0 += depths.size(block), block++) {
    const Index size = depths.size(block);
    t.runCount = 0;
    for (Index k = k0; k < k0 + size; t.runCount++) {
      const Index p = k / segment, from = k - p * segment, length = smaller(segment - from, k0 + size - k);
      for (Index row = 0; row < rows; row++) runs[row][t.runCount] = {lines.of(row, p) + from, k - k0, length};
      k += length;
    }
    t.addendStride = k0 > 0 ? t.cStride : 0;
    for (Index j = 0; j < windows.columns; j += t.bStride) {
      t.bStride = Panels<T>::width(windows.columns - j);
      t.columns = smaller(t.bStride, windows.columns - j);
      t.b = panels + k0 * columnsPadded + j * size;
      const auto& functions = tiles.ofWidth(t.bStride);
      for (Index row = 0; row < rows; row++) {
        t.runs = runs[row];
        for (Index piece = 0; piece < pieces; piece++) {
          const Index start = heights.start(piece);
          t.aOffset = start * t.aStride;
          t.c = rowOf(row) + start * t.cStride + j;
          t.addend = k0 > 0 ? t.c : bias ? bias + j : nullptr;
          functions[heights.size(piece)](t);
        }
      }
    }
  }
}

/** Arrays: the result, images, w, a bias or null, the packed weights. */
template <class T, class Direction>
void runLines(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const Index most = arguments.rowParts, ofClass = divideUp(c.batch * Direction::of(c, 0).axes[0].count, most);
  const Index count = ofClass * Direction::classes(c), perItem = divideUp(count, arguments.items);
  T* const padded = static_cast<T*>(scratchOf(lane));
  if (!padded) return;
  Index item;
  while (takeItem(lane, item)) {
    for (Index unit = item * perItem; unit < smaller(count, (item + 1) * perItem); unit++) {
      const Windows windows = Direction::of(c, unit / ofClass);
      const Index height = windows.axes[0].count, first = unit % ofClass * most, last = smaller(first + most, c.batch * height);
      Index rows;
      for (Index row = first; row < last; row += rows) {
        const Index i = row % height;
        rows = smaller(height - i, last - row);
        convolveLines(arguments, c, windows, row / height, i, rows, padded);
      }
    }
  }
}

/** Pixels [first, last) of the batch, for rows [i0, i1) and columns [j0, j1) of the weights. */
template <class T>
void convolveLineWeightsUnit(const Convolution& c, const T* x, const T* dy, T* dw, Index first, Index last, Index i0, Index i1, Index j0,
                             Index j1, char* scratch) {
  static constexpr RunTilesOfWidths<T, false> tiles;
  const Windows windows = ForwardWindows::of(c, 0);
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  const Index segment = across.taps * c.channels;
  RunsArguments<T> t;
  t.aStride = across.step * c.channels;
  t.bStride = c.outputs;
  t.cStride = c.outputs;
  t.addendStride = c.outputs;
  Run<T> runs[mostLineTaps][mostLinePieces];
  const Parts depths(last - first, divideUp(last - first, depthBlock));
  for (Index k = first, block = 0; k < last; k += depths.size(block), block++) {
    T* padded = reinterpret_cast<T*>(scratch);
    t.runCount = 0;
    for (Index pixel = k, end = k + depths.size(block); pixel < end;) {
      // Rows of one image; the first and the last may be parts of rows
      const Index row = pixel / across.count, n = row / down.count, i = row % down.count;
      const Index rows = smaller(smaller(down.count - i, mostLineRows), (end - 1) / across.count + 1 - row);
      const Lines<T> lines(windows, x, n, i, rows, padded);
      for (Index r = 0; r < rows; r++, t.runCount++) {
        const Index j = pixel % across.count, length = smaller(across.count - j, end - pixel);
        for (Index p = 0; p < down.taps; p++) runs[p][t.runCount] = {lines.of(r, p) + j * t.aStride, pixel - k, length};
        pixel += length;
      }
    }
    Index width;
    for (Index j = j0; j < j1; j += width) {
      width = Panels<T>::width(j1 - j);
      t.b = dy + k * c.outputs + j;
      t.columns = width;
      const auto& functions = tiles.ofWidth(width);
      for (Index p = i0 / segment; p * segment < i1; p++) {
        const Index from = i0 > p * segment ? i0 - p * segment : 0, until = smaller(i1 - p * segment, segment);
        const Index pieces = divideUp(until - from, Index{tileRows});
        const Parts heights(until - from, pieces);
        t.runs = runs[p];
        for (Index piece = 0; piece < pieces; piece++) {
          t.aOffset = from + heights.start(piece);
          t.c = dw + (p * segment + t.aOffset) * c.outputs + j;
          t.addend = k > first ? t.c : nullptr;
          functions[heights.size(piece)](t);
        }
      }
    }
  }
}

/** Arrays: dw, dy, x, the sums of all chunks except the first, which is written to dw. */
template <class T>
void runLineWeights(const Arguments& arguments, Lane& lane) {
  runWeightUnits<T>(arguments, lane, [](const Convolution& c, const T* x, const T* dy, T* dw, Index, auto... rest) {
    convolveLineWeightsUnit<T>(c, x, dy, dw, rest...);
  });
}

}  // namespace
}  // namespace handgrad
