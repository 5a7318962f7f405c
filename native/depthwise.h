// Depthwise convolution: each channel has its own window, so the loops run along the channels, which are contiguous, and read the
// images directly. Threads share rows of the result, or chunks of rows whose sums the weight gradient adds.
#pragma once

#include "convolutionWeights.h"
#include "pooling.h"

namespace handgrad {
namespace {

inline bool isDepthwise(const Convolution& c) { return c.groups == c.channels && c.groups == c.outputs; }

/** The indices of `count`, an interval, for which offset + index·step is in [0, size). */
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

/** Computes `count` vectors of channels of a pixel of the result, from the position of its first tap. */
template <class V, int count, class T>
inline void depthwisePixel(const Windows& windows, const Inside& rows, const Inside& columns, const T* source, const T* w,
                           Index kernelWidth, const T* bias, T* target) {
  constexpr Index lanes = sizeof(V) / sizeof(T);
  const Index channels = windows.sourceChannels;
  const Axis &down = windows.axes[0], &across = windows.axes[1];
  V sums[count] = {};
#pragma GCC unroll 4
  for (int k = 0; k < count; k++) sums[k] = bias ? load<V>(bias + k * lanes) : V{};
  for (Index p = rows.begin; p < rows.end; p++) {
    const T* weight = w + ((down.weight + p * down.weightStep) * kernelWidth + across.weight + columns.begin * across.weightStep) * channels;
    const T* pixel = source + (p * down.dilation * across.size + columns.begin * across.dilation) * channels;
    for (Index q = columns.begin; q < columns.end; q++) {
#pragma GCC unroll 4
      for (int k = 0; k < count; k++) sums[k] += load<V>(pixel + k * lanes) * load<V>(weight + k * lanes);
      weight += across.weightStep * channels;
      pixel += across.dilation * channels;
    }
  }
#pragma GCC unroll 4
  for (int k = 0; k < count; k++) store(target + k * lanes, sums[k]);
}

/**
 * Calls `body(V{}, count, channel)`, count a constant: four vectors of channels at a time, so that no sum waits for another, then
 * one vector, then single channels.
 */
template <class T, class Body>
inline void forEachChannels4(Index channels, Body body) {
  constexpr Index lanes = vectorBytes / sizeof(T);
  Index c = 0;
  for (; c + 4 * lanes <= channels; c += 4 * lanes) body(Vector<T>{}, std::integral_constant<int, 4>{}, c);
  for (; c + lanes <= channels; c += lanes) body(Vector<T>{}, std::integral_constant<int, 1>{}, c);
  for (; c < channels; c++) body(T{}, std::integral_constant<int, 1>{}, c);
}

/** Arrays: the result, images, w, a bias or null. */
template <class T, class Direction>
void runDepthwise(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const T* const w = arrayOf<T>(arguments, 2);
  const T* const bias = arrayOf<T>(arguments, 3);
  const Index rowsOfClass = c.batch * Direction::of(c, 0).axes[0].count;
  forEachUnit(arguments, lane, rowsOfClass * Direction::classes(c), [&](Index number) {
    const Windows windows = Direction::of(c, number / rowsOfClass);
    const Axis &down = windows.axes[0], &across = windows.axes[1];
    const Index inClass = number % rowsOfClass;
    if (inClass >= c.batch * down.count) return;
    const Index n = inClass / down.count, i = inClass % down.count, top = i * down.step + down.offset;
    const Inside rows(top, down.dilation, down.taps, down.size);
    const T* const image = arrayOf<T>(arguments, 1) + (n * down.size + top) * across.size * c.channels;
    T* const result = arrayOf<T>(arguments, 0) +
                      ((n * windows.targetSides[0] + down.target + i * down.targetStep) * windows.targetSides[1] + across.target) * c.channels;
    for (Index j = 0; j < across.count; j++) {
      const Index left = j * across.step + across.offset;
      const Inside columns(left, across.dilation, across.taps, across.size);
      forEachChannels4<T>(c.channels, [&](auto v, auto count, Index channel) {
        depthwisePixel<decltype(v), count>(windows, rows, columns, image + left * c.channels + channel, w + channel, c.kernel[1],
                                           bias ? bias + channel : nullptr, result + j * across.targetStep * c.channels + channel);
      });
    }
  });
}

inline void planDepthwiseGradient(Arguments& arguments, Index) { arguments.items = chunksOf(arguments); }

/** sum += Σ a·b over pixels, for `count` neighbouring vectors of channels. */
template <class V, int count, class T>
inline void addProducts(T* sum, const T* a, Index aStep, const T* b, Index bStep, Index pixels) {
  constexpr Index lanes = sizeof(V) / sizeof(T);
  V sums[count] = {};
  for (Index j = 0; j < pixels; j++, a += aStep, b += bStep) {
#pragma GCC unroll 4
    for (int k = 0; k < count; k++) sums[k] += load<V>(a + k * lanes) * load<V>(b + k * lanes);
  }
#pragma GCC unroll 4
  for (int k = 0; k < count; k++) store(sum + k * lanes, load<V>(sum + k * lanes) + sums[k]);
}

/**
 * The same for three neighbouring taps, which read neighbouring pixels of `x` from the position of the first tap of pixel 0, so
 * each pixel is loaded once for all three. Each sum is in the same order as in addProducts.
 */
template <class V, int count, class T>
inline void addThreeTaps(T* sum, const T* x, const T* dy, Index channels, const Inside (&pixels)[3]) {
  constexpr Index lanes = sizeof(V) / sizeof(T);
  V sums[3][count] = {};
  const auto alone = [&](int q, Index begin, Index end) {
    for (Index j = begin; j < end; j++) {
#pragma GCC unroll 4
      for (int k = 0; k < count; k++) {
        sums[q][k] += load<V>(x + (j + q) * channels + k * lanes) * load<V>(dy + j * channels + k * lanes);
      }
    }
  };
  const Index begin = pixels[0].begin, end = pixels[2].end;  // the pixels that all three taps have
#pragma GCC unroll 3
  for (int q = 0; q < 3; q++) alone(q, pixels[q].begin, begin);
  V first[count], second[count];
#pragma GCC unroll 4
  for (int k = 0; k < count; k++) {
    first[k] = load<V>(x + begin * channels + k * lanes);
    second[k] = load<V>(x + (begin + 1) * channels + k * lanes);
  }
  for (Index j = begin; j < end; j++) {
#pragma GCC unroll 4
    for (int k = 0; k < count; k++) {
      const V third = load<V>(x + (j + 2) * channels + k * lanes), gradient = load<V>(dy + j * channels + k * lanes);
      sums[0][k] += first[k] * gradient;
      sums[1][k] += second[k] * gradient;
      sums[2][k] += third * gradient;
      first[k] = second[k];
      second[k] = third;
    }
  }
#pragma GCC unroll 3
  for (int q = 0; q < 3; q++) {
    alone(q, end, pixels[q].end);
#pragma GCC unroll 4
    for (int k = 0; k < count; k++) {
      T* const to = sum + q * channels + k * lanes;
      store(to, load<V>(to) + sums[q][k]);
    }
  }
}

/** Arrays: dw, dy, x, the sums of all chunks except the first, which is written to dw. */
template <class T>
void runDepthwiseGradient(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const Axis down = ForwardWindows::of(c, 0).axes[0], across = ForwardWindows::of(c, 0).axes[1];
  const Index channels = c.channels, size = c.places() * channels;
  const Parts chunks(c.batch * down.count, arguments.items);
  const auto inside = [&](Index q) { return Inside(across.offset + q * across.dilation, across.step, across.count, across.size); };
  const Inside three[] = {inside(0), inside(1), inside(2)};
  const bool areThree = across.taps == 3 && across.step == 1 && across.dilation == 1 && three[0].begin < three[2].end;
  Index item;
  while (takeItem(lane, item)) {
    T* const dw = sumsOfChunk<T>(arguments, item, size);
    for (Index i = 0; i < size; i++) dw[i] = 0;
    for (Index number = chunks.start(item); number < chunks.start(item + 1); number++) {
      const Index n = number / down.count, top = number % down.count * down.step + down.offset;
      const Inside rows(top, down.dilation, down.taps, down.size);
      const T* const gradients = arrayOf<T>(arguments, 1) + number * across.count * channels;
      for (Index p = rows.begin; p < rows.end; p++) {
        const T* const row = arrayOf<T>(arguments, 2) + (n * down.size + top + p * down.dilation) * across.size * channels;
        if (areThree) {
          forEachChannels4<T>(channels, [&](auto v, auto count, Index channel) {
            addThreeTaps<decltype(v), count>(dw + p * 3 * channels + channel, row + across.offset * channels + channel, gradients + channel,
                                             channels, three);
          });
          continue;
        }
        for (Index q = 0; q < across.taps; q++) {
          const Index left = across.offset + q * across.dilation;
          const Inside pixels = inside(q);
          forEachChannels4<T>(channels, [&](auto v, auto count, Index channel) {
            addProducts<decltype(v), count>(dw + (p * across.taps + q) * channels + channel,
                                            row + (left + pixels.begin * across.step) * channels + channel, across.step * channels,
                                            gradients + pixels.begin * channels + channel, channels, pixels.end - pixels.begin);
          });
        }
      }
    }
  }
}

}  // namespace
}  // namespace handgrad
