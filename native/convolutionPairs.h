// The packing of float32 arrays for convolutions in bfloat16; see pairs.h.
#pragma once

#include "convolutionWeights.h"
#include "pairs.h"

namespace handgrad {
namespace {

/** packWindowRows of pairs. */
inline void packWindowRowPairs(const WindowReader<float>& reader, Index row, Index rows, float* packed) {
  alignas(64) float line[depthBlock + 16];
  const Index depth = reader.end - reader.begin;
  PixelCounter pixel(reader.windows, row);
  for (Index r = 0; r < rows; r++, pixel.next()) {
    reader.read(pixel.n, pixel.i, pixel.j, line);
    float* to = packed + r * ByRows::rowStride;
    for (Index k = 0; k < depth; k += 32, to += 16) store(to, pairNeighbours(line + k, depth - k));
  }
}

/** packWindowColumns of pairs; `line` is memory for two lines. */
inline void packWindowColumnPairs(const WindowReader<float>& reader, Index row, Index rows, float* line, float* packed) {
  const Index depth = reader.end - reader.begin, pairs = divideUp(rows, 2), room = depth + 32 + tileRows;
  float* const second = line + divideUp(room, 16) * 16;
  zeroVectors(second, room);
  PixelCounter pixel(reader.windows, row);
  for (Index r = 0; r < pairs; r++) {
    reader.read(pixel.n, pixel.i, pixel.j, line);
    pixel.next();
    if (2 * r + 1 < rows) {
      reader.read(pixel.n, pixel.i, pixel.j, second);
      pixel.next();
    } else {
      zeroVectors(second, room);
    }
    float* to = packed + r * tileRows;
    for (Index k = 0; k < depth; k += tileRows, to += packedTileStride<float>(pairs)) {
      store(to, pairUp(load<Floats>(line + k), load<Floats>(second + k)));
    }
  }
}

/** The functions of AsTheyAre for pairs. */
struct AsPairs {
  static Index elements(Index depth) { return divideUp(depth, 2); }

  template <class Layout>
  static auto tiles(Index width) {
    return pairsTiles<Layout>(width);
  }

  static void packRows(const WindowReader<float>& reader, Index row, Index rows, float* packed) {
    packWindowRowPairs(reader, row, rows, packed);
  }
  static void packColumns(const WindowReader<float>& reader, Index row, Index rows, float* line, float* packed) {
    packWindowColumnPairs(reader, row, rows, line, packed);
  }
  static void packPanel(const float* b, Index stride, Index depth, Index width, Index used, float* packed) {
    packPairsPanel<false>(b, stride, depth, width, used, packed);
  }

  /** Turns two rows at a time into rows of pairs, in the first half of the panel. */
  static void finishPanel(float* panel, Index depth, Index width) {
    packPairsPanel<false>(panel, width, depth, width, width, panel);
  }
};

}  // namespace
}  // namespace handgrad
