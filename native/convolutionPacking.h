// The packing for convolutions: windows of images as rows or as columns of the left operand, weights as panels of the right operand.
#pragma once

#include "convolution.h"
#include "plan.h"

namespace handgrad {
namespace {

/**
 * Copies `length` elements in whole vectors: up to one element less than a vector is written after the end, and, if `more` allows
 * it, read.
 */
template <class T>
inline void copyVectors(const T* from, T* to, Index length, bool more) {
  using V = Vector<T>;
  constexpr Index lanes = sizeof(V) / sizeof(T);
  Index i = 0;
  for (; i + lanes <= length; i += lanes) store(to + i, load<V>(from + i));
  if (i == length) return;
  if (more) {
    store(to + i, load<V>(from + i));
  } else {
    for (; i < length; i++) to[i] = from[i];
  }
}

template <class T>
inline void zeroVectors(T* to, Index length) {
  constexpr Index lanes = vectorBytes / sizeof(T);
  for (Index i = 0; i < length; i += lanes) store(to + i, Vector<T>{});
}

/**
 * Reads depth [begin, end) of windows from the images of one group. A segment is a part of the depth that is contiguous in the
 * images: neighbouring taps of a row with all their channels.
 */
template <class T>
struct WindowReader {
  const Windows& windows;
  const T* images;
  const T* imagesEnd;
  Index group, begin, end;
  Index segment;           // the number of elements in a segment
  Index segmentsOfRow;     // the number of segments in a row of the window
  Index tap0, tap1, from;  // the position of `begin`: the number of the segment in both directions, and the element in it

  WindowReader(const Windows& windows, const T* images, Index batch, Index group, Index begin, Index end)
      : windows(windows), images(images),
        imagesEnd(images + batch * windows.axes[0].size * windows.axes[1].size * windows.sourceChannels), group(group),
        begin(begin), end(end) {
    const bool joined = windows.depthChannels == windows.sourceChannels && windows.axes[1].dilation == 1;
    segmentsOfRow = joined ? 1 : windows.axes[1].taps;
    segment = windows.depthChannels * (joined ? windows.axes[1].taps : 1);
    const Index number = begin / segment;
    tap0 = number / segmentsOfRow;
    tap1 = number % segmentsOfRow;
    from = begin - number * segment;
  }

  /**
   * Calls `body(source, first, length, inside, outside)` for the segments of depth [begin, end) of pixel (n, i, j) of the result:
   * elements [first, first + length) of a segment at `source`; those in [inside, outside) are pixels of the image.
   */
  template <class Body>
  void forEachSegment(Index n, Index i, Index j, Body body) const {
    const Axis &rows = windows.axes[0], &columns = windows.axes[1];
    const Index channels = windows.sourceChannels;
    Index p = tap0, q = tap1, first = from;
    for (Index left = end - begin; left > 0; first = 0) {
      const Index length = smaller(segment - first, left);
      const Index row = i * rows.step + rows.offset + p * rows.dilation;
      const Index column = j * columns.step + columns.offset + q * columns.dilation;
      const T* const source = images + ((n * rows.size + row) * columns.size + column) * channels + group * windows.depthChannels;
      const bool isRow = row >= 0 && row < rows.size;
      body(source, first, length, isRow ? -column * channels : 0, isRow ? (columns.size - column) * channels : 0);
      left -= length;
      if (++q == segmentsOfRow) {
        q = 0;
        p++;
      }
    }
  }

  /**
   * Writes depth [begin, end) of pixel (n, i, j) of the result to `to`, with zeros for places outside of the image, and up to one
   * element less than a vector after it.
   */
  void read(Index n, Index i, Index j, T* to) const {
    forEachSegment(n, i, j, [&](const T* source, Index first, Index length, Index inside, Index outside) {
      copyInside(source, to, first, first + length, inside, outside);
      to += length;
    });
  }

  /** Elements [from, until) of a segment; those in [inside, outside) are pixels of the image. */
  void copyInside(const T* source, T* to, Index from, Index until, Index inside, Index outside) const {
    constexpr Index lanes = vectorBytes / sizeof(T);
    Index at = from;
    if (inside > from) {
      at = smaller(inside, until);
      zeroVectors(to, at - from);
    }
    const Index stop = smaller(outside, until);
    if (stop > at) {
      const Index rounded = (stop - at + lanes - 1) / lanes * lanes;
      copyVectors(source + at, to + (at - from), stop - at, rounded <= imagesEnd - (source + at));
      at = stop;
    }
    if (until > at) zeroVectors(to + (at - from), until - at);
  }
};

/** Counts through the pixels of a result, in order. */
struct PixelCounter {
  Index n, i, j, height, width;
  PixelCounter(const Windows& windows, Index row)
      : n(row / windows.rowsOfImage()), i(row % windows.rowsOfImage() / windows.axes[1].count), j(row % windows.axes[1].count),
        height(windows.axes[0].count), width(windows.axes[1].count) {}
  void next() {
    if (++j < width) return;
    j = 0;
    if (++i < height) return;
    i = 0;
    n++;
  }
};

/** Rows [row, row + rows) of the left operand, as ByRows. */
template <class T>
void packWindowRows(const WindowReader<T>& reader, Index row, Index rows, T* packed) {
  PixelCounter pixel(reader.windows, row);
  for (Index r = 0; r < rows; r++, pixel.next()) reader.read(pixel.n, pixel.i, pixel.j, packed + r * ByRows::rowStride);
}

/**
 * Rows [row, row + rows) of the left operand as columns of its transpose: tiles of tileRows along the reader's depth, each as
 * ByColumns. `line` is memory for the depth plus a vector.
 */
template <class T>
void packWindowColumns(const WindowReader<T>& reader, Index row, Index rows, T* line, T* packed) {
  using V = Vector<T>;
  constexpr Index lanes = sizeof(V) / sizeof(T);
  constexpr Index wide = (tileRows + lanes - 1) / lanes * lanes;
  const Index depth = reader.end - reader.begin;
  const bool aligned = reader.segment % tileRows == 0 && reader.from % tileRows == 0;
  PixelCounter pixel(reader.windows, row);
  for (Index r = 0; r < rows; r++, pixel.next()) {
    T* to = packed + r * tileRows;
    const auto intoTiles = [&](const T* source, Index length) {
      for (Index k = 0; k < length; k += tileRows) {  // surplus elements are overwritten by the next pixel, or are in the gap
        for (Index i = 0; i < wide; i += lanes) store(to + i, load<V>(source + k + i));
        to += packedTileStride<T>(rows);
      }
    };
    if (aligned) {
      reader.forEachSegment(pixel.n, pixel.i, pixel.j, [&](const T* source, Index first, Index length, Index inside, Index outside) {
        if (inside <= first && first + length <= outside && length + wide <= reader.imagesEnd - (source + first)) {
          intoTiles(source + first, length);
        } else {
          reader.copyInside(source, line, first, first + length, inside, outside);
          intoTiles(line, length);
        }
      });
    } else {
      reader.read(pixel.n, pixel.i, pixel.j, line);
      intoTiles(line, depth);
    }
  }
}

/** Operands packed without conversion. convolutionPairs.h has the same functions for pairs of bfloat16. */
template <class T>
struct AsTheyAre {
  /** The number of packed elements for this number of elements of the depth. */
  static Index elements(Index depth) { return depth; }

  template <class Layout>
  static const auto& tiles(Index width) {
    static constexpr TilesOfWidths<T, Layout, false> all;
    return all.ofWidth(width);
  }

  static void packRows(const WindowReader<T>& reader, Index row, Index rows, T* packed) { packWindowRows(reader, row, rows, packed); }
  static void packColumns(const WindowReader<T>& reader, Index row, Index rows, T* line, T* packed) {
    packWindowColumns(reader, row, rows, line, packed);
  }
  static void packPanel(const T* b, Index stride, Index depth, Index width, Index used, T* packed) {
    handgrad::packPanel<T, false>(b, stride, depth, width, used, packed);
  }
  /** Finishes a panel that packWeightPanel has made. */
  static void finishPanel(T*, Index, Index) {}
};

/** How the depth of windows is divided into blocks. */
inline Parts depthParts(Index depth) { return Parts(depth, divideUp(depth, depthBlock)); }

/** The start of the packed weights of a class and group: one class after the other, with all its groups. */
template <class T>
Index weightPanelsStart(const Convolution& c, const Windows& windows, Index group) {
  const Index places = windows.axes[0].before * c.kernel[1] + windows.axes[0].taps * windows.axes[1].before;
  return (places * windows.depthChannels * c.groups + group * windows.depth()) * paddedColumns<T>(windows.columns);
}

/** The weights of tap (p, q) of windows in a group: channels × outputs, rows c.outputs apart. */
template <class T>
const T* weightsOfTap(const Convolution& c, const Windows& windows, const T* w, Index group, Index p, Index q) {
  const Index row = windows.axes[0].weight + p * windows.axes[0].weightStep;
  const Index column = windows.axes[1].weight + q * windows.axes[1].weightStep;
  return w + (row * c.kernel[1] + column) * (c.channels / c.groups) * c.outputs + group * (c.outputs / c.groups);
}

/** One panel (`depth` from `k0` on, `width` columns from `j` on) of the weights of a group. */
template <class T, class Direction>
void packWeightPanel(const Convolution& c, const Windows& windows, const T* w, Index group, Index k0, Index depth, Index j,
                     Index width, T* packed) {
  const Index used = smaller(width, windows.columns - j), channels = windows.depthChannels;
  Index place = k0 / channels, from = k0 - place * channels;
  for (Index left = depth; left > 0; place++, from = 0) {
    const Index length = smaller(channels - from, left);
    const T* const matrix = weightsOfTap(c, windows, w, group, place / windows.axes[1].taps, place % windows.axes[1].taps);
    const T* const source = Direction::weightsTransposed ? matrix + j * c.outputs + from : matrix + from * c.outputs + j;
    packPanel<T, Direction::weightsTransposed>(source, c.outputs, length, width, used, packed);
    packed += length * width;
    left -= length;
  }
}

}  // namespace
}  // namespace handgrad
