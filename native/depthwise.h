// Depthwise convolution: each channel has a window of its own, so it goes along the channels, which lie side by side, and straight from
// the images. Threads share rows of the result, or chunks of rows whose sums the weight gradient adds.
#pragma once

#include "convolutionWeights.h"
#include "pooling.h"

namespace handgrad {
namespace {

inline bool isDepthwise(const Convolution& c) { return c.groups == c.channels && c.groups == c.outputs; }

/** The indices of `count`, an interval, for which offset + index·step lies in [0, size). */
struct Inside {
  Index begin, end;
  Inside(Index offset, Index step, Index count, Index size)
      : begin(offset >= 0 ? 0 : smaller(count, divideUp(-offset, step))),
        end(offset >= size ? 0 : smaller(count, (size - 1 - offset) / step + 1)) {
    if (end < begin) end = begin;
  }
};

template <class T, class Direction>
void planDepthwise(Arguments& arguments, Index) {
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  const Index rows = c.batch * windows.axes[0].count * Direction::classes(c);
  planImageRows(arguments, rows, rows * windows.axes[1].count * c.channels);
}

/** Some pixels of a row of the result that share their taps: from where the first tap of the first one would lie. */
template <class V, int count, class T>
inline void depthwisePixels(const Windows& windows, const Inside& rows, const Inside& columns, const T* source, const T* w,
                            Index kernelWidth, V start, T* target) {
  const Index channels = windows.sourceChannels;
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  V sums[count];
  for (int k = 0; k < count; k++) sums[k] = start;
  for (Index p = rows.begin; p < rows.end; p++) {
    const T* const weights = w + (down.weight + p * down.weightStep) * kernelWidth * channels;
    const T* const row = source + p * down.dilation * across.size * channels;
    for (Index q = columns.begin; q < columns.end; q++) {
      const V weight = load<V>(weights + (across.weight + q * across.weightStep) * channels);
      const T* const pixel = row + q * across.dilation * channels;
#pragma GCC unroll 8
      for (int k = 0; k < count; k++) sums[k] += load<V>(pixel + k * across.step * channels) * weight;
    }
  }
  for (int k = 0; k < count; k++) store(target + k * across.targetStep * channels, sums[k]);
}

/** Arrays: the result, images, w, a bias or null. */
template <class T, class Direction>
void runDepthwise(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const T* const w = arrayOf<T>(arguments, 2);
  const T* const bias = arrayOf<T>(arguments, 3);
  const Index rowsOfClass = c.batch * Direction::of(c, 0).axes[0].count;
  forEachImageRow(arguments, lane, rowsOfClass * Direction::classes(c), [&](Index number) {
    const Windows windows = Direction::of(c, number / rowsOfClass);
    const Axis &down = windows.axes[0], &across = windows.axes[1];
    const Index inClass = number % rowsOfClass;
    if (inClass >= c.batch * down.count) return;
    const Index n = inClass / down.count, i = inClass % down.count, top = i * down.step + down.offset;
    const Inside rows(top, down.dilation, down.taps, down.size);
    const T* const image = arrayOf<T>(arguments, 1) + (n * down.size + top) * across.size * c.channels;
    T* const result = arrayOf<T>(arguments, 0) +
                      ((n * windows.targetSides[0] + down.target + i * down.targetStep) * windows.targetSides[1] + across.target) * c.channels;
    // From the first to the last pixel all of whose taps lie in the image
    const Index reach = (across.taps - 1) * across.dilation;
    const Inside whole(across.offset, across.step, across.count, across.size - reach > 0 ? across.size - reach : 0);
    forEachChannel<T>(c.channels, [&](auto v, Index channel) {
      using V = decltype(v);
      V start{};
      if (bias) start = load<V>(bias + channel);
      for (Index j = 0; j < across.count;) {
        constexpr int many = 8;
        const Index left = j * across.step + across.offset;
        const T* const source = image + left * c.channels + channel;
        T* const target = result + j * across.targetStep * c.channels + channel;
        const Inside columns(left, across.dilation, across.taps, across.size);
        if (j >= whole.begin && j + many <= whole.end) {
          depthwisePixels<V, many>(windows, rows, columns, source, w + channel, c.kernel[1], start, target);
          j += many;
        } else {
          depthwisePixels<V, 1>(windows, rows, columns, source, w + channel, c.kernel[1], start, target);
          j++;
        }
      }
    });
  });
}

inline void planDepthwiseGradient(Arguments& arguments, Index) { arguments.items = chunksOf(arguments); }

/** Σ a·b over `count` pixels; four sums side by side, so that none has to wait. */
template <class V, class T>
inline V sumOfPixels(const T* a, Index aStep, const T* b, Index bStep, Index count) {
  constexpr int side = 4;
  V sums[side] = {};
  Index j = 0;
  for (; j + side <= count; j += side) {
#pragma GCC unroll 4
    for (int k = 0; k < side; k++) sums[k] += load<V>(a + (j + k) * aStep) * load<V>(b + (j + k) * bStep);
  }
  for (; j < count; j++) sums[0] += load<V>(a + j * aStep) * load<V>(b + j * bStep);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/** Arrays: dw, dy, x, sums of the chunks but the first, which goes to dw. */
template <class T>
void runDepthwiseGradient(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const Axis down = ForwardWindows::of(c, 0).axes[0], across = ForwardWindows::of(c, 0).axes[1];
  const Index channels = c.channels, size = c.places() * channels;
  const Parts chunks(c.batch * down.count, arguments.items);
  Index item;
  while (takeItem(lane, item)) {
    T* const dw = item == 0 ? arrayOf<T>(arguments, 0) : arrayOf<T>(arguments, 3) + (item - 1) * size;
    for (Index i = 0; i < size; i++) dw[i] = 0;
    for (Index number = chunks.start(item); number < chunks.start(item + 1); number++) {
      const Index n = number / down.count, top = number % down.count * down.step + down.offset;
      const Inside rows(top, down.dilation, down.taps, down.size);
      const T* const gradients = arrayOf<T>(arguments, 1) + number * across.count * channels;
      for (Index p = rows.begin; p < rows.end; p++) {
        const T* const row = arrayOf<T>(arguments, 2) + (n * down.size + top + p * down.dilation) * across.size * channels;
        for (Index q = 0; q < across.taps; q++) {
          const Index left = across.offset + q * across.dilation;
          const Inside pixels(left, across.step, across.count, across.size);
          forEachChannel<T>(channels, [&](auto v, Index channel) {
            using V = decltype(v);
            T* const sum = dw + (p * across.taps + q) * channels + channel;
            store(sum, load<V>(sum) + sumOfPixels<V>(row + (left + pixels.begin * across.step) * channels + channel,
                                                     across.step * channels, gradients + pixels.begin * channels + channel,
                                                     channels, pixels.end - pixels.begin));
          });
        }
      }
    }
  }
}

}  // namespace
}  // namespace handgrad
