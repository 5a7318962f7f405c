// Convolutions with three channels and step 1, as in the first layer of a network. Neighbouring windows are three numbers apart,
// so the tiles read rows of pixels in place, one row of the window at a time.
#pragma once

#include "convolutionWeights.h"
#include "pooling.h"
#include "winograd.h"

namespace handgrad {
namespace {

constexpr Index colours = 3;

inline Index colourRowLength(const Convolution& c) { return (c.output[1] + c.kernel[1] - 1) * colours; }

inline bool areColours(const Convolution& c) {
  return c.channels == colours && c.groups == 1 && c.stride[1] == 1 && c.dilation[1] == 1 && c.outputs % 8 == 0 &&
         c.places() * colours <= depthBlock && colourRowLength(c) * Index{sizeof(double)} <= packedABytes;
}

/** Row `row` of image n for the windows of a row of the result: in place, or copied to `padded` with zeros on both sides. */
template <class T>
const T* colourRow(const Convolution& c, const T* x, Index n, Index row, T* padded) {
  const bool inside = row >= 0 && row < c.input[0];
  const T* const source = x + (n * c.input[0] + row) * c.input[1] * colours;
  const Index length = colourRowLength(c), offset = -c.padding[1] * colours, stop = c.input[1] * colours;
  if (inside && offset >= 0 && offset + length <= stop) return source + offset;
  for (Index i = 0; i < length; i++) padded[i] = inside && i + offset >= 0 && i + offset < stop ? source[i + offset] : T{0};
  return padded;
}

inline void planColours(Arguments& arguments, Index) {
  const Convolution c(arguments);
  const Index rows = c.batch * c.output[0];
  if (arguments.following == Following::activation) arguments.following = Following::activationInside;
  planImageRows(arguments, rows, rows * c.output[1] * c.outputs);
}

/** Arrays: y, x, w, a bias or null, the packed weights. */
template <class T>
void runColours(const Arguments& arguments, Lane& lane) {
  static constexpr TilesOfWidths<T, PatchRows<colours>, false> tiles;
  const Convolution c(arguments);
  const T* const x = arrayOf<T>(arguments, 1);
  const T* const bias = arrayOf<T>(arguments, 3);
  T* const padded = static_cast<T*>(scratchOf(lane));
  if (!padded) return;
  const Index width = c.output[1], segment = c.kernel[1] * colours, depth = c.kernel[0] * segment, count = divideUp(width, Index{tileRows});
  const Parts heights(width, count);
  const bool activates = arguments.following == Following::activationInside;
  const Apply<T> activation = activates ? activationOf<T>(activationAfter(arguments)[0]) : nullptr;
  const T parameter = activates ? T(activationAfter(arguments)[1]) : T{0};
  forEachUnit(arguments, lane, c.batch * c.output[0], [&](Index number) {
    const Index n = number / c.output[0], top = number % c.output[0] * c.stride[0] - c.padding[0];
    T* const result = arrayOf<T>(arguments, 0) + number * width * c.outputs;
    TileArguments<T> t;
    t.shards = 1;
    t.depth = segment;
    t.cStride = c.outputs;
    t.soonStride = 0;
    for (Index p = 0; p < c.kernel[0]; p++) {
      const T* const row = colourRow(c, x, n, top + p * c.dilation[0], padded);
      const T* panel = arrayOf<T>(arguments, 4);
      t.addendStride = p > 0 ? t.cStride : 0;
      for (Index j = 0; j < c.outputs; j += t.bStride, panel += t.bStride * depth) {
        t.bStride = Panels<T>::width(c.outputs - j);
        t.columns = smaller(t.bStride, c.outputs - j);
        t.b = panel + p * segment * t.bStride;
        t.soon = t.b;
        for (Index i = 0; i < count; i++) {
          t.a = row + heights.start(i) * colours;
          t.c = result + heights.start(i) * c.outputs + j;
          t.addend = p > 0 ? t.c : bias ? bias + j : nullptr;
          tiles.ofWidth(t.bStride)[heights.size(i)](t);
        }
      }
    }
    if (activation) activation(result, nullptr, result, parameter, 1, width * c.outputs, width * c.outputs);
  });
}

inline void planColoursGradient(Arguments& arguments, Index) { arguments.items = chunksOf(arguments); }

/** Arrays: dw, dy, x, the sums of all chunks except the first, which is written to dw. */
template <class T>
void runColoursGradient(const Arguments& arguments, Lane& lane) {
  static constexpr TilesOfWidths<T, PatchColumns<colours>, false> tiles;
  const Convolution c(arguments);
  const Index width = c.output[1], segment = c.kernel[1] * colours, size = c.kernel[0] * segment * c.outputs;
  const Index count = divideUp(segment, Index{tileRows});
  const Parts heights(segment, count), chunks(c.batch * c.output[0], arguments.items);
  T* const padded = static_cast<T*>(scratchOf(lane));
  if (!padded) return;
  Index item;
  while (takeItem(lane, item)) {
    T* const dw = sumsOfChunk<T>(arguments, item, size);
    for (Index i = 0; i < size; i++) dw[i] = 0;
    for (Index number = chunks.start(item); number < chunks.start(item + 1); number++) {
      const Index n = number / c.output[0], top = number % c.output[0] * c.stride[0] - c.padding[0];
      TileArguments<T> t;
      t.shards = 1;
      t.depth = width;
      t.bStride = c.outputs;
      t.cStride = c.outputs;
      t.addendStride = c.outputs;
      t.soonStride = 0;
      for (Index p = 0; p < c.kernel[0]; p++) {
        const T* const row = colourRow(c, arrayOf<T>(arguments, 2), n, top + p * c.dilation[0], padded);
        Index wide;
        for (Index j = 0; j < c.outputs; j += wide) {
          wide = Panels<T>::width(c.outputs - j);
          t.columns = wide;  // outputs are a multiple of 8, so all of its columns exist
          t.b = arrayOf<T>(arguments, 1) + number * width * c.outputs + j;
          t.soon = t.b;
          for (Index i = 0; i < count; i++) {
            t.a = row + heights.start(i);
            t.c = dw + (p * segment + heights.start(i)) * c.outputs + j;
            t.addend = t.c;
            tiles.ofWidth(wide)[heights.size(i)](t);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace handgrad
