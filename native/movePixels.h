// Shifted and mirrored images, and rectangles of other images pasted into them: src/kernels/movePixels.ts.
#pragma once

#include "vectors.h"

namespace handgrad {
namespace {

/** Arrays: out, x, lines, columns, partners or null. */
struct PixelMoves {
  const int* lines;
  const int* columns;
  const int* partners;
  Index batch, height, width, channels, top, bottom, left, right;

  explicit PixelMoves(const Arguments& arguments)
      : lines(arrayOf<int>(arguments, 2)), columns(arrayOf<int>(arguments, 3)), partners(arrayOf<int>(arguments, 4)),
        batch(sizeOf(arguments, 0)), height(sizeOf(arguments, 1)), width(sizeOf(arguments, 2)), channels(sizeOf(arguments, 3)),
        top(sizeOf(arguments, 4)), bottom(sizeOf(arguments, 5)), left(sizeOf(arguments, 6)), right(sizeOf(arguments, 7)) {}

  /** Columns [from, until) of a row of the result, from a row of x, or zeros if it is null. */
  template <class T, Index ofPixel>
  void copy(T* row, const T* source, const int* places, Index from, Index until) const {
    const Index count = ofPixel > 0 ? ofPixel : channels;
    for (Index j = from; j < until; j++) {
      const T* const pixel = source && places[j] >= 0 ? source + places[j] * count : nullptr;
      for (Index c = 0; c < count; c++) row[j * count + c] = pixel ? pixel[c] : T{0};
    }
  }

  template <class T, Index ofPixel>
  void image(T* out, const T* x, Index n) const {
    const Index length = width * channels;
    const auto sourceOf = [&](Index image, Index i) {
      const Index line = lines[image * height + i];
      return line < 0 ? nullptr : x + (image * height + line) * length;
    };
    for (Index i = 0; i < height; i++) {
      T* const row = out + (n * height + i) * length;
      copy<T, ofPixel>(row, sourceOf(n, i), columns + n * width, 0, width);
      if (!partners || i < top || i >= bottom) continue;
      copy<T, ofPixel>(row, sourceOf(partners[n], i), columns + partners[n] * width, left, right);
    }
  }
};

inline void planMovePixels(Arguments& arguments, Index) {
  constexpr Index itemElements = 16384;
  const PixelMoves moves(arguments);
  arguments.items = smaller(moves.batch, divideUp(moves.batch * moves.height * moves.width * moves.channels, itemElements));
}

template <class T>
void runMovePixels(const Arguments& arguments, Lane& lane) {
  const PixelMoves moves(arguments);
  T* const out = arrayOf<T>(arguments, 0);
  const T* const x = arrayOf<T>(arguments, 1);
  forEachUnit(arguments, lane, moves.batch, [&](Index n) {
    if (moves.channels == 3) {
      moves.image<T, 3>(out, x, n);
    } else {
      moves.image<T, 0>(out, x, n);
    }
  });
}

}  // namespace
}  // namespace handgrad
